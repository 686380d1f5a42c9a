import { type Static, Type } from '@sinclair/typebox';
import { type Stance, weighEvidence } from '../../src/research/stages/evidence';
import { readAssertion } from '../../src/research/text/assertion';
import { buildCorpus } from '../../src/research/text/corpus';
import { pageOf } from './passages';
import { mean } from './report';
import type { Context, Row } from './types';

const LABELS = ['SUPPORTS', 'REFUTES', 'NOT_ENOUGH_INFO'] as const;

/** A claim, and what each of some passages says on it. */
export const STANCED = Type.Object({
  claim: Type.String(),
  evidence: Type.Array(
    Type.Object({
      article: Type.String(),
      text: Type.String(),
      label: Type.Union(LABELS.map((label) => Type.Literal(label))),
    }),
  ),
});

type Label = (typeof LABELS)[number];

const LABEL_OF: Record<Stance, Label> = {
  supports: 'SUPPORTS',
  refutes: 'REFUTES',
  neither: 'NOT_ENOUGH_INFO',
};

interface Judged {
  label: Label;
  verdict: Label;
}

/** Writes a line for each claim. */
export function stanceRows(records: readonly Static<typeof STANCED>[], { out }: Context): Row[] {
  const judged: Judged[] = [];
  for (const { claim, evidence } of records) {
    const verdicts = verdictsOf(claim, evidence);
    judged.push(
      ...evidence.map(({ label }, at) => ({
        label,
        verdict: verdicts[at]?.verdict ?? 'NOT_ENOUGH_INFO',
      })),
    );
    out?.write({ claim, evidence: evidence.map((one, at) => ({ ...one, ...verdicts[at] })) });
  }
  const scores = LABELS.map((label) => f1Of(judged, label));
  return [
    { name: 'claims with evidence', value: records.length, unit: 'count' },
    { name: 'passages judged', value: judged.length, unit: 'count' },
    { name: 'evidence verdict macro-F1', value: mean(scores), unit: 'share' },
    ...LABELS.map(
      (label, at): Row => ({ name: `F1 of ${label}`, value: scores[at] ?? 0, unit: 'share' }),
    ),
  ];
}

/** A passage says what its most relevant sentence says. */
function verdictsOf(claim: string, evidence: readonly { article: string; text: string }[]) {
  const pages = evidence.map(({ article, text }, at) => pageOf(at + 1, article, text));
  const weighed = weighEvidence(buildCorpus(pages), readAssertion(claim));
  return pages.map((_, at) => {
    const best = weighed.evidence.find(({ sentence }) => sentence.page === at);
    return {
      verdict: LABEL_OF[best?.stance ?? 'neither'],
      probabilities: best?.probabilities ?? null,
    };
  });
}

function f1Of(judged: readonly Judged[], wanted: Label): number {
  const said = judged.filter(({ verdict }) => verdict === wanted);
  const meant = judged.filter(({ label }) => label === wanted);
  const right = said.filter(({ label }) => label === wanted).length;
  return (2 * right) / Math.max(1, said.length + meant.length);
}
