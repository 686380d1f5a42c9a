import type { WebUser } from '../../../src/accounts/types';
import type { Balance } from '../../../src/credits/types';
import type { ResearchMode } from '../../../src/research/types';
import { Layout, type PageProps, type Viewer } from '../../layout';
import type { Refusal } from '../../refusal';
import { AskForm, type AskValues } from './_ask';
import { BalanceSection } from './_balance';
import { Banners } from './_banners';
import { FirstPasswordSection } from './_first-password';
import type { JobRowProps } from './_job-row';
import { JobsSection } from './_jobs';
import { type KeysProps, KeysSection } from './_keys';
import { type PoolProps, PoolSection } from './_pool';

export interface DashboardProps extends PageProps {
  viewer: Viewer & WebUser;
  balance: Balance;
  modes: readonly { mode: ResearchMode; price: string }[];
  idempotencyKey: string;
  jobs: JobRowProps[];
  pool: PoolProps;
  passwordMinLength: number;
  keys: Omit<KeysProps, 'csrfToken'>;
  ask: { values: AskValues; refusal?: Refusal };
  password?: { refusal: Refusal };
}

export function DashboardPage(props: DashboardProps) {
  const { nonce, viewer, balance, modes, idempotencyKey, jobs, keys, ask, password } = props;
  const { csrfToken, email, hasPassword } = viewer;
  return (
    <Layout
      title="Dashboard"
      nonce={nonce}
      viewer={viewer}
      path="/app"
      scripts={['/assets/htmx-sse.js', '/app/copy.js']}
    >
      <h1>Dashboard</h1>
      <Banners {...viewer} />
      <AskForm {...{ csrfToken, idempotencyKey, modes }} {...ask} />
      <JobsSection jobs={jobs} />
      <PoolSection pool={props.pool} isAdmin={viewer.isAdmin} />
      <KeysSection csrfToken={csrfToken} {...keys} />
      <BalanceSection balance={balance} />
      {hasPassword ? null : (
        <FirstPasswordSection
          email={email}
          csrfToken={csrfToken}
          passwordMinLength={props.passwordMinLength}
          {...password}
        />
      )}
    </Layout>
  );
}
