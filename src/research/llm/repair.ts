import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { jsonrepair } from 'jsonrepair';

/** What a model thinks aloud before it answers; the end may be cut off. */
const THOUGHT = /<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/gi;
const FENCE = /```(?:json)?\s*\n?([\s\S]*?)(?:```|$)/i;
/** Beyond it nothing is repaired: a repair of megabytes of nonsense would cost. */
const MAX_REPAIRED_UNITS = 200_000;

/**
 * The JSON of an answer: with its thoughts and fences taken off, its trailing commas and its cut off
 * end repaired, and checked against the schema. Undefined when it holds none.
 */
export function readJson<Schema extends TSchema>(
  schema: Schema,
  text: string,
): Static<Schema> | undefined {
  for (const candidate of candidates(text)) {
    const value = parsed(candidate);
    if (Value.Check(schema, value)) return value;
  }
  return undefined;
}

/** What may be the JSON, the likeliest first. */
function candidates(text: string): string[] {
  const said = text.replace(THOUGHT, '').trim().slice(0, MAX_REPAIRED_UNITS);
  const fenced = FENCE.exec(said)?.[1];
  const start = said.indexOf('{');
  const end = said.lastIndexOf('}');
  return [
    said,
    fenced ?? '',
    start === -1 || end < start ? '' : said.slice(start, end + 1),
    start === -1 ? '' : said.slice(start),
  ].filter((candidate) => candidate.trimStart().startsWith('{'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(jsonrepair(text));
    } catch {
      return undefined;
    }
  }
}
