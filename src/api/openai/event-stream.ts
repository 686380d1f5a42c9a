import type { Clock } from '../../lib/clock';
import type { Log } from '../../lib/log';
import type { Reader } from './audience';
import { errorEvent } from './errors';

/** Quieter connections are cut by proxies, and by our own server's idle timeout. */
const BEAT_MS = 15_000;
const BEAT = ': beat\n\n';
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

type Blocks = AsyncGenerator<string, void>;

/**
 * Streams `blocks`, each of them server-sent events whole, one write a block, as fast as the client
 * takes them. What fails before the first block is thrown, for an answer with a status of its own;
 * but silence opens the stream, and beats. What fails later is told in the stream.
 */
export async function eventStream(
  { clock, log }: { clock: Clock; log: Log },
  blocks: Blocks,
  reader: Reader,
): Promise<Response> {
  const first = blocks.next();
  const opening = await firstOrBeat(clock, first);
  const encoder = new TextEncoder();
  let coming: Promise<IteratorResult<string, void>> | undefined = first;
  let isQuiet = true;
  let isTaken = true;
  let stopBeats = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (opening === undefined) controller.enqueue(encoder.encode(BEAT));
      const beat = () => {
        if (isQuiet) controller.enqueue(encoder.encode(BEAT));
        isQuiet = true;
        stopBeats = clock.after(BEAT_MS, beat);
      };
      stopBeats = clock.after(BEAT_MS, beat);
    },
    async pull(controller) {
      try {
        const next = await (coming ?? blocks.next());
        coming = undefined;
        isQuiet = false;
        if (!next.done) {
          if (isTaken) controller.enqueue(encoder.encode(next.value));
          return;
        }
      } catch (thrown) {
        if (isTaken) controller.enqueue(encoder.encode(errorEvent(thrown, log)));
      }
      stopBeats();
      reader.finish();
      if (isTaken) controller.close();
    },
    async cancel() {
      isTaken = false;
      stopBeats();
      reader.leave();
      // It may stand at a block that nobody took.
      await blocks.return();
    },
  });
  return new Response(body, { headers: HEADERS });
}

/** Undefined when it is silent for as long as a beat. */
async function firstOrBeat(
  clock: Clock,
  first: Promise<IteratorResult<string, void>>,
): Promise<IteratorResult<string, void> | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const stopWaiting = clock.after(BEAT_MS, () => resolve(undefined));
  try {
    return await Promise.race([first, promise]);
  } finally {
    stopWaiting();
  }
}
