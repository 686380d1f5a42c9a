import { assert } from '../../lib/assert';
import { quoteAt } from '../finding';
import type { Finding, Page, TypedBasis, TypedOutput } from '../types';
import type { Choice } from './choose';
import { buildEvidence, type Passage } from './evidence';
import { type Question, readField, readQuestion } from './field';
import { anchorOf, clausesOf, itemPassages, leadingName, paragraphOf } from './items';
import { fillLeaf, fillList, type Scope } from './leaf';
import { isJsonObject, schemaFault } from './limits';
import { validateTyped } from './schema';
import { type ArrayKind, type Kind, type ObjectKind, type Shape, shapeOfSchema } from './shape';

interface FillInput {
  /** The client's `response_schema`. */
  schema: unknown;
  question: string;
  pages: Page[];
  findings: Finding[];
}

const MAX_ITEMS = 20;
const MAX_NAMED_FIELDS = 20;

/** What a schema's place was filled with, or the pointers of the fields that have no evidence. */
type Outcome =
  | { filled: true; value: unknown; basis: TypedBasis[] }
  | { filled: false; missing: string[] };

interface Place {
  name: string;
  /** Names of the objects and arrays around it, the nearest last. */
  parents: readonly string[];
  /** JSON pointer. */
  pointer: string;
}

interface Setting {
  scope: Scope;
  question: Question;
  /** The property of an item that its leading name fills. */
  anchor: string | null;
}

/**
 * Fills a response schema (already checked by `checkResponseSchema`) from evidence. Each leaf has
 * a quote that its value stands in; what has none is null, or left out, as the schema allows;
 * when it allows neither, `typed` is null and `error` names the fields. What is returned is valid.
 */
export function fillTyped(input: FillInput): TypedOutput {
  const { schema } = input;
  if (!isJsonObject(schema)) throw schemaFault('is not a JSON Schema: send an object');
  const shape = shapeOfSchema(schema);
  const setting: Setting = {
    scope: { evidence: buildEvidence(input.pages, input.findings), within: null },
    question: readQuestion(input.question, countLeaves(shape) === 1),
    anchor: null,
  };
  const root = shape.kinds.find((kind) => kind.type === 'object');
  if (!root) throw schemaFault('does not describe an object: give it type "object" and properties');
  const outcome = fillObject(root, { name: '', parents: [], pointer: '' }, setting);
  if (!outcome.filled) return { typed: null, error: missingError(outcome.missing), basis: [] };
  const problems = validateTyped(schema, outcome.value);
  if (problems.length > 0) {
    const error = `the evidence does not satisfy response_schema: ${problems.join('; ')}`;
    return { typed: null, error, basis: [] };
  }
  return { typed: outcome.value, error: null, basis: outcome.basis };
}

function missingError(missing: string[]): string {
  const named = missing.slice(0, MAX_NAMED_FIELDS).join(', ');
  const more =
    missing.length > MAX_NAMED_FIELDS ? ` and ${missing.length - MAX_NAMED_FIELDS} more` : '';
  return `no evidence for ${named}${more}: allow null there, or make it optional, to get the rest`;
}

function countLeaves(shape: Shape): number {
  const counts = shape.kinds.map((kind) => {
    if (kind.type === 'array') return kind.items ? countLeaves(kind.items) : 1;
    if (kind.type !== 'object') return 1;
    return [...kind.properties.values()].reduce((sum, inner) => sum + countLeaves(inner), 0);
  });
  return Math.max(0, ...counts);
}

function fillObject(kind: ObjectKind, place: Place, setting: Setting): Outcome {
  const entries: [string, unknown][] = [];
  const basis: TypedBasis[] = [];
  const missing: string[] = [];
  const parents = place.name === '' ? place.parents : [...place.parents, place.name];
  for (const [name, shape] of kind.properties) {
    const pointer = `${place.pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const outcome = fillShape(shape, { name, parents, pointer }, setting);
    if (outcome.filled) {
      entries.push([name, outcome.value]);
      basis.push(...outcome.basis);
    } else if (shape.nullable) entries.push([name, null]);
    else if (kind.required.has(name)) missing.push(...outcome.missing);
  }
  if (missing.length > 0) return { filled: false, missing };
  const isRoot = place.pointer === '';
  if (basis.length === 0 && !isRoot) return { filled: false, missing: [place.pointer] };
  // Not by assignment: a property may be named like one that every object inherits.
  return { filled: true, value: Object.fromEntries(entries), basis };
}

/** The kind with the best evidence, the first of equals. */
function fillShape(shape: Shape, place: Place, setting: Setting): Outcome {
  let best: Outcome | null = null;
  let missing = [place.pointer];
  for (const kind of shape.kinds) {
    const outcome = fillKind(kind, shape, place, setting);
    if (!outcome.filled) {
      if (shape.kinds.length === 1) missing = outcome.missing;
    } else if (!best?.filled || sureness(outcome.basis) > sureness(best.basis)) best = outcome;
  }
  return best ?? { filled: false, missing };
}

function sureness(basis: TypedBasis[]): number {
  return Math.max(0, ...basis.map(({ confidence }) => confidence));
}

function fillKind(kind: Kind, shape: Shape, place: Place, setting: Setting): Outcome {
  if (kind.type === 'object') return fillObject(kind, place, { ...setting, anchor: null });
  if (kind.type === 'array') return fillArray(kind, shape, place, setting);
  const { question, scope, anchor } = setting;
  const field = readField(place.name, shape, place.parents, question);
  let choice = fillLeaf(kind, field, scope);
  const [first] = scope.within ?? [];
  if (!choice && first && place.name === anchor && kind.type === 'string') {
    choice = leadingName(first, scope.evidence, question, kind.maxLength);
  }
  if (!choice) return { filled: false, missing: [place.pointer] };
  return { filled: true, value: choice.value, basis: [basisOf(choice, place.pointer)] };
}

function basisOf(choice: Choice, pointer: string): TypedBasis {
  const quotes = choice.readings.map(({ found, candidate }) => {
    const { page, start, end, text } = candidate.passage;
    assert(0 <= found.start && found.start < found.end, 'a value has a place in its passage');
    assert(found.end <= text.length, 'a value stands in its passage');
    const quote = quoteAt(page, start, end);
    assert(quote.text === text, 'a passage is cut from its page');
    return quote;
  });
  return { field: pointer, quotes, confidence: choice.confidence };
}

function fillArray(kind: ArrayKind, shape: Shape, place: Place, setting: Setting): Outcome {
  const { items } = kind;
  const unfilled: Outcome = { filled: false, missing: [place.pointer] };
  if (!items) return unfilled;
  const object = items.kinds.find((one) => one.type === 'object');
  const outcome = object
    ? fillItems(object, kind, shape, place, setting)
    : fillValues(items, kind, shape, place, setting);
  if (!outcome.filled || outcome.basis.length === 0 || !Array.isArray(outcome.value))
    return unfilled;
  return outcome.value.length < kind.minItems ? unfilled : outcome;
}

function fillValues(
  items: Shape,
  array: ArrayKind,
  shape: Shape,
  place: Place,
  setting: Setting,
): Outcome {
  // The array's own title and description say what its items are.
  const described = { ...shape, description: `${shape.description} ${items.description}` };
  const field = readField(place.name, described, place.parents, setting.question);
  for (const kind of items.kinds) {
    if (kind.type === 'array' || kind.type === 'object') continue;
    const choices = fillList(kind, field, setting.scope).slice(0, array.maxItems);
    if (choices.length === 0) continue;
    return {
      filled: true,
      value: choices.map((choice) => choice.value),
      basis: choices.map((choice, at) => basisOf(choice, `${place.pointer}/${at}`)),
    };
  }
  return { filled: false, missing: [place.pointer] };
}

interface Item {
  key: string;
  value: unknown;
  /** Fields are pointers from the item. */
  basis: TypedBasis[];
}

function fillItems(
  object: ObjectKind,
  array: ArrayKind,
  shape: Shape,
  place: Place,
  setting: Setting,
): Outcome {
  const { question, scope } = setting;
  const parents = [...place.parents, place.name];
  const anchor = anchorOf(object, question);
  const field = readField(place.name, shape, place.parents, question);
  const properties = [...object.properties].map(([name, inner]) =>
    readField(name, inner, parents, question),
  );
  const read = (passages: readonly Passage[]): Item[] => {
    const inner: Setting = { question, scope: { ...scope, within: passages }, anchor };
    const item = fillObject(object, { name: '', parents, pointer: ITEM }, inner);
    if (!item.filled || !isItem(item.basis, object)) return [];
    const key = identity(item.value, anchor);
    return key === null ? [] : [{ key, value: item.value, basis: item.basis }];
  };
  const found = new Map<string, Item>();
  for (const { passage } of itemPassages(field, properties, scope.evidence, scope.within)) {
    for (const item of itemsOf(passage, scope, read)) {
      if (!found.has(item.key)) found.set(item.key, item);
    }
  }
  const items = [...found.values()].slice(0, Math.min(array.maxItems, MAX_ITEMS));
  const basis = items.flatMap((item, at) =>
    item.basis.map((one) => ({
      ...one,
      field: `${place.pointer}/${at}${one.field.slice(ITEM.length)}`,
    })),
  );
  return { filled: true, value: items.map((item) => item.value), basis };
}

/** Stands for an item's pointer until its place in the array is known. */
const ITEM = '/-';

/** The clauses of a passage when several are items; else the passage, or its paragraph. */
function itemsOf(
  passage: Passage,
  { evidence }: Scope,
  read: (passages: readonly Passage[]) => Item[],
): Item[] {
  const clauses = clausesOf(passage);
  const separate = clauses.length > 1 ? clauses.flatMap((clause) => read([clause])) : [];
  if (new Set(separate.map((item) => item.key)).size > 1) return separate;
  const [alone] = read([passage]);
  const paragraph = paragraphOf(passage, evidence);
  const [joined] = paragraph.length > 1 ? read(paragraph) : [];
  const fullest = joined && joined.basis.length > (alone?.basis.length ?? 0) ? joined : alone;
  return fullest ? [fullest] : [];
}

/** A name alone makes no item of an object that has more to say. */
function isItem(basis: TypedBasis[], object: ObjectKind): boolean {
  return basis.length >= Math.min(2, object.properties.size);
}

/** What tells items apart; null for an item without its anchor. */
function identity(value: unknown, anchor: string | null): string | null {
  if (anchor === null) return JSON.stringify(value);
  const name = isJsonObject(value) && Object.hasOwn(value, anchor) ? value[anchor] : null;
  return typeof name === 'string' ? name.toLowerCase() : null;
}
