import { Code } from '../../components/code';
import { APIS, EVENTS, PROBLEMS, VERDICTS } from '../../facts';
import { Layout, type PageProps } from '../../layout';
import {
  addedDocument,
  firstChat,
  firstQuestion,
  firstRun,
  followedQuestion,
  openaiChat,
  pythonQuestion,
  typedQuestion,
  typescriptQuestion,
} from '../../samples';
import { FactList } from './_fact-list';

/** The quick start; every operation and field is in the reference. */
export function DocsPage({ nonce, viewer, origin }: PageProps & { origin: string }) {
  return (
    <Layout
      title="Quick start"
      description="Make a key, run a research job, follow its events, read findings and quotes."
      nonce={nonce}
      viewer={viewer}
      path="/docs"
    >
      <h1>Quick start</h1>
      <p class="lead">
        From nothing to a checked quote. Every operation and field is in the{' '}
        <a href="/api/docs">API reference</a>; for programs there is{' '}
        <a href="/api/openapi.json">its OpenAPI description</a> and{' '}
        <a href="/llms-full.txt">one text with everything</a>.
      </p>
      <h2 id="key">1. Make a key</h2>
      <p>
        {viewer ? (
          <a href="/app">In the dashboard</a>
        ) : (
          <>
            <a href="/signup">Make an account</a>, then a key in the dashboard
          </>
        )}
        . It begins with <code>inf_live_</code> and is shown once. Send it with every request, as{' '}
        <code>Authorization: Bearer …</code> or <code>X-API-Key: …</code>, and never from a browser.
      </p>
      <h2 id="ask">2. Ask</h2>
      <p>
        <code>mode</code> is the budget and the price: see <a href="/pricing">pricing</a>. A lite or
        standard job that ends in time answers 200 with its result; otherwise, and with{' '}
        <code>"async": true</code>, the answer is 202 with a <code>status_url</code> to poll and an{' '}
        <code>events_url</code> to follow.
      </p>
      <h3>curl</h3>
      <Code label="Asking with curl" text={firstQuestion(origin)} />
      <h3>TypeScript</h3>
      <Code label="Asking with TypeScript" text={typescriptQuestion(origin)} />
      <h3>Python</h3>
      <Code label="Asking with Python" text={pythonQuestion(origin)} />
      <Following origin={origin} />
      <Reading />
      <Typed origin={origin} />
      <Library origin={origin} />
      <Failing />
      <Models origin={origin} />
      <Apis />
    </Layout>
  );
}

function Following({ origin }: { origin: string }) {
  return (
    <>
      <h2 id="events">3. Follow a job</h2>
      <Code label="Following a job with curl" text={followedQuestion(origin)} />
      <p>
        The stream is server-sent events. Each has an <code>id</code>: after a broken connection,
        send the last one as <code>Last-Event-ID</code> and the stream goes on behind it.
      </p>
      <FactList facts={EVENTS} />
      <p>
        <code>DELETE /v1/research/JOB_ID</code> cancels. What was found so far stays, and only the
        sources that were read are charged.
      </p>
    </>
  );
}

function Reading() {
  return (
    <>
      <h2 id="findings">4. Read findings and quotes</h2>
      <p>
        A result has a <code>brief</code> in Markdown, where [n] names a source,{' '}
        <code>sources</code> and <code>findings</code>. A finding has a <code>status</code>, a{' '}
        <code>confidence</code> from 0 to 1, and <code>quotes</code>. A quote is the source's text,
        letter by letter, from <code>start</code> to <code>end</code> (in UTF-16 code units) of the
        snapshot that <code>snapshot_hash</code> (SHA-256) names.
      </p>
      <FactList facts={VERDICTS} />
    </>
  );
}

function Typed({ origin }: { origin: string }) {
  return (
    <>
      <h2 id="typed">5. Typed output</h2>
      <p>
        With a JSON Schema as <code>response_schema</code>, the result's <code>typed</code> is valid
        against it and filled from evidence. Where a required field has none, <code>typed</code> is
        null and <code>error</code> names the field: nothing is guessed. Let a field be null if it
        may stay open.
      </p>
      <Code label="Asking for typed output with curl" text={typedQuestion(origin)} />
    </>
  );
}

function Library({ origin }: { origin: string }) {
  return (
    <>
      <h2 id="library">6. Your library</h2>
      <p>
        Documents (text, Markdown, HTML, PDF) that you add are searched first, by you alone; an
        admin can share one with the team. To read certain sources in one job only, name them in{' '}
        <code>sources</code>: <code>{'{"url": …}'}</code>, <code>{'{"text": …}'}</code> or{' '}
        <code>{'{"document_id": …}'}</code>.
      </p>
      <Code label="Adding and searching documents with curl" text={addedDocument(origin)} />
    </>
  );
}

function Failing() {
  const problems = Object.entries(PROBLEMS).map(([code, { status, meaning }]) => [
    `${status} ${code}`,
    meaning,
  ]);
  return (
    <>
      <h2 id="errors">7. Repeat safely, and read errors</h2>
      <p>
        With an <code>Idempotency-Key</code> of your own (1 to 255 characters), a repeated{' '}
        <code>POST /v1/research</code> finds the same job and is not charged again. With another
        body it is refused.
      </p>
      <p>
        Errors are problem documents (RFC 9457): <code>status</code>, <code>code</code>,{' '}
        <code>detail</code> with the remedy, and <code>field</code> where one is at fault.
      </p>
      <FactList facts={Object.fromEntries(problems)} />
    </>
  );
}

function Models({ origin }: { origin: string }) {
  return (
    <>
      <h2 id="models">8. Ask a model</h2>
      <p>
        The team&apos;s own GPU hosts are one pool behind this server. Whatever speaks the OpenAI
        API can use it, with the address <code safe>{`${origin}/v1`}</code> and a key from step 1.{' '}
        <code>GET /v1/models</code> lists what there is: the models of the pool, aliases, and{' '}
        <code>sonde-lite</code>, <code>sonde-standard</code> and <code>sonde-pro</code>, which
        answer a chat by a research job.
      </p>
      <Code label="Asking a model with curl" text={firstChat(origin, 'sonde-lite')} />
      <Code label="Asking a model with Python" text={openaiChat(origin, 'MODEL')} />
      <p>
        Credits are set aside for the prompt and <code>max_tokens</code>, and charged for the tokens
        that came; an error costs nothing. A chat whose client leaves is canceled. A job of{' '}
        <code>POST /run/model</code> goes on, and its stream is resumed by{' '}
        <code>Last-Event-ID</code>; while it waits, <code>GET /jobs/JOB_ID</code> tells why.
      </p>
      <Code label="Running a model with curl" text={firstRun(origin, 'MODEL')} />
      <p>
        To lend models, run <code>sonde host</code> beside an Ollama, vLLM or llama.cpp, with a join
        token from an admin. It opens all connections itself, so it works behind NAT.
      </p>
    </>
  );
}

function Apis() {
  return (
    <>
      <h2 id="apis">9. Every API that this server speaks</h2>
      <FactList facts={APIS} />
    </>
  );
}
