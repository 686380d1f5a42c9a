import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import type { ShownJob, Violated } from './books';
import type { AskedJob } from './client';
import type { AskedCall } from './openai-client';
import type { Stage } from './stage';

/** A client that leaves is noticed, and its job canceled, within this time. */
const NOTICED_MS = 1_000;

/** A call, and its job as the file has it: what is told of that is read anew. */
export interface CallJob {
  call: AskedCall;
  job: AskedJob;
}

/** A client knows no job by its id: by the prompt, which only one of them has. */
export function jobsOfCalls(stage: Stage, data: string, calls: AskedCall[]): CallJob[] {
  const ids = idsByPrompt(data);
  return calls.flatMap((call) => {
    const { task, prompt, maxTokens, userKey } = call;
    const [id, ...more] = ids.get(prompt) ?? [];
    if (more.length > 0) stage.violated('one call makes two jobs', `${prompt}: ${more}`);
    if (id !== undefined) {
      const fresh = { pieces: [], end: null };
      const job = { id: `job_${id}`, task, key: prompt, prompt, maxTokens, userKey, ...fresh };
      return [{ call, job }];
    }
    if (call.end === 'done' || call.pieces.length > 0) {
      stage.violated('an answer without a job', `${prompt}: ${call.pieces}`);
    }
    return [];
  });
}

function idsByPrompt(data: string): Map<string, string[]> {
  const file = new Database(join(data, 'sonde.db'), { readonly: true });
  const rows = file
    .query<{ id: string; prompt: string }, []>(
      `SELECT job_id AS id,
         coalesce(request ->> '$.messages[0].content', request ->> '$.inputs[0]') AS prompt
       FROM inference WHERE task IN ('chat', 'embedding')`,
    )
    .all();
  file.close();
  const ids = new Map<string, string[]>();
  for (const { id, prompt } of rows) ids.set(prompt, [...(ids.get(prompt) ?? []), id]);
  return ids;
}

/** When the job is read to its end: its client was told the beginning of it, or all. */
export function checkCall(
  stage: Stage,
  { call, job }: CallJob,
  shown: ShownJob,
  violated: Violated,
): void {
  const { pieces, end, goneMs } = call;
  const isBeginning = Bun.deepEquals(pieces, job.pieces.slice(0, pieces.length));
  if (!isBeginning) violated('another answer was read', `${pieces} for ${job.pieces}`);
  const isWhole = shown.status === 'completed' && pieces.length === job.pieces.length;
  if (end === 'done' && !isWhole) violated('an end too soon', `${shown.status}: ${pieces}`);
  if (end === 'failed' && shown.status !== 'failed') violated('another end was read', shown.status);
  const lateMs = Date.parse(shown.finished_at ?? '') - goneMs;
  const isNoticed = lateMs <= NOTICED_MS || !stage.wasServed(goneMs, goneMs + NOTICED_MS);
  if (end === 'gone' && !isNoticed) violated('a call outlives its client', `${lateMs} ms`);
}
