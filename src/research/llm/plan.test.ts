import { expect, test } from 'bun:test';
import { systemClock } from '../../lib/clock';
import type { Llm } from '../ports';
import { plan as planByRule } from '../stages/plan';
import type { CallDeps } from './call';
import { emptyMemory } from './memory';
import { planWith } from './plan';

/** The plan when a model names these parts. */
async function planned(question: string, parts: string[], branches = 7): Promise<string[]> {
  const llm: Llm = {
    model: 'm',
    contextTokens: 10_000,
    price: { inputUsdMicros: 0, outputUsdMicros: 0 },
    complete: async () => ({
      text: JSON.stringify({ sub_questions: parts }),
      usage: { inputTokens: 1, outputTokens: 1 },
      model: 'm',
      costUsdMicros: 0,
    }),
  };
  const deps: CallDeps = {
    clock: systemClock,
    chance: { fraction: () => 0 } as CallDeps['chance'],
    tape: (_port, _request, make) => make(),
    stats: emptyMemory('m', 'm').stats,
    open: new Set(),
    turns: undefined,
    purse: { reserve: async () => true, giveBack: async () => {} },
  };
  const fallback = planByRule({ question, branches });
  const { signal } = new AbortController();
  return (await planWith(deps, llm, { question, branches, fallback, signal })).subQuestions;
}

const BRIDGE = 'Who built the Orrin bridge and when was it opened?';
const BY_RULE = planByRule({ question: BRIDGE, branches: 7 }).subQuestions;

test('nonsense takes nothing away: the parts by rule stay', async () => {
  expect(BY_RULE.length).toBeGreaterThan(1);
  for (const nonsense of [
    ['sr ged. the the', 'q q q q', 'ther of anin'],
    ['What is the best pizza?', 'How do magnets work?'],
    [],
  ]) {
    expect(await planned(BRIDGE, nonsense)).toEqual(BY_RULE);
  }
});

test('what has nothing to do with the question is dropped, and the parts by rule stand beside the rest', async () => {
  const good = 'Which engineer designed the Orrin bridge?';
  const parts = await planned(BRIDGE, ['How do magnets work?', good]);
  expect(parts).toEqual([BRIDGE, good, ...BY_RULE.slice(1)]);
});

test('the parts of the model come first when there is no room for all, and none is asked for twice', async () => {
  const good = ['Which engineer designed the Orrin bridge?', 'Which firm built the Orrin bridge?'];
  expect(await planned(BRIDGE, good, 3)).toEqual([BRIDGE, ...good]);
  const same = ['Who built the Orrin bridge?', 'When was the Orrin bridge opened?'];
  expect(await planned(BRIDGE, same)).toEqual([BRIDGE, ...same]);
});

// As a fluent model takes them apart.
test.each([
  [
    'Is the capital of France larger than Berlin?',
    ['What is the population of Berlin?', 'What is the population of Paris?'],
  ],
  [
    'How did the GDPR change online advertising?',
    [
      'What does the GDPR require for consent?',
      'How much did ad revenue fall after consent banners?',
      'Which publishers left programmatic advertising?',
    ],
  ],
  [
    'Which side effects does semaglutide have?',
    [
      'semaglutide gastrointestinal adverse events trials',
      'semaglutide pancreatitis risk',
      'thyroid cancer risk of GLP-1 agonists',
    ],
  ],
  [
    'Kiedy otwarto most Poniatowskiego w Warszawie?',
    ['data otwarcia mostu Poniatowskiego', 'historia mostów Warszawy'],
  ],
  ['光速是多少?', ['真空中的光速', '光速的测量历史']],
  ['When was the author of Dune born?', ['Who wrote Dune?', 'Frank Herbert date of birth author']],
] as [string, string[]][])('%p loses no part of a good plan', async (question, parts) => {
  const plan = await planned(question, parts);
  expect(plan.slice(0, parts.length + 1)).toEqual([question, ...parts]);
});
