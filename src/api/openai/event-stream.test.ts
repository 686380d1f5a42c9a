import { describe, expect, test } from 'bun:test';
import { ManualClock } from '../../../tests/support/clock';
import { recordingLog } from '../../../tests/support/log';
import { Fault } from '../../lib/fault';
import { Audience } from './audience';
import { eventStream } from './event-stream';

function world() {
  const clock = new ManualClock();
  const log = recordingLog();
  const canceled: string[] = [];
  const audience = new Audience(log);
  const connection = new AbortController();
  const attend = (from = connection.signal) =>
    audience.attend('job', from, async () => canceled.push('job'));
  return { clock, log, audience, canceled, connection, attend, deps: { clock, log } };
}

/** A source of blocks that the test feeds. */
function feed() {
  const stream = new TransformStream<string, string>();
  const writer = stream.writable.getWriter();
  const blocks = async function* () {
    for await (const block of stream.readable) yield block;
  };
  return { writer, blocks: blocks() };
}

const decoder = new TextDecoder();

async function next(body: Pick<ReadableStreamDefaultReader, 'read'>): Promise<string | undefined> {
  const { value, done } = await body.read();
  return done ? undefined : decoder.decode(value);
}

describe('a stream', () => {
  test('is what its blocks say, each written by itself', async () => {
    const { deps, attend, canceled, clock } = world();
    const response = await eventStream(
      deps,
      (async function* () {
        yield 'a';
        yield 'b';
      })(),
      attend(),
    );
    const body = response.body!.getReader();
    expect([await next(body), await next(body), await next(body)]).toEqual(['a', 'b', undefined]);
    expect(canceled).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('that fails before it begins is thrown, for a status of its own', async () => {
    const { deps, attend } = world();
    const blocks = (async function* (): AsyncGenerator<string, void> {
      yield* [];
      throw new Fault('unavailable', 'no host');
    })();
    await expect(eventStream(deps, blocks, attend())).rejects.toThrow('no host');
  });

  test('that fails later tells it in an event, and ends', async () => {
    const { deps, attend, log } = world();
    const blocks = (async function* () {
      yield 'a';
      throw new Error('secret');
    })();
    const text = await (await eventStream(deps, blocks, attend())).text();
    const [first, error] = [text.slice(0, 1), text.slice(1)];
    expect(first).toBe('a');
    expect(JSON.parse(error.replace('data: ', '')).error).toMatchObject({ code: 'internal_error' });
    expect(error).not.toContain('secret');
    expect(String(log.records[0]?.fields.error)).toContain('secret');
  });

  test('beats in silence, and only then', async () => {
    const { deps, attend, clock } = world();
    const { writer, blocks } = feed();
    const opening = eventStream(deps, blocks, attend());
    clock.advance(15_000);
    const body = (await opening).body!.getReader();
    expect(await next(body)).toBe(': beat\n\n');
    clock.advance(15_000);
    expect(await next(body)).toBe(': beat\n\n');
    await writer.write('a');
    expect(await next(body)).toBe('a');
    clock.advance(15_000);
    await writer.write('b');
    expect(await next(body)).toBe('b');
    clock.advance(15_000);
    clock.advance(15_000);
    expect(await next(body)).toBe(': beat\n\n');
  });

  test('cancels its job when its reader leaves, and stops beating', async () => {
    const { deps, attend, canceled, clock } = world();
    const { writer, blocks } = feed();
    const opening = eventStream(deps, blocks, attend());
    void writer.write('a');
    const body = (await opening).body!.getReader();
    expect(await next(body)).toBe('a');
    void body.cancel();
    expect(canceled).toEqual(['job']);
    expect(clock.pending).toBe(0);
  });
});

describe('an audience', () => {
  test('cancels when its last reader leaves, and not before', () => {
    const { attend, connection, canceled } = world();
    const other = new AbortController();
    const [one, two] = [attend(), attend(other.signal)];
    connection.abort();
    expect([one.signal.aborted, two.signal.aborted, canceled]).toEqual([true, false, []]);
    two.leave();
    two.leave();
    expect(canceled).toEqual(['job']);
  });

  test('cancels nothing that was read to its end', () => {
    const { attend, connection, canceled } = world();
    attend().finish();
    connection.abort();
    expect(canceled).toEqual([]);
  });

  test('that has left already cancels at once', () => {
    const { attend, connection, canceled } = world();
    connection.abort();
    expect(attend().signal.aborted).toBe(true);
    expect(canceled).toEqual(['job']);
  });

  test('that is closed has canceled everything when it says so', async () => {
    const { audience, attend, canceled, log } = world();
    const reader = attend();
    const failing = audience.attend('other', new AbortController().signal, async () => {
      throw new Error('no disk');
    });
    await audience.closeAll();
    expect([reader.signal.aborted, failing.signal.aborted, canceled]).toEqual([
      true,
      true,
      ['job'],
    ]);
    expect(log.records).toMatchObject([{ event: 'openai.cancel_failed' }]);
  });
});
