import { createParser } from 'eventsource-parser';
import { passing } from './fault';

/** Of one event, in characters. No token and no tool call is longer. */
const MAX_EVENT_LENGTH = 1_048_576;
/** Of a whole stream: four million tokens would fit. */
const MAX_STREAM_BYTES = 1_073_741_824;

/** The data of each event of a stream of server-sent events, as its bytes arrive. */
export async function* eventData(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<string[]> {
  let events: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: ({ data }) => {
      if (data.length > MAX_EVENT_LENGTH) throw tooLong();
      events.push(data);
    },
    onError: (error) => {
      // A line that no event has is passed over, as the standard says.
      if (error.type === 'max-buffer-size-exceeded') throw tooLong();
    },
  });
  const decoder = new TextDecoder();
  let length = 0;
  for await (const chunk of unlessAborted(body, signal)) {
    length += chunk.length;
    if (length > MAX_STREAM_BYTES) throw tooLong();
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (events.length === 0) continue;
    const arrived = events;
    events = [];
    yield arrived;
  }
}

function tooLong() {
  return passing('The backend sent more at once than any answer has.');
}

/** A JSON body. `maxBytes` bounds it. */
export async function readJson(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<unknown> {
  const { text, isWhole } = await readText(body, maxBytes, signal);
  if (!isWhole) throw passing('The backend sent more than any answer has.');
  return parseJson(text);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw passing('The backend sent what is no JSON.', cause);
  }
}

/** How a body begins. */
export async function readText(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ text: string; isWhole: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of unlessAborted(body, signal)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, maxBytes);
  return { text: new TextDecoder().decode(bytes), isWhole: length <= maxBytes };
}

/** Ends with the signal's reason even if the body itself does not hear it. */
async function* unlessAborted(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]();
  let fail: (reason: unknown) => void = () => {};
  const onAbort = () => fail(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    for (;;) {
      signal.throwIfAborted();
      const step = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
        fail = reject;
        iterator.next().then(resolve, reject);
      });
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Not waited for: a body that hangs would hang here again.
    void iterator.return?.().catch(() => {});
  }
}
