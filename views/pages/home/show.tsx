import { Code } from '../../components/code';
import { Layout, type PageProps } from '../../layout';
import { firstQuestion } from '../../samples';
import { ExampleAnswer } from './example';

/** What Sonde is, what it answers, and how to begin. */
export function HomePage({ nonce, viewer, origin }: PageProps & { origin: string }) {
  return (
    <Layout
      title="Cited research on your own machine"
      description="Sonde answers questions from your documents and the web, with quotes that anybody can check."
      nonce={nonce}
      viewer={viewer}
      path="/"
    >
      <h1>Answers whose every quote can be checked</h1>
      <p class="lead">
        Sonde researches a question in your team's documents, in the sources you name and on the
        web, on your own machine, and gives back findings. Each carries the passages it stands on.
      </p>
      <p class="actions">
        {viewer ? (
          <a class="button" href="/app">
            Open the dashboard
          </a>
        ) : (
          <a class="button" href="/signup">
            Make an account
          </a>
        )}
        <a class="button quiet" href="/docs">
          Read the quick start
        </a>
      </p>
      <Principles />
      <ExampleAnswer />
      <Start origin={origin} />
    </Layout>
  );
}

function Principles() {
  return (
    <section aria-labelledby="principles">
      <h2 id="principles">What you can rely on</h2>
      <ul class="cards">
        <li class="card">
          <h3>Quote or drop</h3>
          <p>
            There is no finding without a passage that stands, at its offsets, in a stored and
            hashed snapshot of its source. <code>sonde verify</code> proves it again, offline.
          </p>
        </li>
        <li class="card">
          <h3>Both sides</h3>
          <p>
            Where sources disagree, the finding is contested and shows the other side's quotes.
            Copies of one text count as one source.
          </p>
        </li>
        <li class="card">
          <h3>Works with nothing</h3>
          <p>
            No language model, search key or network is needed to answer from the library and the
            sources given.
          </p>
        </li>
        <li class="card">
          <h3>A price you know before</h3>
          <p>
            Credits are set aside before the work begins, and never more is charged. A job that
            fails costs nothing.
          </p>
        </li>
        <li class="card">
          <h3>Your own models</h3>
          <p>
            The team&apos;s GPUs are one service behind the <a href="/docs#models">OpenAI API</a>:
            routed, queued fairly, and paid by the token that arrived.
          </p>
        </li>
      </ul>
    </section>
  );
}

function Start({ origin }: { origin: string }) {
  return (
    <section aria-labelledby="start">
      <h2 id="start">Start in two steps</h2>
      <ol>
        <li>Make an account, and an API key in the dashboard. The key is shown once.</li>
        <li>Ask:</li>
      </ol>
      <Code label="The first question with curl" text={firstQuestion(origin)} />
      <p>
        The <a href="/docs">quick start</a> goes on from here; the{' '}
        <a href="/api/docs">API reference</a> has every operation.
      </p>
    </section>
  );
}
