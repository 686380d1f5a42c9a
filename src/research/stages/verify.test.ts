import { describe, expect, test } from 'bun:test';
import { judge, pagesOf } from './fixtures';

const QUESTION = 'What is the capacity of the Esk Dam power plant?';
const first = (...texts: string[]) => judge(QUESTION, pagesOf(...texts)).claims[0];

const SAYINGS = [
  'The Esk Dam power plant has a capacity of 42 megawatts.',
  'An inspector measured the Esk Dam power plant: a capacity of 42 megawatts was found.',
  'In the register the capacity of the Esk Dam power plant is given as 42 megawatts.',
] as const;

describe('support', () => {
  test('each independent source makes an answer more certain', () => {
    const [one, two, three] = [1, 2, 3].map((count) => first(...SAYINGS.slice(0, count)));
    expect([one, two, three].map((claim) => claim?.status)).toEqual([
      'reported',
      'established',
      'established',
    ]);
    expect([one, two, three].map((claim) => claim?.independent)).toEqual([1, 2, 3]);
    expect(two?.confidence).toBeGreaterThan(one?.confidence ?? 1);
    expect(three?.confidence).toBeGreaterThan(two?.confidence ?? 1);
  });

  test('what is contested is less certain than what one source reports', () => {
    const contested = first(SAYINGS[0], 'The Esk Dam power plant has a capacity of 48 megawatts.');
    expect(contested?.status).toBe('contested');
    expect(contested?.confidence).toBeLessThan(first(SAYINGS[0])?.confidence ?? 0);
  });

  test('of two answers that deny each other not both are likely', () => {
    const { claims } = judge(
      QUESTION,
      pagesOf(SAYINGS[0], SAYINGS[1], 'The Esk Dam power plant has a capacity of 48 megawatts.'),
    );
    const sides = claims.filter(({ status }) => status === 'contested');
    expect(sides).toHaveLength(2);
    const [more = 0, less = 0] = sides.map(({ confidence }) => confidence);
    expect(more).toBeGreaterThan(less);
    expect(more + less).toBeLessThanOrEqual(1.001);
  });

  test('what a page says twice is one claim', () => {
    const { claims } = judge(
      QUESTION,
      pagesOf(`${SAYINGS[0]} Visitors are welcome. ${SAYINGS[2]}`),
    );
    expect(claims.filter(({ lead }) => lead.sentence.text.includes('42'))).toHaveLength(1);
  });
});

describe('contradiction', () => {
  test('the same quantity with another value, in other words, is contested with all quotes', () => {
    const claim = first(
      SAYINGS[0],
      'Its owner states a capacity of 48 megawatts for the Esk Dam power plant.',
      SAYINGS[2],
    );
    expect(claim?.status).toBe('contested');
    const said = [claim?.lead, ...(claim?.support ?? []), ...(claim?.disputed ?? [])];
    expect(said.map((of) => of?.sentence.text.match(/\d+/)?.[0]).sort()).toEqual([
      '42',
      '42',
      '48',
    ]);
  });

  test.each([
    ['a part', 'Divers of the Esk Dam power plant found a pump of 9 megawatts.'],
    ['another time', 'The Esk Dam power plant had a capacity of 30 megawatts in 1990.'],
    ['another quantity', 'The Esk Dam power plant has a height of 61 metres.'],
  ])('%s does not contradict', (what, text) => {
    const told = what === 'another time' ? `${SAYINGS[0].slice(0, -1)} in 2020.` : SAYINGS[0];
    expect(first(told, text)?.status).toBe('reported');
  });

  test('namesakes do not contradict each other', () => {
    const { claims } = judge(
      'When was Ann Reid born?',
      pagesOf(
        'Ann Reid (painter)\n\nAnn May Reid (3 May 1844 – 6 July 1926) was a painter. Ann Reid was born in 1844.',
        'Ann Reid (pilot)\n\nAnn Lee Reid (5 June 1884 – 1 May 1959) was a pilot. Ann Reid was born in 1884.',
      ),
    );
    expect(claims.slice(0, 2).map(({ status }) => status)).not.toContain('contested');
  });
});

test('with their numbers dealt anew, the sources say the same', () => {
  const pages = pagesOf(...SAYINGS, 'The Esk Dam power plant has a capacity of 48 megawatts.');
  const renumbered = pages.map((page) => ({ ...page, source: 5 - page.source }));
  const told = (of: typeof pages) =>
    judge(
      QUESTION,
      [...of].sort((a, b) => a.source - b.source),
    ).claims.map((claim) => [claim.status, claim.independent, claim.confidence]);
  expect(told(renumbered)[0]).toEqual(told(pages)[0]);
});

test('namesakes that differ in every figure do not contest each other', () => {
  const count = (people: number, households: number, families: number) =>
    `In the census of Tarn there were ${people} people, ${households} households and ${families} families.`;
  const { claims } = judge(
    'What is the population of Tarn?',
    pagesOf(count(533, 236, 160), count(3_292, 2_209, 893)),
  );
  expect(claims.map(({ status }) => status)).not.toContain('contested');
});
