import { isJsonObject, schemaFault } from './limits';
import { compilePattern, type LinearPattern } from './pattern';

/**
 * What a schema asks for, with its references resolved: a finite tree. What it says beyond this
 * (`not`, `if`, `dependentRequired` …) is left to the validation of the filled value.
 */
export interface Shape {
  title: string;
  description: string;
  nullable: boolean;
  /** In the order of the schema; several when it offers alternatives, none when nothing fits. */
  kinds: Kind[];
}

export type Kind = ObjectKind | ArrayKind | StringKind | NumberKind | BooleanKind | ChoiceKind;
export type LeafKind = Exclude<Kind, ObjectKind | ArrayKind>;

export interface ObjectKind {
  type: 'object';
  properties: Map<string, Shape>;
  required: Set<string>;
}

export interface ArrayKind {
  type: 'array';
  /** Null for a tuple or a list of anything: not filled. */
  items: Shape | null;
  minItems: number;
  maxItems: number;
}

export interface StringKind {
  type: 'string';
  minLength: number;
  maxLength: number;
  patterns: LinearPattern[];
  format: string | null;
}

export interface NumberKind {
  type: 'number';
  integer: boolean;
  minimum: number;
  maximum: number;
  exclusiveMinimum: number;
  exclusiveMaximum: number;
  multiplesOf: number[];
}

interface BooleanKind {
  type: 'boolean';
}

/** An `enum` or a `const`. */
interface ChoiceKind {
  type: 'choice';
  members: (string | number | boolean)[];
}

type Json = Record<string, unknown>;
interface Context {
  root: Json;
  /** References and schemas still to be opened: bounds what few lines can expand to. */
  left: number;
}

const MAX_SCHEMAS = 2_000;
const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

/** Throws a Fault for a `$ref` that leads nowhere or round in a circle, or expands to too much. */
export function shapeOfSchema(schema: Json): Shape {
  return shapeOf([schema], { root: schema, left: MAX_SCHEMAS }, []);
}

/** The shape of all `schemas` at once: a value has to fit every one of them. */
function shapeOf(schemas: unknown[], context: Context, path: string[]): Shape {
  const opened = new Set(path);
  const conjuncts = schemas.flatMap((schema) => conjunctsOf(schema, context, opened));
  const nested = [...opened];
  const alternatives = conjuncts.map((json) => json.anyOf ?? json.oneOf).find(Array.isArray);
  const texts = (key: string) =>
    conjuncts.map((json) => json[key]).filter((t) => typeof t === 'string');
  const shape: Shape = {
    title: texts('title').join(' '),
    description: texts('description').join(' '),
    nullable: false,
    kinds: [],
  };
  if (!alternatives) return { ...shape, ...plainKinds(conjuncts, context, nested) };
  const rest = conjuncts.map(({ anyOf: _anyOf, oneOf: _oneOf, ...json }) => json);
  for (const alternative of alternatives) {
    const option = shapeOf([...rest, alternative], context, nested);
    shape.nullable ||= option.nullable;
    shape.kinds.push(...option.kinds);
    if (shape.description === '') shape.description = option.description;
  }
  return shape;
}

/** A schema with its `$ref` and `allOf` laid out side by side; a schema `false` fits nothing. */
function conjunctsOf(schema: unknown, context: Context, opened: Set<string>): Json[] {
  if (--context.left < 0) throw schemaFault(`expands to more than ${MAX_SCHEMAS} schemas`);
  if (schema === false) return [{ type: [] }];
  if (!isJsonObject(schema)) return [];
  const { $ref: reference, allOf, ...own } = schema;
  const conjuncts: Json[] = [own];
  if (typeof reference === 'string') {
    if (opened.has(reference)) {
      throw schemaFault(`refers to itself by ${reference}: write out as many levels as you need`);
    }
    opened.add(reference);
    conjuncts.push(...conjunctsOf(resolve(reference, context.root), context, opened));
  }
  if (Array.isArray(allOf)) {
    conjuncts.push(...allOf.flatMap((part) => conjunctsOf(part, context, new Set(opened))));
  }
  return conjuncts;
}

function resolve(reference: string, root: Json): unknown {
  let at: unknown = root;
  for (const part of reference.split('/').slice(1)) {
    const name = unescapePointer(part);
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) {
      throw schemaFault(`has a $ref that leads nowhere: ${reference.slice(0, 80)}`);
    }
    at = (at as Json)[name];
  }
  return at;
}

function unescapePointer(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    throw schemaFault('has a $ref with a broken percent escape');
  }
}

function plainKinds(
  conjuncts: Json[],
  context: Context,
  path: string[],
): Pick<Shape, 'nullable' | 'kinds'> {
  const types = typesOf(conjuncts);
  const members = membersOf(conjuncts);
  if (members) {
    const fitting = members.filter((member) => fits(member, types));
    const values = fitting.filter(
      (member) =>
        typeof member === 'string' || typeof member === 'number' || typeof member === 'boolean',
    );
    return {
      nullable: fitting.includes(null),
      kinds: values.length > 0 ? [{ type: 'choice', members: values }] : [],
    };
  }
  const kinds: Kind[] = [];
  for (const type of types) {
    if (type === 'object') kinds.push(objectKind(conjuncts, context, path));
    else if (type === 'array') kinds.push(arrayKind(conjuncts, context, path));
    else if (type === 'string') kinds.push(stringKind(conjuncts));
    else if (type === 'boolean') kinds.push({ type: 'boolean' });
    else if (type === 'number' || type === 'integer') kinds.push(numberKind(conjuncts, type));
  }
  return { nullable: types.has('null'), kinds };
}

/** The types that every conjunct allows; what says nothing of types allows them as it hints. */
function typesOf(conjuncts: Json[]): Set<string> {
  let types: string[] | null = null;
  for (const { type } of conjuncts) {
    if (type === undefined) continue;
    const allowed = (Array.isArray(type) ? type : [type]).filter((t) => typeof t === 'string');
    types = types === null ? allowed : intersection(types, allowed);
  }
  if (types) return new Set(types);
  const has = (...keywords: string[]) =>
    conjuncts.some((json) => keywords.some((keyword) => Object.hasOwn(json, keyword)));
  if (has('enum', 'const')) return new Set(TYPES);
  if (has('properties', 'required')) return new Set(['object', 'null']);
  if (has('items', 'minItems', 'maxItems')) return new Set(['array', 'null']);
  if (has('minimum', 'maximum', 'multipleOf')) return new Set(['number', 'null']);
  return new Set(['string', 'null']);
}

/** An integer is a number. */
function intersection(types: string[], allowed: string[]): string[] {
  return [...types, ...allowed].filter((type, index, all) => {
    const within = (list: string[]) =>
      list.includes(type) || (type === 'integer' && list.includes('number'));
    return within(types) && within(allowed) && all.indexOf(type) === index;
  });
}

function membersOf(conjuncts: Json[]): unknown[] | null {
  let members: unknown[] | null = null;
  for (const json of conjuncts) {
    const lists: unknown[][] = [];
    if (Array.isArray(json.enum)) lists.push(json.enum);
    if (Object.hasOwn(json, 'const')) lists.push([json.const]);
    for (const list of lists) {
      const before: unknown[] = members ?? list;
      members = before.filter((member) => list.includes(member));
    }
  }
  return members;
}

function fits(member: unknown, types: Set<string>): boolean {
  if (member === null) return types.has('null');
  if (typeof member === 'number') {
    return types.has('number') || (types.has('integer') && Number.isInteger(member));
  }
  return types.has(typeof member);
}

function objectKind(conjuncts: Json[], context: Context, path: string[]): ObjectKind {
  const schemas = new Map<string, unknown[]>();
  const required = new Set<string>();
  for (const json of conjuncts) {
    for (const [name, schema] of isJsonObject(json.properties)
      ? Object.entries(json.properties)
      : []) {
      schemas.set(name, [...(schemas.get(name) ?? []), schema]);
    }
    for (const name of Array.isArray(json.required) ? json.required : []) {
      if (typeof name === 'string') required.add(name);
    }
  }
  // A required name without a schema still has to be there: anything fits it.
  for (const name of required) if (!schemas.has(name)) schemas.set(name, [true]);
  const properties = new Map<string, Shape>();
  for (const [name, list] of schemas) properties.set(name, shapeOf(list, context, path));
  return { type: 'object', properties, required };
}

function arrayKind(conjuncts: Json[], context: Context, path: string[]): ArrayKind {
  const items = conjuncts.map((json) => json.items).filter((schema) => schema !== undefined);
  const isTuple =
    conjuncts.some((json) => json.prefixItems !== undefined) || items.some(Array.isArray);
  return {
    type: 'array',
    items: isTuple || items.length === 0 ? null : shapeOf(items, context, path),
    minItems: strictest(conjuncts, 'minItems', Math.max, 0),
    maxItems: strictest(conjuncts, 'maxItems', Math.min, Infinity),
  };
}

function stringKind(conjuncts: Json[]): StringKind {
  const format = conjuncts.map((json) => json.format).find((name) => typeof name === 'string');
  return {
    type: 'string',
    minLength: strictest(conjuncts, 'minLength', Math.max, 0),
    maxLength: strictest(conjuncts, 'maxLength', Math.min, Infinity),
    patterns: conjuncts.flatMap(({ pattern }) =>
      typeof pattern === 'string' ? [compilePattern(pattern)] : [],
    ),
    format: format ?? null,
  };
}

function numberKind(conjuncts: Json[], type: 'number' | 'integer'): NumberKind {
  return {
    type: 'number',
    integer: type === 'integer',
    minimum: strictest(conjuncts, 'minimum', Math.max, -Infinity),
    maximum: strictest(conjuncts, 'maximum', Math.min, Infinity),
    exclusiveMinimum: strictest(conjuncts, 'exclusiveMinimum', Math.max, -Infinity),
    exclusiveMaximum: strictest(conjuncts, 'exclusiveMaximum', Math.min, Infinity),
    multiplesOf: conjuncts.flatMap(({ multipleOf }) =>
      typeof multipleOf === 'number' ? [multipleOf] : [],
    ),
  };
}

function strictest(
  conjuncts: Json[],
  keyword: string,
  pick: (...values: number[]) => number,
  otherwise: number,
): number {
  const values = conjuncts
    .map((json) => json[keyword])
    .filter((value) => typeof value === 'number');
  return pick(otherwise, ...values);
}
