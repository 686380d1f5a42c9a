import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { plan, queries } from './plan';

const split = (question: string, branches = 4) => plan({ question, branches }).subQuestions;

describe('plan', () => {
  test('a simple question stays one', () => {
    expect(split('When was the bridge opened?')).toEqual(['When was the bridge opened?']);
    expect(split('Who wrote Pride and Prejudice?')).toEqual(['Who wrote Pride and Prejudice?']);
  });

  test('a compound question is split after the question itself', () => {
    expect(split('Who designed the Harbour Bridge and when was it opened?')).toEqual([
      'Who designed the Harbour Bridge and when was it opened?',
      'Who designed the Harbour Bridge',
      'Harbour Bridge: when was it opened?',
    ]);
    expect(split('When and where was Ada Byron born?').slice(1)).toEqual([
      'When was Ada Byron born?',
      'where was Ada Byron born?',
    ]);
    expect(split('Is the Harbour Bridge closed to lorries, and since when?').slice(1)).toEqual([
      'Is the Harbour Bridge closed to lorries',
      'since when is the Harbour Bridge closed to lorries?',
    ]);
    expect(split('What is a lock? Who built the first?').slice(1)).toEqual([
      'What is a lock?',
      'Who built the first?',
    ]);
  });

  test('a comparison asks about each side', () => {
    expect(split('SQLite vs Postgres').slice(1)).toEqual(['SQLite', 'Postgres']);
    expect(split('What is the difference between a canal and a river?').slice(1)).toEqual([
      'a canal',
      'a river',
    ]);
    expect(split('Who was born earlier, Ada Byron or Mary Somerville?').slice(1)).toEqual([
      'Ada Byron: Who was born earlier',
      'Mary Somerville: Who was born earlier',
    ]);
  });

  test('of two that are named after a comma, each whole name is asked about', () => {
    const question = 'Which film follows poetry, Race to Nowhere or SlamNation?';
    expect(plan({ question, branches: 4 }).subQuestions.slice(1)).toEqual([
      'Race to Nowhere: Which film follows poetry',
      'SlamNation: Which film follows poetry',
    ]);
  });

  test('given sub-questions take the place of rules', () => {
    expect(
      plan({ question: 'A and B?', subQuestions: ['one', 'One', ' two '], branches: 9 })
        .subQuestions,
    ).toEqual(['A and B?', 'one', 'two']);
  });

  test('there are never more than the branches, never none, and none twice', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 200 }),
        fc.integer({ min: 1, max: 6 }),
        (text, branches) => {
          const { subQuestions } = plan({ question: text, branches });
          expect(subQuestions.length).toBeGreaterThanOrEqual(1);
          expect(subQuestions.length).toBeLessThanOrEqual(branches);
          expect(new Set(subQuestions).size).toBe(subQuestions.length);
        },
      ),
    );
  });

  test('follow-ups are asked instead of the sub-questions, each once', () => {
    const planned = plan({ question: 'What is X?', branches: 1 });
    expect(queries(planned, [])).toEqual([{ subQuestion: 0, text: 'What is X?' }]);
    const twice = [
      { subQuestion: 0, text: 'Ada Byron' },
      { subQuestion: 0, text: 'ada  byron' },
    ];
    expect(queries(planned, twice)).toEqual([{ subQuestion: 0, text: 'Ada Byron' }]);
  });
});
