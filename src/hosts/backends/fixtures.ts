import type { Assignment, InferenceRequest } from '../types';
import type { Backend, Generated } from './types';

type Changes = Partial<Omit<Assignment, 'request'>> & { request?: Partial<InferenceRequest> };

/** A job as a host gets it. */
export function assignment({ request, ...changes }: Changes = {}): Assignment {
  return {
    jobId: 'job_1',
    fence: 1,
    leaseMs: 20_000,
    model: 'a-model',
    acceptedText: '',
    nextSeq: 1,
    maxTokens: 50,
    ...changes,
    request: {
      task: 'run',
      model: 'a-model',
      inputText: 'Say hello.',
      messages: [],
      inputs: [],
      maxTokens: 50,
      parameters: {},
      maxPricePerToken: null,
      ...request,
    },
  };
}

export async function everything(
  backend: Backend,
  job: Assignment,
  signal = new AbortController().signal,
): Promise<Generated[]> {
  const parts: Generated[] = [];
  for await (const part of backend.generate(job, signal)) parts.push(part);
  return parts;
}

/** A stream of events, the last of them `[DONE]`; a text stands as it is. */
export function sse(...events: unknown[]): Response {
  const lines = [...events, '[DONE]'].map((event) => {
    const data = typeof event === 'string' ? event : JSON.stringify(event);
    return `data: ${data}\n\n`;
  });
  return new Response(lines.join(''), { headers: { 'content-type': 'text/event-stream' } });
}

export const said = (content: string) => ({ choices: [{ index: 0, delta: { content } }] });
export const finished = (finish_reason = 'stop') => ({
  choices: [{ index: 0, delta: {}, finish_reason }],
});
export const counted = (prompt_tokens: number, completion_tokens: number) => ({
  choices: [],
  usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
});
