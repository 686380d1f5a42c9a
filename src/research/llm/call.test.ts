import { expect, test } from 'bun:test';
import { systemClock } from '../../lib/clock';
import { createTurns } from '../../net/turns';
import type { Llm, LlmAnswer } from '../ports';
import { type CallDeps, callOnce } from './call';
import { emptyMemory } from './memory';

const CALL = { messages: [{ role: 'user' as const, content: 'q' }], maxOutputTokens: 100 };

/** Money for so many calls at their worst cost, which each turns out to have a tenth of. */
function parts(room: number) {
  const answers: ((answer: LlmAnswer) => void)[] = [];
  let left = room * 1_000;
  let least = left;
  const llm: Llm = {
    model: 'm',
    contextTokens: 10_000,
    price: { inputUsdMicros: 0, outputUsdMicros: 10_000_000 },
    complete: () => new Promise((resolve) => answers.push(resolve)),
  };
  const deps: CallDeps = {
    clock: systemClock,
    chance: { fraction: () => 0 } as CallDeps['chance'],
    tape: (_port, _request, make) => make(),
    stats: emptyMemory('m', 'm').stats,
    open: new Set(),
    turns: undefined,
    purse: {
      async reserve(_stage, cost) {
        if (cost > left) return false;
        left -= cost;
        least = Math.min(least, left);
        return true;
      },
      async giveBack(cost) {
        left += cost;
      },
    },
  };
  const ask = (signal = new AbortController().signal) =>
    callOnce(deps, { stage: 'read', llm, attempt: 1, inputTokens: 10, pauseMs: 0, signal }, CALL);
  const answer = (at: number) =>
    answers[at]?.({
      text: `answer ${at}`,
      usage: { inputTokens: 1, outputTokens: 10 },
      model: 'm',
      costUsdMicros: 100,
    });
  return { ask, answer, deps, answers, least: () => least, left: () => left };
}

test('a call that does not fit beside those under way waits for what they give back', async () => {
  const { ask, answer, answers, deps, least } = parts(2);
  const asked = [ask(), ask(), ask()];
  await Bun.sleep(0);
  expect(answers).toHaveLength(2);
  answer(0);
  await asked[0];
  await Bun.sleep(0);
  expect(answers).toHaveLength(2);
  answer(1);
  await asked[1];
  await Bun.sleep(0);
  answer(2);
  expect((await asked[2])?.text).toBe('answer 2');
  expect(least()).toBeGreaterThanOrEqual(0);
  expect([deps.stats.stages.read.calls, deps.open.size]).toEqual([3, 0]);
});

test('a call that does not fit at all is not made, nor one whose time ends while it waits', async () => {
  const none = parts(0);
  expect((await none.ask()).error).toContain('cost limit');
  const { ask, answer, answers } = parts(1);
  const first = ask();
  const abort = new AbortController();
  const second = ask(abort.signal);
  await Bun.sleep(0);
  abort.abort('budget');
  answer(0);
  await first;
  const outcome = await second;
  expect([outcome.isCalled, outcome.costUsdMicros, answers.length]).toEqual([false, 0, 1]);
});

test('calls beyond the limit of all jobs wait for a turn, one job after the other, and one that is left costs nothing', async () => {
  const turns = createTurns(systemClock, { maxAtOnce: 2, minGapMs: 0, maxWaiting: 10 });
  const many = parts(100);
  const few = parts(100);
  many.deps.turns = turns;
  few.deps.turns = turns;
  const [crowd, one, abort] = [new AbortController(), new AbortController(), new AbortController()];
  const crowded = Array.from({ length: 4 }, () => many.ask(crowd.signal));
  const left = few.ask(abort.signal);
  const alone = few.ask(one.signal);
  await Bun.sleep(0);
  expect([many.answers.length, few.answers.length]).toEqual([2, 0]);
  abort.abort('budget');
  expect(await left).toMatchObject({ isCalled: false, costUsdMicros: 0, pauseMs: null });
  many.answer(0);
  await Bun.sleep(0);
  many.answer(1);
  await Bun.sleep(0);
  expect([many.answers.length, few.answers.length]).toEqual([3, 1]);
  few.answer(0);
  await Bun.sleep(0);
  many.answer(2);
  many.answer(3);
  await Promise.all([...crowded, alone]);
  expect(few.left()).toBe(100 * 1_000 - 100);
});
