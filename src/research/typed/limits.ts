import { Fault } from '../../lib/fault';
import { compilePattern, PatternError } from './pattern';

const MAX_SCHEMA_BYTES = 64 * 1024;
/** Schemas in schemas; each level is two or three levels of JSON. */
const MAX_SCHEMA_DEPTH = 16;
const MAX_JSON_DEPTH = 64;

type Json = Record<string, unknown>;

/** Keywords whose value is a map from names to schemas. */
const SCHEMA_MAPS = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
/** Keywords whose value is a schema or a list of schemas. */
const SCHEMAS = [
  'items',
  'prefixItems',
  'additionalItems',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'propertyNames',
  'contains',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'then',
  'else',
];
const REFUSED = [
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  '$vocabulary',
];

export function schemaFault(reason: string, cause?: unknown): Fault {
  return new Fault('invalid_request', `response_schema ${reason}`, {
    field: 'response_schema',
    cause,
  });
}

export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses what would cost too much to look at, before anything looks at it. */
export function checkLimits(schema: unknown): void {
  checkJsonDepth(schema);
  if (new TextEncoder().encode(JSON.stringify(schema)).length > MAX_SCHEMA_BYTES) {
    throw schemaFault(`is larger than ${MAX_SCHEMA_BYTES / 1024} KiB: send a smaller one`);
  }
  checkNode(schema, 0);
}

/** Without recursion, because the depth is what is hostile. */
function checkJsonDepth(root: unknown): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_JSON_DEPTH) throw tooDeep();
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
}

function tooDeep(): Fault {
  return schemaFault(`nests deeper than ${MAX_SCHEMA_DEPTH} levels: flatten it`);
}

function checkNode(node: unknown, depth: number): void {
  if (Array.isArray(node)) {
    for (const item of node) checkNode(item, depth);
    return;
  }
  if (!isJsonObject(node)) return;
  if (depth > MAX_SCHEMA_DEPTH) throw tooDeep();
  checkReferences(node, depth);
  checkPatterns(node);
  for (const keyword of SCHEMA_MAPS) {
    const map = node[keyword];
    if (!isJsonObject(map)) continue;
    if (Object.hasOwn(map, '__proto__')) throw schemaFault('must not name a property __proto__');
    for (const schema of Object.values(map)) checkNode(schema, depth + 1);
  }
  for (const keyword of SCHEMAS) checkNode(node[keyword], depth + 1);
}

function checkReferences(node: Json, depth: number): void {
  const reference = node.$ref;
  if (typeof reference === 'string' && !/^#(?:\/|$)/.test(reference)) {
    throw schemaFault('has a $ref that leaves it: use only local ones, like #/$defs/name');
  }
  if (depth > 0 && typeof node.$id === 'string') {
    throw schemaFault('has an $id below its top: remove it, local $refs need none');
  }
  for (const keyword of REFUSED) {
    if (Object.hasOwn(node, keyword)) throw schemaFault(`uses ${keyword}, which is not supported`);
  }
}

function checkPatterns(node: Json): void {
  const patterns = isJsonObject(node.patternProperties) ? Object.keys(node.patternProperties) : [];
  if (typeof node.pattern === 'string') patterns.push(node.pattern);
  for (const pattern of patterns) {
    try {
      compilePattern(pattern);
    } catch (thrown) {
      if (!(thrown instanceof PatternError)) throw thrown;
      throw schemaFault(`has a pattern that ${thrown.message}: ${pattern.slice(0, 40)}`, thrown);
    }
  }
}
