import { sondeJson } from '../support/binary';
import { type Audited, Books, type ShownJob, type Violated } from './books';
import { type CallJob, checkCall, jobsOfCalls } from './calls';
import { type AskedJob, readStream } from './client';
import type { AskedCall } from './openai-client';
import { speechOf } from './speech';
import type { Stage } from './stage';

/** What clients asked for, by both APIs. */
export interface AllAsked extends Omit<Audited, 'jobs'> {
  runs: AskedJob[];
  calls: AskedCall[];
}

/** All that must hold when nothing goes on any more; what does not is told to the stage. */
export async function audit({ runs, calls: asked, ...parties }: AllAsked): Promise<void> {
  const { data, stage } = parties;
  const calls = jobsOfCalls(stage, data, asked);
  const jobs = [...runs, ...calls.map(({ job }) => job)];
  const books = new Books({ ...parties, jobs });
  for (const job of runs) await checkJob(stage, books, job);
  for (const call of calls) await checkJob(stage, books, call.job, call);
  books.checkUsers();
  books.checkHosts();
  books.close();
  const check = await sondeJson(['ledger', 'check'], { data }).catch(String);
  if (check?.ok !== true) stage.violated('the ledger check fails', JSON.stringify(check));
}

async function checkJob(stage: Stage, books: Books, job: AskedJob, call?: CallJob): Promise<void> {
  const violated: Violated = (rule, what) =>
    stage.violated(rule, `${job.id} (${job.key}): ${what}`);
  const shown = await shownJob(stage, job);
  if (!['completed', 'failed'].includes(shown.status)) {
    violated('a job does not end', `${shown.status}, ${shown.waiting_reason}`);
    return;
  }
  // Its client may still be held up by another one.
  if (job.end === null) await readStream(stage, job);
  checkText(job, shown, violated);
  await checkSecondReader(stage, job, violated);
  books.checkBill(job, shown, violated);
  if (call) checkCall(stage, call, shown, violated);
}

async function shownJob({ url }: Stage, { id, userKey }: AskedJob): Promise<ShownJob> {
  const response = await fetch(`${url}/jobs/${id}`, {
    headers: { authorization: `Bearer ${userKey}` },
  });
  if (!response.ok) throw new Error(`${id}: ${response.status} ${await response.text()}`);
  return (await response.json()) as ShownJob;
}

function checkText(job: AskedJob, shown: ShownJob, violated: Violated): void {
  const text = job.pieces.join('');
  const speech = job.task === 'embedding' ? '' : speechOf(job.prompt);
  const isWhole = shown.status === 'completed' && shown.finish_reason !== 'length';
  if (isWhole && text !== speech) violated('another text was read', `"${text}" for "${speech}"`);
  if (!speech.startsWith(text)) violated('another text was begun', `"${text}" for "${speech}"`);
  if (shown.output !== text) violated('another text is shown', `"${shown.output}" for "${text}"`);
  if (job.pieces.length > job.maxTokens) violated('too many tokens', `${job.pieces.length}`);
  // A host that answers anew counts what others have said as well, in its own tokens.
  const isShort = shown.finish_reason === 'length' && text.length < job.maxTokens;
  if (isShort && text !== speech) violated('it ends early', `${text.length} of ${job.maxTokens}`);
  const end = shown.status === 'completed' ? 'done' : 'failed';
  if (job.end !== end) violated('another end was read', `${job.end} for ${shown.status}`);
}

/** Who reads it now reads the same. */
async function checkSecondReader(stage: Stage, job: AskedJob, violated: Violated): Promise<void> {
  const again: AskedJob = { ...job, pieces: [], end: null };
  await readStream(stage, again);
  const isSame = Bun.deepEquals([again.pieces, again.end], [job.pieces, job.end]);
  if (!isSame) violated('a second reader reads otherwise', `${again.end}: ${again.pieces}`);
}
