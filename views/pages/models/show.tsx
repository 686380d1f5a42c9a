import type { ModelAlias, PoolModel } from '../../../src/hosts/types';
import { Copyable } from '../../components/copyable';
import { Layout, type PageProps, type Viewer } from '../../layout';
import { firstChat, openaiChat } from '../../samples';
import { ModelTable } from './_model-table';

interface ModelsPageProps extends PageProps {
  viewer: Viewer;
  origin: string;
  models: PoolModel[];
  aliases: ModelAlias[];
  /** What research is called as a model, and what an answer costs. */
  research: { name: string; price: string }[];
}

/** Which models can be asked, for how much, and how. */
export function ModelsPage(props: ModelsPageProps) {
  const { nonce, viewer, origin, models, aliases, research } = props;
  const asked = models.find(({ availableHosts }) => availableHosts > 0) ?? models[0];
  const example = asked?.name ?? research[0]?.name ?? 'sonde-lite';
  return (
    <Layout
      title="Models"
      nonce={nonce}
      viewer={viewer}
      path="/app/models"
      scripts={['/app/copy.js']}
    >
      <h1>Models</h1>
      <p class="lead">
        The team&apos;s own hosts answer them, through this server, paid in credits by the token.
      </p>
      {models.length === 0 ? <NoModels isAdmin={viewer.isAdmin} /> : <ModelTable models={models} />}
      {aliases.length === 0 ? null : <Aliases aliases={aliases} />}
      <Research research={research} />
      <h2 id="use">Use them</h2>
      <p>
        Whatever speaks the OpenAI API works, by its address and one of your{' '}
        <a href="/app#keys">API keys</a>:
      </p>
      <Copyable id="base-url" label="Base URL" text={`${origin}/v1`} />
      <h3>curl</h3>
      <Copyable
        id="sample-curl"
        label="Asking a model with curl"
        text={firstChat(origin, example)}
      />
      <h3>Python, with the openai package</h3>
      <Copyable
        id="sample-python"
        label="Asking a model with Python"
        text={openaiChat(origin, example)}
      />
      <p>
        There is more in the <a href="/docs#models">quick start</a>.
      </p>
    </Layout>
  );
}

function NoModels({ isAdmin }: { isAdmin: boolean }) {
  if (!isAdmin) return <p>No host lends a model yet: ask your admin. Research is always there.</p>;
  return (
    <p>
      No host lends a model yet. <a href="/app/admin/hosts">Add the first one</a>
    </p>
  );
}

function Aliases({ aliases }: { aliases: ModelAlias[] }) {
  return (
    <section aria-labelledby="aliases">
      <h2 id="aliases">Aliases</h2>
      <p>A name for several models: the first that a host can serve answers.</p>
      <dl class="facts">
        {aliases.map(({ name, models }) => (
          <div>
            <dt>
              <code safe>{name}</code>
            </dt>
            <dd safe>{models.join(', then ')}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Research({ research }: Pick<ModelsPageProps, 'research'>) {
  return (
    <section aria-labelledby="research">
      <h2 id="research">Research as a model</h2>
      <p>A chat with one of these runs a research job, and answers with its brief and sources.</p>
      <dl class="facts">
        {research.map(({ name, price }) => (
          <div>
            <dt>
              <code safe>{name}</code>
            </dt>
            <dd safe>{price}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
