import { Flash } from '../../../views/components/flash';
import { IdempotencyKey } from '../../../views/pages/app/_ask';
import { Progress } from '../../../views/pages/job/_progress';
import { Fault } from '../../lib/fault';
import type { ResearchMode } from '../../research/types';
import type { FormFields } from '../form';
import { fragment } from '../page';
import { answerOf, redirect, refusedBy } from '../refusal';
import type { Viewer } from '../session';
import { dashboard } from './dashboard';
import type { AppPagesDeps } from './deps';

const MODES: readonly string[] = ['lite', 'standard', 'pro', 'max'] satisfies ResearchMode[];
const IDEMPOTENCY_KEY = /^[\w-]{1,64}$/;

export interface Asked {
  viewer: Viewer;
  form: FormFields;
}

/** Submits what the form asks for. `isPart` for a page that is open and shows the job itself. */
export async function ask(deps: AppPagesDeps, asked: Asked, isPart: boolean): Promise<Response> {
  const { viewer, form } = asked;
  try {
    const id = await submit(deps, asked);
    if (!isPart) return redirect(`/app/jobs/${id}`);
    const { row } = await deps.research.get(id, viewer.userId);
    const progress = await Progress({ id, question: row.question });
    return fragment(
      progress + (await IdempotencyKey({ value: deps.chance.id(), isSwapped: true })),
    );
  } catch (thrown) {
    const refused = refusedBy(thrown);
    const { refusal } = refused;
    if (isPart) return fragment(Flash({ kind: 'error', text: refusal.message }), answerOf(refused));
    const values = {
      question: form.question ?? '',
      mode: form.mode ?? '',
      maxCredits: form.max_credits ?? '',
      library: form.library === 'on',
      web: form.web === 'on',
    };
    return dashboard(deps, viewer, { ask: { values, refusal } }, answerOf(refused));
  }
}

async function submit(deps: AppPagesDeps, { viewer, form }: Asked): Promise<string> {
  const { userId, status } = viewer;
  if (status !== 'active') {
    throw new Fault('forbidden', `this account is ${status} and can ask nothing: ask your admin`);
  }
  const { idempotency_key: given = '' } = form;
  const key = IDEMPOTENCY_KEY.test(given) ? given : null;
  const request = {
    question: form.question ?? '',
    mode: modeOf(form.mode ?? ''),
    maxCredits: creditsOf(form.max_credits ?? ''),
    maxWallclockSeconds: null,
    responseSchema: null,
    sources: [],
    search: { library: form.library === 'on', web: form.web === 'on' },
    language: 'en',
  };
  const { id } = await deps.research.submit({ userId, key: null }, request, key);
  return id;
}

function modeOf(raw: string): ResearchMode {
  if (MODES.includes(raw)) return raw as ResearchMode;
  throw new Fault('invalid_request', `mode is one of ${MODES.join(', ')}`, { field: 'mode' });
}

/** Not a number is refused by research, as any other amount is that no job can cost. */
function creditsOf(raw: string): number | null {
  return raw.trim() === '' ? null : Number(raw);
}
