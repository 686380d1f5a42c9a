import { describe, expect, test } from 'bun:test';
import { ManualClock } from '../../../tests/support/clock';
import type { Principal } from '../../http/principal';
import { systemChance } from '../../lib/ids';
import { type SessionDeps, Sessions } from './sessions';

const HALF_AN_HOUR_MS = 30 * 60_000;
const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
};

const holder = (id: string): Principal => ({
  userId: `user of ${id}`,
  key: { id, isCapped: false },
  isAdmin: false,
});

/** No tool is called here: what tools work with is not there. */
function open() {
  const clock = new ManualClock();
  const sessions = new Sessions({ clock, chance: systemChance } as unknown as SessionDeps);
  const send = (key: string, body: unknown, session?: string) =>
    sessions.handle(
      holder(key),
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: {
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          ...(session === undefined ? {} : { 'mcp-session-id': session }),
        },
      }),
      body,
    );
  const begin = async (key: string) =>
    (await send(key, initialize)).headers.get('mcp-session-id') ?? '';
  const ping = { jsonrpc: '2.0', id: 2, method: 'ping' };
  const isThere = (key: string, session: string) =>
    send(key, ping, session).then(
      (answer) => answer.status === 200,
      () => false,
    );
  return { clock, sessions, begin, isThere };
}

describe('a session', () => {
  test('that is quiet for half an hour ends, and one in use goes on', async () => {
    const { clock, sessions, begin, isThere } = open();
    const quiet = await begin('a');
    const used = await begin('a');
    clock.advance(HALF_AN_HOUR_MS - 1);
    expect(await isThere('a', used)).toBe(true);
    clock.advance(1);
    await Bun.sleep(0);
    expect(await isThere('a', quiet)).toBe(false);
    expect(await isThere('a', used)).toBe(true);
    expect(sessions.size).toBe(1);
  });

  test('is one of so many, and of a bounded number of one key', async () => {
    const { sessions, begin, isThere } = open();
    const first = await begin('early');
    for (let key = 0; key < 300; key += 1) await begin(`key ${key}`);
    expect(sessions.size).toBe(256);
    expect(await isThere('early', first)).toBe(false);
    const greedy = [];
    for (let count = 0; count < 20; count += 1) greedy.push(await begin('greedy'));
    const alive = await Promise.all(greedy.map((session) => isThere('greedy', session)));
    expect(alive).toEqual([...Array(4).fill(false), ...Array(16).fill(true)]);
  });

  test('ends with the server, which waits for no timer then', async () => {
    const { clock, sessions, begin, isThere } = open();
    const session = await begin('a');
    await sessions.closeAll();
    expect(await isThere('a', session)).toBe(false);
    expect([sessions.size, clock.pending]).toEqual([0, 0]);
  });
});
