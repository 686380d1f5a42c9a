import { CLAIM, check } from './claims';
import { BINS, binsOf, calibrationError, drawn, type Forecast } from './curve';
import { answerDisputed, DISPUTED, type Disputed, says } from './disputed';
import { type Engine, eachOf, withEngine } from './engine';
import { fieldsOf, recordsIn } from './formats';
import { QUESTION, type Question, sentenceAt, sourceOf } from './multihop';
import { refused } from './records';
import { mean } from './report';
import type { Context, Measure, Row } from './types';

export const calibration: Measure = {
  name: 'calibration',
  help: 'the formats of verdicts, multihop and claims; how many of what is said to be 0.9 are right, drawn as a curve',
  run,
};

interface Point extends Forecast {
  kind: 'finding' | 'claim';
  text: string;
}

/** What counts as "said to be 0.9". */
const SURE = { from: 0.85, to: 0.95 };

/**
 * Each format has its own meaning of right, and its own curve. A finding on a question is right when
 * a quote of it holds a right answer, one on a question of several steps when a quote stands in a
 * gold sentence: what is only near is wrong, and of a dispute each side counts by itself. The
 * support of a claim is right when the claim is supported, if partially.
 */
async function run(context: Context): Promise<Row[]> {
  const { data, out } = context;
  const disputed = await recordsIn(data, DISPUTED);
  const stepped = await recordsIn(data, QUESTION);
  const claims = await recordsIn(data, CLAIM);
  if (disputed.length + stepped.length + claims.length === 0) {
    throw refused(
      `${data} holds no records with the fields ${fieldsOf([DISPUTED, QUESTION, CLAIM])}`,
    );
  }
  const groups: Record<string, Point[]> = {
    findings: await findingsOf(disputed, onAnswers, context),
    'findings of several steps': await findingsOf(stepped, onSteps, context),
    claims: claims.map(check).map(({ claim, label, support }) => {
      return { kind: 'claim', text: claim, confidence: support, right: label !== 'not_supported' };
    }),
  };
  const rows: Row[] = [];
  for (const [name, points] of Object.entries(groups)) {
    if (points.length === 0) continue;
    for (const point of points) out?.write(point);
    for (const bin of binsOf(points)) {
      out?.write({ kind: 'bin', of: name, to: bin.from + 1 / BINS, ...bin });
    }
    draw(name, points, context);
    rows.push(...rowsOf(name, points));
  }
  return rows;
}

/** Over an engine of their own; none is opened for nothing. */
async function findingsOf<Item>(
  records: readonly Item[],
  ask: (engine: Engine, asked: Item) => Promise<Point[]>,
  { log }: Context,
): Promise<Point[]> {
  if (records.length === 0) return [];
  log(`Asking ${records.length} questions`);
  const points = await withEngine((engine) => eachOf(records, (record) => ask(engine, record)));
  return points.flat();
}

async function onAnswers(engine: Engine, asked: Disputed): Promise<Point[]> {
  const { findings } = await answerDisputed(engine, asked);
  return findings.map(({ text, confidence, quotes }) => {
    const words = quotes.map((quote) => quote.text).join(' ');
    return { kind: 'finding', text, confidence, right: says(words, asked.answers) };
  });
}

async function onSteps(engine: Engine, { question, documents }: Question): Promise<Point[]> {
  const { state } = await engine.ask(question, { sources: documents.map(sourceOf) });
  const titles = new Map(state.sources.map(({ number, title }) => [number, title]));
  return state.findings.map(({ text, confidence, quotes }) => {
    const right = quotes.some((quote) => {
      const document = documents.find(({ title }) => title === titles.get(quote.source));
      return document?.gold.includes(sentenceAt(document, quote)) ?? false;
    });
    return { kind: 'finding', text, confidence, right };
  });
}

function draw(name: string, points: readonly Point[], { log }: Context): void {
  log(`\n${name}: said, share that is right (█) against what was said (|), how many`);
  for (const line of drawn(points)) log(line);
  log('');
}

function rowsOf(name: string, points: readonly Point[]): Row[] {
  const sure = points.filter(({ confidence: said }) => said >= SURE.from && said < SURE.to);
  const rows: Row[] = [
    { name, value: points.length, unit: 'count' },
    {
      name: `${name}: expected calibration error`,
      value: calibrationError(points),
      unit: 'share',
    },
    { name: `${name}: said to be 0.9`, value: sure.length, unit: 'count' },
  ];
  if (sure.length === 0) return rows;
  const right = mean(sure.map((one) => Number(one.right)));
  return [...rows, { name: `${name}: of these right`, value: right, unit: 'share' }];
}
