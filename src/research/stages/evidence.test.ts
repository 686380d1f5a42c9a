import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { readAssertion } from '../text/assertion';
import { buildCorpus } from '../text/corpus';
import { weighEvidence } from './evidence';
import { judge, pagesOf } from './fixtures';

const weigh = (claim: string, ...texts: string[]) =>
  weighEvidence(buildCorpus(pagesOf(...texts)), readAssertion(claim));

const CLAIM = 'Ann Reid opened the Esk Dam in May 1961.';
const NOISE = 'Bread is baked in the village. The tower is open to visitors on Sundays.';

describe('evidence', () => {
  test('that says the claim comes before what only shares words with it', () => {
    const { evidence } = weigh(
      CLAIM,
      NOISE,
      'The Esk is a river. In May 1961 the Esk Dam was opened by Ann Reid.',
      'Ann Reid was a painter.',
    );
    expect(evidence[0]?.sentence.text).toContain('was opened by Ann Reid');
    expect(evidence.at(-1)?.sentence.page).toBe(0);
  });

  test('in several sentences of one passage bears out more than none', () => {
    const told = weigh(CLAIM, 'The Esk Dam was ready in 1961. Ann Reid opened it in May.').support;
    const partly = weigh(CLAIM, 'The Esk Dam was ready in 1961.', NOISE).support;
    const untold = weigh(CLAIM, NOISE).support;
    expect(told).toBeGreaterThan(partly);
    expect(partly).toBeGreaterThan(untold);
    expect(told).toBeGreaterThan(0.9);
    expect(untold).toBeLessThan(0.3);
  });

  test('is told from its contrary', () => {
    const stance = (claim: string, text: string) => weigh(claim, text).evidence[0]?.stance;
    const found = 'Surveys show that the dam has lowered the water level of the lake every summer.';
    expect(stance('The dam has lowered the water level of the lake.', found)).toBe('supports');
    expect(stance('There is no evidence that the dam lowered the water level.', found)).toBe(
      'refutes',
    );
    expect(stance('The dam has lowered the water level of the lake.', NOISE)).toBe('neither');
  });

  test('has a probability for each stance, and they sum to 1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.lorem({ mode: 'sentences' }), (claim, text) => {
        const { evidence, support } = weigh(claim, text, claim);
        expect(support).toBeGreaterThan(0);
        expect(support).toBeLessThan(1);
        for (const { probabilities, relevance } of evidence) {
          const { supports, refutes, neither } = probabilities;
          expect(supports + refutes + neither).toBeCloseTo(1, 9);
          expect(Number.isFinite(relevance)).toBe(true);
        }
      }),
    );
  });

  test('no text bears out nothing', () => {
    expect(weigh(CLAIM)).toEqual({ evidence: [], support: expect.any(Number) });
    expect(weigh(CLAIM).support).toBeLessThan(0.1);
  });
});

test('a statement is answered by what speaks on it, with the best evidence first', () => {
  const { claims } = judge(
    CLAIM,
    pagesOf(NOISE, 'Ann Reid was a painter.', 'In May 1961 the Esk Dam was opened by Ann Reid.'),
  );
  expect(claims[0]?.lead.sentence.text).toContain('was opened by Ann Reid');
});

test('no finding on a statement is surer than the sources bear it out', () => {
  const pages = pagesOf('Ann Reid opened a mill.', 'The Esk Dam is a dam on the Esk.');
  const { claims } = judge(CLAIM, pages);
  const { support } = weighEvidence(buildCorpus(pages), readAssertion(CLAIM));
  expect(claims.length).toBeGreaterThan(0);
  for (const { confidence } of claims) expect(confidence).toBeLessThanOrEqual(support);
});

describe('on a yes-no question', () => {
  const QUESTION = 'Does the dam lower the water level of the lake?';
  const YES = 'Surveys show that the dam lowers the water level of the lake every summer.';
  const NO = 'There is no sign that the dam lowers the water level of the lake, the council found.';
  const statuses = (...texts: string[]) =>
    judge(QUESTION, pagesOf(...texts)).claims.map(({ status }) => status);

  test('a source that denies and one that affirms contest each other', () => {
    expect(statuses(YES, NO)).toEqual(['contested', 'contested']);
  });

  test('sources on one side do not', () => {
    const again = 'Each July the dam lowers the water level of the lake by a metre.';
    expect(statuses(YES, again)).not.toContain('contested');
    expect(statuses(YES, NOISE)).not.toContain('contested');
  });
});
