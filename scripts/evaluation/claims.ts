import { type Static, Type } from '@sinclair/typebox';
import { weighEvidence } from '../../src/research/stages/evidence';
import { readAssertion } from '../../src/research/text/assertion';
import { corpusOfPassages } from './passages';
import { recordFiles } from './records';
import { mean } from './report';
import type { Context, Measure, Row } from './types';

export const CLAIM = Type.Object({
  claim: Type.String(),
  label: Type.Union([
    Type.Literal('supported'),
    Type.Literal('partially_supported'),
    Type.Literal('not_supported'),
  ]),
  evidence: Type.Array(Type.String(), { minItems: 1 }),
  supporting: Type.Array(Type.Array(Type.Integer())),
});

type Claim = Static<typeof CLAIM>;

const TOP = 10;

export const claims: Measure = {
  name: 'claims',
  help: 'claims with sentences and the sets of them that support (JSONL); recall@10 of the best set, AUROC of the support score',
  run,
};

interface Checked {
  claim: string;
  label: Claim['label'];
  /** Indices of the sentences, best first. */
  ranked: number[];
  /** 0 to 1. */
  support: number;
  /** Null when no set of sentences supports the claim. */
  recall: number | null;
}

async function run(context: Context): Promise<Row[]> {
  const files = await recordFiles(context.data, CLAIM);
  const checked = files.flatMap(({ records }) => records.map(check));
  for (const record of checked) context.out?.write(record);
  const recalls = checked.flatMap(({ recall }) => (recall === null ? [] : [recall]));
  const isBorne = ({ label }: Checked) => label !== 'not_supported';
  const scores = (wanted: boolean) =>
    checked.filter((record) => isBorne(record) === wanted).map(({ support }) => support);
  return [
    { name: 'claims', value: checked.length, unit: 'count' },
    { name: 'claims with supporting sentences', value: recalls.length, unit: 'count' },
    { name: `evidence recall@${TOP}`, value: mean(recalls), unit: 'share' },
    {
      name: 'AUROC of the support score',
      value: auroc(scores(true), scores(false)),
      unit: 'share',
    },
  ];
}

export function check({ claim, label, evidence, supporting }: Claim): Checked {
  const { corpus, passageOf } = corpusOfPassages(evidence);
  const weighed = weighEvidence(corpus, readAssertion(claim));
  const ranked = [...new Set(weighed.evidence.map(({ sentence }) => passageOf(sentence)))];
  const recall = recallOf(ranked.slice(0, TOP), supporting);
  return { claim, label, ranked, support: weighed.support, recall };
}

/** Annotators gave several sets that each suffice: the one that was found best counts. */
function recallOf(top: readonly number[], supporting: readonly number[][]): number | null {
  const sets = supporting.filter((set) => set.length > 0);
  if (sets.length === 0) return null;
  const shares = sets.map((set) => set.filter((index) => top.includes(index)).length / set.length);
  return Math.max(...shares);
}

/** How often the higher of a positive and a negative score is the positive one; ties count half. */
function auroc(positive: readonly number[], negative: readonly number[]): number {
  let wins = 0;
  for (const high of positive) {
    for (const low of negative) wins += high > low ? 1 : high === low ? 0.5 : 0;
  }
  return wins / Math.max(1, positive.length * negative.length);
}
