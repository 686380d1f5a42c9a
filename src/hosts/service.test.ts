import { afterEach, beforeEach, expect, test } from 'bun:test';
import {
  ask,
  joinHost,
  MODEL,
  openPoolWorld,
  type PoolWorld,
  piecesOf,
  readAll,
  runRequest,
  take,
  takeOne,
  textOf,
} from '../../tests/support/pool';
import { createKeys } from '../keys/service';
import { Fault } from '../lib/fault';
import { systemChance } from '../lib/ids';
import { creditsToMicros } from '../lib/money';
import { LEASE_MS } from './jobs';
import type { Completion, HostFeature } from './types';

let world: PoolWorld;
beforeEach(async () => {
  world = await openPoolWorld();
});
afterEach(async () => {
  expect(await world.credits.check()).toEqual([]);
  await world.close();
});

const spentCredits = async (userId = 'ann') =>
  (creditsToMicros(1_000) - (await world.credits.balance(userId)).availableMicros) / 1_000_000;

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.catch((reason: unknown) => reason);
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

test('a job goes to a host that waits, streams, and is billed once for what was accepted', async () => {
  const { port, id } = await joinHost(world.hosts);
  const waiting = port.nextJobs({ max: 1, waitMs: 25_000 }, new AbortController().signal);
  const { view } = await ask(world.hosts);
  expect(view).toMatchObject({ state: 'running', heldMicros: creditsToMicros(0.08), hostId: id });
  const [job] = await waiting;
  expect(job).toMatchObject({ jobId: view.id, fence: 1, nextSeq: 1, maxTokens: 8, model: MODEL });
  const lease = { jobId: view.id, fence: 1 };
  const reading = readAll(world.hosts, view.id);
  expect(await port.sendPieces(lease, [{ seq: 1, delta: 'Qu' }])).toEqual({
    ackSeq: 1,
    cancel: false,
  });
  const end: Completion = {
    ...lease,
    finishReason: 'stop',
    pieces: [{ seq: 2, delta: 'bits' }],
  };
  await port.complete(end);
  await port.complete(end);
  const parts = await reading;
  expect(textOf(parts)).toBe('Qubits');
  expect(parts.at(-1)).toMatchObject({
    type: 'end',
    view: { state: 'done', chargedMicros: creditsToMicros(0.02), completionTokens: 2 },
  });
  expect(await spentCredits()).toBe(0.02);
  expect(world.hosts.registry.get(id)).toMatchObject({
    completedJobs: 1,
    earnedMicros: creditsToMicros(0.018),
    runningJobs: 0,
  });
});

test('a job that finds no free host waits, says why, and goes to the first that asks', async () => {
  const { port } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  expect(await world.hosts.inference.view(view.id)).toMatchObject({
    state: 'queued',
    waiting: { position: 1, reason: '1 host has this model: one is away' },
  });
  expect(await takeOne(port)).toMatchObject({ jobId: view.id, fence: 1 });
});

test('another host goes on from what was accepted, and both are paid for what they sent', async () => {
  const first = await joinHost(world.hosts);
  const second = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  const job = await takeOne(first.port);
  await first.port.sendPieces(job, piecesOf(job, ['one ', 'two ']));
  await first.port.fail({ ...job, error: 'out of memory', retryable: true });
  expect(await take(first.port)).toEqual([]);
  const again = await takeOne(second.port);
  expect(again).toMatchObject({ fence: 2, acceptedText: 'one two ', nextSeq: 3, maxTokens: 6 });
  await second.port.complete({
    ...again,
    finishReason: 'stop',
    pieces: piecesOf(again, ['three']),
  });
  expect(await world.hosts.inference.text(view.id)).toBe('one two three');
  expect(await spentCredits()).toBe(0.03);
  const earned = (id: string) => world.hosts.registry.get(id)?.earnedMicros;
  expect(earned(first.id)).toBe(creditsToMicros(0.018));
  expect(earned(second.id)).toBe(creditsToMicros(0.009));
  const late = await faultOf(first.port.sendPieces(job, piecesOf(job, ['x', 'y', 'z'])));
  expect(late.code).toBe('conflict');
});

test('pieces that come twice or out of order count once, and a gap is named', async () => {
  const { port } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  const job = await takeOne(port);
  const [a, b, c] = piecesOf(job, ['a', 'b', 'c']);
  if (!a || !b || !c) throw new Error('three pieces');
  expect(await port.sendPieces(job, [b, a])).toEqual({ ackSeq: 2, cancel: false });
  expect(await port.sendPieces(job, [a, b])).toEqual({ ackSeq: 2, cancel: false });
  const gap = await faultOf(port.sendPieces(job, [{ seq: 4, delta: 'd' }]));
  expect(gap).toMatchObject({ code: 'unprocessable', field: 'seq' });
  await port.complete({ ...job, finishReason: 'stop', pieces: [a, b, c] });
  expect(await world.hosts.inference.text(view.id)).toBe('abc');
});

test('no host can send more than was asked for, nor count higher than it sent', async () => {
  const { port } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts, { maxTokens: 2 });
  const job = await takeOne(port);
  const ack = await port.sendPieces(job, piecesOf(job, ['a', 'b', 'c']));
  expect(ack).toEqual({ ackSeq: 2, cancel: true });
  expect(await world.hosts.inference.view(view.id)).toMatchObject({
    state: 'done',
    finishReason: 'length',
    completionTokens: 2,
  });
  await ask(world.hosts, { maxTokens: 4 });
  const other = await takeOne(port);
  await port.complete({
    ...other,
    finishReason: 'stop',
    usage: { promptTokens: 1_000_000, completionTokens: 4 },
    pieces: piecesOf(other, ['a']),
  });
  expect(await spentCredits()).toBe(0.03);
});

test('an error, and an answer without a token, cost nothing', async () => {
  const { port } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  const job = await takeOne(port);
  await port.sendPieces(job, piecesOf(job, ['a']));
  await port.fail({ ...job, error: 'the prompt has no end', retryable: false });
  expect(await world.hosts.inference.view(view.id)).toMatchObject({
    state: 'failed',
    error: 'the prompt has no end',
    chargedMicros: 0,
  });
  await ask(world.hosts);
  await port.complete({ ...(await takeOne(port)), finishReason: 'stop' });
  expect(await spentCredits()).toBe(0);
});

test('a canceled job is billed for what was accepted, and its host is told', async () => {
  const { port } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  const job = await takeOne(port);
  await port.sendPieces(job, piecesOf(job, ['a']));
  const renewing = port.renew(job, 10_000, new AbortController().signal);
  await Bun.sleep(0);
  await world.hosts.inference.cancel(view.id);
  expect((await renewing).cancel).toBe(true);
  expect((await port.sendPieces(job, piecesOf(job, ['a', 'b']))).cancel).toBe(true);
  expect(await spentCredits()).toBe(0.01);
  expect(await world.hosts.inference.view(view.id)).toMatchObject({ state: 'canceled' });
});

test('a job that is canceled while it waits costs nothing and is given to nobody', async () => {
  const { port } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  await world.hosts.inference.cancel(view.id);
  expect(await take(port)).toEqual([]);
  expect(await spentCredits()).toBe(0);
  expect(textOf(await readAll(world.hosts, view.id))).toBe('');
});

test('a host that falls silent loses its job when the lease is over', async () => {
  const first = await joinHost(world.hosts);
  const second = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  const job = await takeOne(first.port);
  await first.port.sendPieces(job, piecesOf(job, ['a']));
  const waiting = second.port.nextJobs({ max: 1, waitMs: 60_000 }, new AbortController().signal);
  await Bun.sleep(0);
  world.clock.advance(20_500);
  const [again] = await waiting;
  expect(again).toMatchObject({ jobId: view.id, fence: 2, acceptedText: 'a' });
});

test('a restarted server takes the pieces of hosts that are still at work', async () => {
  const { port, key } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  const job = await takeOne(port);
  await port.sendPieces(job, piecesOf(job, ['a', 'b']));
  const after = await world.restart();
  try {
    const host = after.hosts.registry.authenticate(key);
    if (!host) throw new Error('the host is known after a restart');
    const again = after.hosts.registry.port(host.id);
    const reading = readAll(after.hosts, view.id, 1);
    expect(await again.sendPieces(job, piecesOf(job, ['a', 'b', 'c']))).toMatchObject({
      ackSeq: 3,
    });
    await again.complete({ ...job, finishReason: 'stop' });
    expect(textOf(await reading)).toBe('bc');
    expect(await spentCredits()).toBe(0.03);
  } finally {
    await after.close();
  }
});

test('what may not be asked is refused with the field and the remedy', async () => {
  await joinHost(world.hosts);
  expect(await faultOf(ask(world.hosts, { model: 'gpt-9' }))).toMatchObject({
    code: 'not_found',
    field: 'model',
    message: `no host has the model gpt-9: there are ${MODEL}`,
  });
  expect(await faultOf(ask(world.hosts, { maxTokens: 5_000 }))).toMatchObject({
    code: 'invalid_request',
    field: 'max_tokens',
  });
  const tools = { parameters: { tools: [] } };
  expect(await faultOf(ask(world.hosts, tools))).toMatchObject({
    code: 'invalid_request',
    field: 'tools',
  });
  expect((await faultOf(ask(world.hosts, {}, 'nobody'))).code).toBe('insufficient_credits');
});

test('a host above the price that a user named does not get the job', async () => {
  const dear = await joinHost(world.hosts, { pricePerToken: 0.0002 });
  const cheap = await joinHost(world.hosts);
  await cheap.port.drain();
  const { view } = await ask(world.hosts, { maxPricePerToken: 0.0001 });
  expect(await take(dear.port)).toEqual([]);
  expect((await world.hosts.inference.view(view.id))?.waiting?.reason).toBe(
    '2 hosts have this model: one is above your price, one is draining',
  );
});

test('an alias is served by the first of its models that a host has free', async () => {
  const { port } = await joinHost(world.hosts, { models: [{ name: 'small', maxTokens: 64 }] });
  await world.hosts.registry.setAlias({ name: 'best', models: ['large', 'small'] });
  await ask(world.hosts, { model: 'best' });
  expect(await takeOne(port)).toMatchObject({ model: 'small' });
});

test('a host that nobody vouched for gets nothing until an admin approves it', async () => {
  const { host } = await world.hosts.registry.register(
    { ...(await import('../../tests/support/pool')).newHost },
    { userId: null, joinToken: null },
  );
  expect(host.state).toBe('pending');
  await joinHost(world.hosts);
  await ask(world.hosts);
  const port = world.hosts.registry.port(host.id);
  expect(await take(port)).toEqual([]);
  await world.hosts.registry.setState(host.id, 'active');
  expect(await take(port)).toHaveLength(1);
});

test('an embedding is held for at the price of whoever may be paid for what it reads', async () => {
  const features: HostFeature[] = ['embeddings'];
  await joinHost(world.hosts, { features, pricePerPromptToken: 0.00001 });
  const dear = await joinHost(world.hosts, { features, pricePerToken: 0.0002 });
  const inputs = ['one', 'two'];
  await ask(world.hosts, { task: 'embedding', inputText: '', inputs, maxTokens: 0 });
  const job = await takeOne(dear.port);
  const embeddings = [[1], [2]];
  const usage = { promptTokens: 6, completionTokens: 0 };
  await dear.port.complete({ ...job, finishReason: 'stop', embeddings, usage });
  expect(await spentCredits()).toBe(0.12);
});

test('calls of tools are billed for no more tokens than were asked for', async () => {
  const { port } = await joinHost(world.hosts, { features: ['tools'] });
  await ask(world.hosts, { maxTokens: 4, parameters: { tools: [{}] } });
  const job = await takeOne(port);
  const toolCalls = [{ name: 'a name that is longer than what was asked for' }];
  const usage = { promptTokens: 1, completionTokens: 1_000 };
  await port.complete({ ...job, finishReason: 'tool_calls', toolCalls, usage });
  expect(await spentCredits()).toBe(0.04);
});

test('a host that only repeats itself keeps its lease, and keeps it when the server restarts', async () => {
  const { port, id } = await joinHost(world.hosts);
  await ask(world.hosts);
  const job = await takeOne(port);
  const [first] = piecesOf(job, ['a']);
  if (!first) throw new Error('one piece');
  await port.sendPieces(job, [first]);
  world.clock.advance(LEASE_MS / 2);
  await port.sendPieces(job, [first]);
  const after = await world.restart();
  try {
    world.clock.advance(LEASE_MS / 2 + 1_000);
    const ack = await after.hosts.registry.port(id).sendPieces(job, piecesOf(job, ['a', 'b']));
    expect(ack).toEqual({ ackSeq: 2, cancel: false });
  } finally {
    await after.close();
  }
});

test('jobs of two users alternate by tokens, whoever came first', async () => {
  const { port } = await joinHost(world.hosts, { slots: 8 });
  const ids: string[] = [];
  for (let job = 0; job < 3; job++) ids.push((await ask(world.hosts, { maxTokens: 64 })).view.id);
  const bob = await ask(world.hosts, { maxTokens: 64 }, 'bob');
  const taken = await take(port, 8);
  expect(taken.map(({ jobId }) => jobId)).toEqual([
    ids[0],
    bob.view.id,
    ids[1],
    ids[2],
  ] as string[]);
});

test("jobs of a user whom an admin gave a priority go before everybody's", async () => {
  const { port } = await joinHost(world.hosts, { slots: 8 });
  const ann = await ask(world.hosts);
  await world.hosts.registry.setPriority({ userId: 'bob', priority: 5 });
  const bob = await ask(world.hosts, {}, 'bob');
  const taken = await take(port, 8);
  expect(taken.map(({ jobId }) => jobId)).toEqual([bob.view.id, ann.view.id]);
});

test('a host that said it leaves is given nothing until it asks again', async () => {
  const { port, id } = await joinHost(world.hosts);
  const waiting = port.nextJobs({ max: 1, waitMs: 25_000 }, new AbortController().signal);
  await port.drain();
  expect(await waiting).toEqual([]);
  expect(world.hosts.registry.get(id)?.state).toBe('draining');
  const { view } = await ask(world.hosts);
  expect(view.state).toBe('queued');
  expect(await takeOne(port)).toMatchObject({ jobId: view.id });
});

test('a chat that nobody can come back for is canceled when its server starts again', async () => {
  const { port } = await joinHost(world.hosts, { features: ['chat'] });
  const messages = [{ role: 'user' as const, content: 'Hello' }];
  const chat = await ask(world.hosts, { task: 'chat', inputText: '', messages });
  const run = await ask(world.hosts);
  const [first] = await take(port, 2);
  if (!first) throw new Error('both jobs are at the host');
  await port.sendPieces(first, piecesOf(first, ['Hi']));
  const after = await world.restart();
  try {
    expect(await after.hosts.inference.view(chat.view.id)).toMatchObject({
      state: 'canceled',
      chargedMicros: creditsToMicros(0.01),
    });
    expect(await after.hosts.inference.view(run.view.id)).toMatchObject({ state: 'running' });
  } finally {
    await after.close();
  }
});

test('a job that is canceled while it waits for another host is billed for what the first sent', async () => {
  const { port, id } = await joinHost(world.hosts);
  const { view } = await ask(world.hosts);
  const job = await takeOne(port);
  await port.sendPieces(job, piecesOf(job, ['a', 'b']));
  await port.fail({ ...job, error: 'out of memory', retryable: true });
  await world.hosts.inference.cancel(view.id);
  expect(await world.hosts.inference.view(view.id)).toMatchObject({
    state: 'canceled',
    chargedMicros: creditsToMicros(0.02),
    completionTokens: 2,
  });
  expect(await spentCredits()).toBe(0.02);
  expect(world.hosts.registry.get(id)?.earnedMicros).toBe(creditsToMicros(0.018));
});

test('a process that assigns nothing accepts jobs, and reads what another one makes of them', async () => {
  const { port } = await joinHost(world.hosts);
  const beside = world.beside();
  await beside.hosts.load();
  const { view } = await ask(beside.hosts);
  const reading = readAll(beside.hosts, view.id);
  for (let rounds = 0; rounds < 20; rounds++) {
    world.clock.advance(250);
    await Bun.sleep(0);
  }
  const job = await takeOne(port);
  await port.complete({ ...job, finishReason: 'stop', pieces: piecesOf(job, ['a']) });
  world.clock.advance(1_000);
  expect(textOf(await reading)).toBe('a');
});

test('what a job of a capped key does not cost goes back to its cap, after a restart too', async () => {
  const { id: hostId, port } = await joinHost(world.hosts);
  const keys = createKeys({ ...world, db: world.file.db, chance: systemChance });
  const { id } = await keys.create({ userId: 'ann', name: 'capped', spendCapCredits: 1 });
  const asker = { userId: 'ann', key: { id, isCapped: true } };
  // Each holds 0.6 credits, and costs 0.01.
  const submit = ({ inference } = world.hosts) =>
    inference.submit(asker, { ...runRequest, maxTokens: 60 }, null);
  const end = async (by = port) => {
    const job = await takeOne(by);
    await by.complete({ ...job, finishReason: 'stop', pieces: piecesOf(job, ['x']) });
  };
  await submit();
  expect((await faultOf(submit())).code).toBe('insufficient_credits');
  await end();
  await submit();
  const later = await world.restart();
  await end(later.hosts.registry.port(hostId));
  await submit(later.hosts);
  expect((await faultOf(submit(later.hosts))).code).toBe('insufficient_credits');
  await later.close();
});
