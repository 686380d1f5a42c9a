import type { Assignment, Hosts, NewHost } from '../../src/hosts/types';
import { onCleanUp } from './cleanup';
import type { ReceivedCall, Reply } from './llm-server';
import { joinHost, newHost } from './pool';

/** What a host makes of a job: what it says, or what it fails with; a promise until when it waits. */
export type Speech = string | { fail: string } | Promise<never>;

export interface Speaker {
  id: string;
  jobs: Assignment[];
}

const PIECE_UNITS = 4;
const POLL_MS = 60_000;

/** A host inside the process that says to each job what `speak` has for it. */
export async function joinSpeaker(
  hosts: Hosts,
  change: Partial<NewHost>,
  speak: (job: Assignment) => Speech,
): Promise<Speaker> {
  const { id, port } = await joinHost(hosts, change);
  const over = new AbortController();
  const jobs: Assignment[] = [];
  const work = async (job: Assignment) => {
    const { jobId, fence, nextSeq } = job;
    const speech = await speak(job);
    if (typeof speech !== 'string') {
      return port.fail({ jobId, fence, error: speech.fail, retryable: false });
    }
    const deltas = speech.match(new RegExp(`[\\s\\S]{1,${PIECE_UNITS}}`, 'g')) ?? [];
    const pieces = deltas.map((delta, index) => ({ seq: nextSeq + index, delta }));
    const usage = { promptTokens: 100_000, completionTokens: pieces.length };
    return port.complete({ jobId, fence, finishReason: 'stop', pieces, usage });
  };
  const running = (async () => {
    while (!over.signal.aborted) {
      const taken = await port.nextJobs({ max: newHost.slots, waitMs: POLL_MS }, over.signal);
      for (const job of taken) {
        jobs.push(job);
        void work(job).catch(() => undefined);
      }
    }
  })().catch(() => undefined);
  onCleanUp(() => {
    over.abort();
    return running;
  });
  return { id, jobs };
}

const STAGES = [
  ['plan', /sub_questions/],
  ['findings', /"quote"/],
  ['brief', /"sentences"/],
  ['fields', /"path"/],
] as const;

/** What a chat server would say, said by a host. */
export function spoken(script: (call: ReceivedCall) => Reply) {
  return ({ messages }: { messages: readonly { role: string; content: unknown }[] }): string => {
    const content = (role: string) =>
      String(messages.find((one) => one.role === role)?.content ?? '');
    const system = content('system');
    const stage = STAGES.find(([, sign]) => sign.test(system))?.[0] ?? 'plan';
    const body = { model: '', messages: [] };
    const reply = script({ index: 0, stage, headers: {}, body, system, user: content('user') });
    return typeof reply === 'object' && 'text' in reply ? reply.text : '';
  };
}
