import { values } from '../text/values';
import { isJsonObject } from '../typed/limits';
import { validateTyped } from '../typed/schema';
import type { ArrayKind, Kind, LeafKind, ObjectKind, Shape } from '../typed/shape';
import type { Finding, TypedBasis, TypedOutput } from '../types';
import { holds } from './locate';

/** What a model says of one field. */
export interface Entry {
  value: string | number | boolean;
  finding: Finding;
}

interface Sources {
  entries: ReadonlyMap<string, Entry>;
  /** By pointer: the fields for which the rules have evidence. */
  ruled: ReadonlyMap<string, TypedBasis>;
  typed: unknown;
}

type Filled = { value: unknown; basis: TypedBasis[] };

const MAX_ITEMS = 50;
/** No single reading is surer. */
const MAX_CONFIDENCE = 0.85;

/** The rules' output with the model's values in it where they stand in their quotes. What is not
 * valid against the schema, or says less than the rules alone, is not taken. */
export function joined(
  schema: Record<string, unknown>,
  shape: Shape,
  entries: ReadonlyMap<string, Entry>,
  byRule: TypedOutput,
): TypedOutput {
  const ruled = new Map(byRule.basis.map((basis) => [basis.field, basis]));
  const filled = fill(shape, '', '', { entries, ruled, typed: byRule.typed });
  if (!filled || filled.basis.length < byRule.basis.length) return byRule;
  if (filled.basis.length === 0 || validateTyped(schema, filled.value).length > 0) return byRule;
  return { typed: filled.value, error: null, basis: filled.basis };
}

/** `pointer` is where it comes to stand, `said` where the model said it stands: items that came to
 * nothing leave no hole. Null when there is no evidence. */
function fill(shape: Shape, pointer: string, said: string, from: Sources): Filled | null {
  let best: Filled | null = null;
  for (const kind of shape.kinds) {
    const filled = fillKind(kind, pointer, said, from);
    if (filled && filled.basis.length > (best?.basis.length ?? -1)) best = filled;
  }
  return best;
}

function fillKind(kind: Kind, pointer: string, said: string, from: Sources): Filled | null {
  if (kind.type === 'object') return fillObject(kind, pointer, said, from);
  if (kind.type === 'array') return fillArray(kind, pointer, said, from);
  const entry = from.entries.get(said);
  if (entry) {
    const { quotes, confidence } = entry.finding;
    const own = quotes.filter(({ text }) => stands(entry.value, kind, text));
    if (own.length > 0) {
      const basis = {
        field: pointer,
        quotes: own,
        confidence: Math.min(confidence, MAX_CONFIDENCE),
      };
      return { value: entry.value, basis: [basis] };
    }
  }
  const basis = from.ruled.get(said);
  return basis ? { value: at(from.typed, said), basis: [{ ...basis, field: pointer }] } : null;
}

function fillObject(kind: ObjectKind, pointer: string, said: string, from: Sources): Filled | null {
  const fields: [string, unknown][] = [];
  const basis: TypedBasis[] = [];
  for (const [name, shape] of kind.properties) {
    const step = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const filled = fill(shape, pointer + step, said + step, from);
    if (filled) {
      fields.push([name, filled.value]);
      basis.push(...filled.basis);
    } else if (shape.nullable) fields.push([name, null]);
    else if (kind.required.has(name)) return null;
  }
  if (basis.length === 0 && pointer !== '') return null;
  // Not by assignment: a property may be named like one that every object inherits.
  return { value: Object.fromEntries(fields), basis };
}

function fillArray(
  { items, minItems, maxItems }: ArrayKind,
  pointer: string,
  said: string,
  from: Sources,
): Filled | null {
  // Item 2 of the model need not be item 2 of the rules: a list is one's or the other's.
  const own = { ...from, ruled: new Map<string, TypedBasis>() };
  const list: unknown[] = [];
  const basis: TypedBasis[] = [];
  for (let index = 0; items && index < MAX_ITEMS && list.length < maxItems; index += 1) {
    const filled = fill(items, `${pointer}/${list.length}`, `${said}/${index}`, own);
    if (!filled || filled.basis.length === 0) continue;
    list.push(filled.value);
    basis.push(...filled.basis);
  }
  if (list.length > 0 && list.length >= minItems) return { value: list, basis };
  const ruled = [...from.ruled.values()].filter(({ field }) => field.startsWith(`${said}/`));
  return ruled.length === 0 ? null : { value: at(from.typed, said), basis: ruled };
}

/** Whether a quote says the value. What is true or false has no words to look for: it is left to the
 * rules. */
function stands(value: Entry['value'], kind: LeafKind, quote: string): boolean {
  if (typeof value === 'boolean' || kind.type === 'boolean') return false;
  if (typeof value === 'number') {
    const fits = kind.type === 'number' || (kind.type === 'choice' && kind.members.includes(value));
    return (
      fits && values(quote).some((known) => Number(known.value.slice(0, yearEnd(known))) === value)
    );
  }
  if (kind.type === 'choice') return kind.members.includes(value) && holds(quote, value);
  if (kind.type !== 'string') return false;
  if (kind.format === 'date') {
    return values(quote).some((known) => known.kind === 'date' && known.value === value);
  }
  return value.trim() !== '' && holds(quote, value);
}

/** A date proves its year; any other value is taken whole. */
function yearEnd({ kind, value }: { kind: string; value: string }): number {
  return kind === 'date' ? 4 : value.length;
}

function at(root: unknown, pointer: string): unknown {
  let value = root;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = value[Number(name)];
    else if (isJsonObject(value) && Object.hasOwn(value, name)) value = value[name];
    else return undefined;
  }
  return value;
}
