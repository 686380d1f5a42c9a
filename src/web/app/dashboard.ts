import { DashboardPage, type DashboardProps } from '../../../views/pages/app/show';
import { formatCredits } from '../../lib/money';
import { holdMicros } from '../../research/modes';
import type { ResearchMode } from '../../research/types';
import { type PageInit, page } from '../page';
import type { Viewer } from '../session';
import type { AppPagesDeps } from './deps';
import { jobRowOf } from './job-list';

const RECENT_JOBS = 20;
const MODES: readonly ResearchMode[] = ['lite', 'standard', 'pro', 'max'];

/** What a form that was sent adds to the dashboard. */
export type DashboardExtras = Partial<Pick<DashboardProps, 'ask' | 'password'>> & {
  keys?: Omit<DashboardProps['keys'], 'keys'>;
};

const EMPTY_ASK = {
  question: '',
  mode: 'standard',
  maxCredits: '',
  library: true,
  web: true,
};

export async function dashboard(
  deps: AppPagesDeps,
  viewer: Viewer,
  extras: DashboardExtras = {},
  init: PageInit = {},
): Promise<Response> {
  const { userId } = viewer;
  const [balance, live, { jobs }, pool] = await Promise.all([
    deps.credits.balance(userId),
    deps.keys.live(userId),
    deps.userJobs.list({ userId, keyId: null, states: null }, { limit: RECENT_JOBS, offset: 0 }),
    poolOf(deps),
  ]);
  const shown = {
    viewer,
    balance,
    jobs: jobs.map(jobRowOf),
    pool,
    modes: MODES.map((mode) => ({ mode, price: priceOf(mode) })),
    idempotencyKey: deps.chance.id(),
    passwordMinLength: deps.passwordMinLength,
    ask: { values: EMPTY_ASK },
    ...extras,
    keys: { keys: live, ...extras.keys },
  };
  return page((nonce) => DashboardPage({ nonce, ...shown }), init);
}

async function poolOf({ hosts, queue }: AppPagesDeps): Promise<DashboardProps['pool']> {
  const registered = hosts.registry.list();
  const waiting = (await queue.counts()).find(
    ({ kind, state }) => kind === 'inference' && state === 'queued',
  );
  return {
    registeredHosts: registered.length,
    activeHosts: hosts.counts().activeHosts,
    pendingHosts: registered.filter(({ state }) => state === 'pending').length,
    waitingJobs: waiting?.count ?? 0,
  };
}

function priceOf(mode: ResearchMode): string {
  const fixedMicros = holdMicros({ mode, maxCredits: null });
  return fixedMicros === 0 ? 'by what it reads' : `${formatCredits(fixedMicros)} credits`;
}
