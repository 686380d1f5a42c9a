import { expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import { createCircuit } from './circuit';

const chance: Chance = { id: () => '', bytes: () => new Uint8Array(0), fraction: () => 0 };
const broken = new Fault('unavailable', 'broken');
const badRequest = new Fault('invalid_request', 'bad');

function open() {
  const clock = new ManualClock();
  const circuit = createCircuit({
    clock,
    chance,
    title: 'The service',
    isFailure: (thrown) => thrown !== badRequest,
  });
  let callCount = 0;
  /** What a call comes to: its result, or what is thrown. */
  const call = async (work: () => Promise<unknown>, signal = new AbortController().signal) =>
    circuit
      .run(() => {
        callCount += 1;
        return work();
      }, signal)
      .catch((thrown: unknown) => thrown);
  const fail = (thrown: unknown = broken) => call(() => Promise.reject(thrown));
  const succeed = () => call(async () => 'done');
  return {
    clock,
    circuit,
    call,
    fail,
    succeed,
    calls: () => callCount,
    async break() {
      for (let count = 0; count < 5; count += 1) await fail();
    },
  };
}

test('five failures in a row open it: then nothing is asked until the pause is over', async () => {
  const { clock, circuit, fail, succeed, calls } = open();
  for (let count = 0; count < 4; count += 1) expect(await fail()).toBe(broken);
  expect(circuit.state).toBe('closed');
  await fail();
  expect(circuit.state).toBe('open');
  clock.advance(14_999);
  const refusal = (await succeed()) as Fault;
  expect([refusal.code, refusal.retryAfterSeconds, calls()]).toEqual(['unavailable', 1, 5]);
  expect(refusal.message).toBe('The service has failed and is left alone for another 1 s.');
  clock.advance(1);
  expect(circuit.state).toBe('half_open');
  expect(await succeed()).toBe('done');
  expect(circuit.state).toBe('closed');
});

test('a success between failures starts the count again', async () => {
  const { circuit, fail, succeed } = open();
  for (let count = 0; count < 20; count += 1) {
    await fail();
    if (count % 4 === 3) await succeed();
  }
  expect(circuit.state).toBe('closed');
});

test('half open, one call is let through at a time', async () => {
  const { clock, circuit, call, succeed, calls, break: breakIt } = open();
  await breakIt();
  clock.advance(15_000);
  const probe = Promise.withResolvers<string>();
  const probing = call(() => probe.promise);
  expect(await succeed()).toBeInstanceOf(Fault);
  expect(calls()).toBe(6);
  probe.resolve('back');
  expect(await probing).toBe('back');
  expect(circuit.state).toBe('closed');
});

test('the pause doubles up to a quarter of an hour, and a success resets it', async () => {
  const { clock, fail, succeed, circuit, break: breakIt } = open();
  await breakIt();
  for (const pauseMs of [15_000, 30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000]) {
    clock.advance(pauseMs - 1);
    expect(circuit.state).toBe('open');
    clock.advance(1);
    expect(circuit.state).toBe('half_open');
    await fail();
  }
  clock.advance(900_000);
  await succeed();
  await breakIt();
  clock.advance(15_000);
  expect(circuit.state).toBe('half_open');
});

test('who says how long it wants to be left alone is left alone so long, at once', async () => {
  const { clock, circuit, fail } = open();
  await fail(new Fault('rate_limited', 'slow down', { retryAfterSeconds: 3_600 }));
  clock.advance(3_599_999);
  expect(circuit.state).toBe('open');
  clock.advance(1);
  expect(circuit.state).toBe('half_open');
});

test('bad requests and canceled calls are no failures of the service', async () => {
  const { clock, circuit, call, fail, break: breakIt } = open();
  for (let count = 0; count < 10; count += 1) await fail(badRequest);
  const controller = new AbortController();
  for (let count = 0; count < 10; count += 1) {
    const canceled = async () => {
      controller.abort('canceled');
      throw 'canceled';
    };
    await call(canceled, controller.signal);
  }
  expect(circuit.state).toBe('closed');
  await breakIt();
  clock.advance(15_000);
  const late = new AbortController();
  await call(async () => {
    late.abort('canceled');
    throw 'canceled';
  }, late.signal);
  // A probe that was given up tells nothing: the next call is the probe.
  expect(circuit.state).toBe('half_open');
});

test('a call from before it opened neither closes nor prolongs it', async () => {
  const { clock, circuit, call, break: breakIt } = open();
  const good = Promise.withResolvers<string>();
  const bad = Promise.withResolvers<string>();
  const early = [call(() => good.promise), call(() => bad.promise)];
  await breakIt();
  clock.advance(10_000);
  good.resolve('late');
  bad.reject(broken);
  await Promise.all(early);
  expect(circuit.state).toBe('open');
  clock.advance(5_000);
  expect(circuit.state).toBe('half_open');
});
