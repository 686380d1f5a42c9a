import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { FinishReason } from '../types';
import type { Chunk } from './chunks';
import { BackendFault, passing, statusFault } from './fault';
import { eventData, parseJson, readText } from './read';
import { ToolCalls } from './tool-calls';
import type { BackendAnswer, BackendHttp, Generated, Usage } from './types';
import { type PatienceLimits, startWatch, type Watch } from './watch';

export interface StreamDeps {
  http: BackendHttp;
  clock: Clock;
  patience: PatienceLimits;
  headers: Record<string, string>;
}

/** A request that is answered by a stream of events. */
export interface StreamCall {
  url: string;
  body: unknown;
  read(data: unknown): Chunk;
}

/** How much of an error is read. */
const ERROR_BYTES = 8_192;

/** Sends the request, and gives what comes as it comes. */
export async function* generateBy(
  { http, clock, patience, headers }: StreamDeps,
  { url, body, read }: StreamCall,
  caller: AbortSignal,
): AsyncGenerator<Generated> {
  const watch = startWatch(clock, patience, caller);
  try {
    const answer = await opened(http.post(url, body, headers, watch.signal), watch.signal);
    yield* answerOf(answer, read, watch);
  } catch (thrown) {
    if (watch.signal.aborted) throw watch.signal.reason;
    throw thrown instanceof BackendFault ? thrown : brokenOff(thrown);
  } finally {
    watch.close();
  }
}

/** The answer, if it is a success. */
export async function opened(
  asking: Promise<BackendAnswer>,
  signal: AbortSignal,
): Promise<BackendAnswer> {
  const answer = await asking.catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason;
    throw unreachable(cause);
  });
  if (answer.status >= 200 && answer.status < 300) return answer;
  const { text } = await readText(answer.body, ERROR_BYTES, signal);
  throw statusFault(answer.status, text);
}

/** Usage comes after the finish, so the finish is kept until the stream has ended. */
async function* answerOf(
  { body }: BackendAnswer,
  read: (data: unknown) => Chunk,
  watch: Watch,
): AsyncGenerator<Generated> {
  const toolCalls = new ToolCalls();
  let finish: FinishReason | undefined;
  let usage: Usage | undefined;
  reading: for await (const events of eventData(body, watch.signal)) {
    for (const data of events) {
      if (data === '[DONE]') break reading;
      const chunk = read(parseJson(data));
      if (chunk.isAlive) watch.beat();
      if (chunk.toolCalls) toolCalls.add(chunk.toolCalls);
      finish = chunk.finish ?? finish;
      usage = chunk.usage ?? usage;
      if (chunk.text !== '') yield { delta: chunk.text };
    }
  }
  if (finish === undefined) throw passing('The backend ended its stream before its answer.');
  const calls = toolCalls.all();
  yield {
    // Some servers say `stop` after a call.
    finish: calls && finish === 'stop' ? 'tool_calls' : finish,
    ...(usage ? { usage } : {}),
    ...(calls ? { toolCalls: calls } : {}),
  };
}

/** What a guard of ours refuses says so itself. */
function unreachable(cause: unknown): BackendFault {
  if (cause instanceof Fault) return passing(cause.message, cause);
  return passing('The backend cannot be reached. Check that it is up, and its address.', cause);
}

function brokenOff(cause: unknown): BackendFault {
  return passing('The connection to the backend broke off.', cause);
}
