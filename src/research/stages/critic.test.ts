import { describe, expect, test } from 'bun:test';
import { gapsOf, supported } from './critic';
import { judge, pagesOf } from './fixtures';

function standing(text: string, ...texts: string[]) {
  const { corpus, question, claims } = judge(text, pagesOf(...texts));
  const [stand = []] = supported(corpus, [question], [claims]);
  const plan = { question: text, subQuestions: [text] };
  const gaps = gapsOf(
    corpus,
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

describe('an answer in two steps', () => {
  const BRIDGE = 'The Alder Bridge was built by Maren Holt in 1911.';
  const BORN = 'Maren Holt was born in Vessby.';
  const NAMESAKES =
    'The Tarn Bridge was built by Karl Moe in 1920. Karl Moe was born in Ottersund.';
  const DESIGNED = 'Corran Hall was designed by the architect Ida Brandt.';
  const FOUNDED = 'Larkfield Mills was founded by Otto Lind in 1890.';

  test.each([
    ['In which town was the builder of the Alder Bridge born?', BRIDGE, BORN],
    ['Where was the builder of the Alder Bridge born?', BRIDGE, BORN],
    ['The builder of the Alder Bridge was born in which town?', BRIDGE, BORN],
    [
      'When was the architect of Corran Hall born?',
      DESIGNED,
      'Ida Brandt was born on 4 May 1871 in Tellin.',
    ],
    [
      'Which university did the architect of Corran Hall attend?',
      DESIGNED,
      'Ida Brandt studied at Tellin University.',
    ],
    ['Who is the wife of the founder of Larkfield Mills?', FOUNDED, 'Otto Lind married Greta Aas.'],
    [
      'How old was the founder of Larkfield Mills when he died?',
      FOUNDED,
      'Otto Lind died at the age of 81.',
    ],
  ])('is both steps, and nothing of another thing: %s', (question, first, second) => {
    const { said, gaps } = standing(question, first, second, NAMESAKES);
    expect(new Set(said)).toEqual(new Set([first, second]));
    expect(gaps).toEqual([]);
  });

  test('begins with the first also when that is a clause of its own', () => {
    const question = 'Where was the engineer who built the Alder Bridge born?';
    const { said, gaps } = standing(question, BRIDGE, BORN, NAMESAKES);
    expect(said[0]).toBe(BRIDGE);
    expect(said).toContain(BORN);
    expect(gaps).toEqual([]);
  });

  test('is no answer while the second step is missing', () => {
    const { said, gaps } = standing(
      'In which town was the builder of the Alder Bridge born?',
      BRIDGE,
      'Maren Holt liked boats.',
    );
    expect(said).not.toContain('Maren Holt liked boats.');
    expect(gaps).toHaveLength(1);
  });
});
