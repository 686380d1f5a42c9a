import { Layout, type PageProps, type Viewer } from '../../layout';
import { type AliasesProps, AliasesSection } from './_aliases';
import { type OfferedModel, OfferedModels } from './_offered-models';
import { type PrioritiesProps, PrioritiesSection } from './_priorities';
import { PoolTabs } from './tabs';

export interface PoolModelsProps extends PageProps {
  viewer: Viewer;
  models: OfferedModel[];
  aliases: Omit<AliasesProps, 'csrfToken'>;
  priorities: Omit<PrioritiesProps, 'csrfToken'>;
}

const PATH = '/app/admin/models';

/** What the pool answers, by which names, and whom first: for an admin. */
export function PoolModelsPage(props: PoolModelsProps) {
  const { nonce, viewer, models, aliases, priorities } = props;
  const { csrfToken } = viewer;
  return (
    <Layout title="Models of the pool" nonce={nonce} viewer={viewer} path={PATH}>
      <h1>Models of the pool</h1>
      <PoolTabs path={PATH} />
      <OfferedModels models={models} />
      <AliasesSection csrfToken={csrfToken} {...aliases} />
      <PrioritiesSection csrfToken={csrfToken} {...priorities} />
    </Layout>
  );
}
