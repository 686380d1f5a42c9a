import { describe, expect, test } from 'bun:test';
import { gapsOf, supported } from './critic';
import { judge, pagesOf } from './fixtures';

function standing(text: string, ...texts: string[]) {
  const { corpus, question, claims } = judge(text, pagesOf(...texts));
  const [stand = []] = supported(corpus, [question], [claims]);
  const plan = { question: text, subQuestions: [text] };
  const gaps = gapsOf(
    plan,
    [question],
    [stand],
    [{ subQuestion: 0, queries: ['esk dam'], foundCount: 3, unreadCount: 1 }],
  );
  return { said: stand.map(({ lead }) => lead.sentence.text), gaps };
}

const DAM =
  'By Jonna Frisk, 5 June 2023\n\nThe Esk Dam was opened on 3 June 2019. The Esk Dam is 61 metres high. Guests of the Esk Dam like the view.\n\nDays out of service in 2021 13';

describe('what stands', () => {
  test('only what answers: no byline, no table row, no other fact about the same thing', () => {
    expect(standing('When was the Esk Dam opened?', DAM)).toEqual({
      said: ['The Esk Dam was opened on 3 June 2019.'],
      gaps: [],
    });
  });

  test('a question that nothing answers is a gap, with what was searched for it', () => {
    const question = 'Which architect designed the Esk Dam?';
    expect(standing(question, DAM)).toEqual({
      said: [],
      gaps: [
        { subQuestion: 0, text: question, searched: ['esk dam'], foundCount: 3, unreadCount: 1 },
      ],
    });
  });

  test('a yes-no question gets what says yes or no', () => {
    const { said } = standing(
      'Was the Esk Dam repaired?',
      `${DAM}\n\nThe Esk Dam was not repaired.`,
    );
    expect(said).toEqual(['The Esk Dam was not repaired.']);
  });
});
