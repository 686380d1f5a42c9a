import { DISPUTED, disputedRows } from './disputed';
import { withEngine } from './engine';
import { fieldsOf, recordsIn } from './formats';
import { refused } from './records';
import { STANCED, stanceRows } from './stances';
import type { Context, Measure, Row } from './types';

export const verdicts: Measure = {
  name: 'verdicts',
  help: 'questions whose documents disagree, claims with evidence for and against (JSONL, two formats); right answers in briefs, disputes marked, macro-F1 of the stance',
  run,
};

/** Each format brings its own rows; a folder may hold both. */
async function run(context: Context): Promise<Row[]> {
  const disputed = await recordsIn(context.data, DISPUTED);
  const stanced = await recordsIn(context.data, STANCED);
  if (disputed.length + stanced.length === 0) {
    throw refused(
      `${context.data} holds no records with the fields ${fieldsOf([DISPUTED, STANCED])}`,
    );
  }
  const rows: Row[] = [];
  if (disputed.length > 0) {
    rows.push(...(await withEngine((engine) => disputedRows(engine, disputed, context))));
  }
  if (stanced.length > 0) rows.push(...stanceRows(stanced, context));
  return rows;
}
