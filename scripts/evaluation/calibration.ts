import { CLAIM, check } from './claims';
import { answerDisputed, DISPUTED, type Disputed, says } from './disputed';
import { eachOf, withEngine } from './engine';
import { fieldsOf, recordsIn } from './formats';
import { refused } from './records';
import { mean } from './report';
import type { Context, Measure, Row } from './types';

export const calibration: Measure = {
  name: 'calibration',
  help: 'the formats of claims and of verdicts; how many of what is said to be 0.9 are right, drawn as a curve',
  run,
};

/** Something that was said to be right with a probability. */
interface Point {
  kind: 'finding' | 'claim';
  text: string;
  confidence: number;
  right: boolean;
}

interface Bin {
  from: number;
  count: number;
  /** The mean of what was said. */
  said: number;
  /** The share that is right. */
  right: number;
}

const BINS = 10;
/** What counts as "said to be 0.9". */
const SURE = { from: 0.85, to: 0.95 };

/**
 * A finding is right when a quote of it holds a right answer to its question: one that is only near
 * the answer is wrong. The support of a claim is right when the claim is supported, if partially.
 */
async function run(context: Context): Promise<Row[]> {
  const disputed = await recordsIn(context.data, DISPUTED);
  const claims = await recordsIn(context.data, CLAIM);
  if (disputed.length + claims.length === 0) {
    throw refused(
      `${context.data} holds no records with the fields ${fieldsOf([DISPUTED, CLAIM])}`,
    );
  }
  const findings = disputed.length > 0 ? await findingsOf(disputed, context) : [];
  const supports = claims.map(check).map(({ claim, label, support }): Point => {
    return { kind: 'claim', text: claim, confidence: support, right: label !== 'not_supported' };
  });
  const points = [...findings, ...supports];
  for (const point of points) context.out?.write(point);
  for (const bin of binsOf(points))
    context.out?.write({ kind: 'bin', to: bin.from + 1 / BINS, ...bin });
  if (findings.length > 0) draw('findings', findings, context);
  if (supports.length > 0) draw('support of claims', supports, context);
  return [...rowsOf('findings', findings), ...rowsOf('claims', supports), ...rowsOf('all', points)];
}

async function findingsOf(records: readonly Disputed[], { log }: Context): Promise<Point[]> {
  log(`Asking ${records.length} questions`);
  const asked = await withEngine((engine) =>
    eachOf(records, async (record) => {
      const { findings } = await answerDisputed(engine, record);
      return findings.map(({ text, confidence, quotes }): Point => {
        const words = quotes.map((quote) => quote.text).join(' ');
        return { kind: 'finding', text, confidence, right: says(words, record.answers) };
      });
    }),
  );
  return asked.flat();
}

function binsOf(points: readonly Point[]): Bin[] {
  return Array.from({ length: BINS }, (_, at) => {
    const held = points.filter(
      ({ confidence }) => Math.min(BINS - 1, Math.floor(confidence * BINS)) === at,
    );
    return {
      from: at / BINS,
      count: held.length,
      said: mean(held.map(({ confidence }) => confidence)),
      right: mean(held.map(({ right }) => Number(right))),
    };
  }).filter(({ count }) => count > 0);
}

const BAR_WIDTH = 40;

/** A bar for what is right, and a mark where it should end. */
function draw(name: string, points: readonly Point[], { log }: Context): void {
  log(`\n${name}: said, share that is right (█) against what was said (|), how many`);
  for (const { said, right, count } of binsOf(points)) {
    const bar = '█'.repeat(Math.round(right * BAR_WIDTH)).padEnd(BAR_WIDTH + 1);
    const at = Math.round(said * BAR_WIDTH);
    const marked = `${bar.slice(0, at)}|${bar.slice(at + 1)}`;
    log(`${said.toFixed(2)}  ${marked} ${right.toFixed(2)}  ${count}`);
  }
  log('');
}

function rowsOf(name: string, points: readonly Point[]): Row[] {
  if (points.length === 0) return [];
  const sure = points.filter(({ confidence: said }) => said >= SURE.from && said < SURE.to);
  const gap = mean(
    binsOf(points).flatMap(({ said, right, count }) =>
      Array.from({ length: count }, () => Math.abs(said - right)),
    ),
  );
  return [
    { name, value: points.length, unit: 'count' },
    { name: `${name}: expected calibration error`, value: gap, unit: 'share' },
    { name: `${name}: said to be 0.9`, value: sure.length, unit: 'count' },
    ...(sure.length > 0
      ? [
          {
            name: `${name}: of these right`,
            value: mean(sure.map(({ right }) => Number(right))),
            unit: 'share' as const,
          },
        ]
      : []),
  ];
}
