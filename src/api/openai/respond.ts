import type { Clock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import type { Log } from '../../lib/log';
import type { Audience, Reader } from './audience';

/** What every answer that takes its time needs. */
export interface Answering {
  clock: Clock;
  log: Log;
  audience: Audience;
}

/** Of `answer`, which may still be streaming when it is returned; what it throws was told to nobody. */
export async function answerOf(
  reader: Reader,
  jobId: string,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    const response = await answer();
    response.headers.set('x-request-id', jobId);
    return response;
  } catch (thrown) {
    reader.finish();
    throw thrown;
  }
}

/** The answer as one body. */
export async function wholeAnswer(reader: Reader, body: Promise<object>): Promise<Response> {
  const response = Response.json(await body);
  reader.finish();
  return response;
}

/** What is told to who still reads when the server stops; the official clients come back by
 * themselves. */
export function interrupted(): Fault {
  return new Fault('unavailable', 'this server is stopping: ask again', { retryAfterSeconds: 1 });
}
