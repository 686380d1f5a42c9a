import { DashboardPage, type DashboardProps } from '../../../views/pages/app/show';
import { formatCredits } from '../../lib/money';
import { holdMicros } from '../../research/modes';
import type { ResearchMode } from '../../research/types';
import { type PageInit, page } from '../page';
import type { Viewer } from '../session';
import type { AppPagesDeps } from './deps';

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
  const [balance, live, jobs] = await Promise.all([
    deps.credits.balance(userId),
    deps.keys.live(userId),
    deps.research.list({ userId, limit: RECENT_JOBS, offset: 0 }),
  ]);
  const shown = {
    viewer,
    balance,
    jobs,
    modes: MODES.map((mode) => ({ mode, price: priceOf(mode) })),
    idempotencyKey: deps.chance.id(),
    passwordMinLength: deps.passwordMinLength,
    ask: { values: EMPTY_ASK },
    ...extras,
    keys: { keys: live, ...extras.keys },
  };
  return page((nonce) => DashboardPage({ nonce, ...shown }), init);
}

function priceOf(mode: ResearchMode): string {
  const fixedMicros = holdMicros({ mode, maxCredits: null });
  return fixedMicros === 0 ? 'by what it reads' : `${formatCredits(fixedMicros)} credits`;
}
