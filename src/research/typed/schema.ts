import Ajv, { type ErrorObject } from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { checkLimits, isJsonObject, schemaFault } from './limits';
import { compilePattern } from './pattern';
import { shapeOfSchema } from './shape';

const DIALECTS = {
  'https://json-schema.org/draft/2020-12/schema': Ajv2020,
  'http://json-schema.org/draft-07/schema': Ajv,
} as const;
const DEFAULT_DIALECT = 'https://json-schema.org/draft/2020-12/schema';
const MAX_PROBLEMS = 10;

/**
 * Throws `invalid_request` for the field `response_schema` when it is no valid JSON Schema
 * (2020-12, or draft-07 by `$schema`), does not describe an object, or could cost too much.
 */
export function checkResponseSchema(schema: unknown): void {
  if (!isJsonObject(schema)) throw schemaFault('is not a JSON Schema: send an object');
  checkLimits(schema);
  const meta = metaValidator(dialectOf(schema));
  if (!meta.validateSchema(schema)) {
    const [problem] = problems(meta.errors);
    throw schemaFault(`is not a valid JSON Schema: ${problem ?? 'see json-schema.org'}`);
  }
  const shape = shapeOfSchema(schema);
  if (!shape.kinds.some((kind) => kind.type === 'object')) {
    throw schemaFault('does not describe an object: give it type "object" and properties');
  }
  try {
    createAjv(schema).compile(anonymous(schema));
  } catch (cause) {
    throw schemaFault('cannot be compiled: check its $refs and keywords', cause);
  }
}

/** What is wrong with `value`, each with its JSON pointer; empty when it is valid. */
export function validateTyped(schema: unknown, value: unknown): string[] {
  if (!isJsonObject(schema)) throw schemaFault('is not a JSON Schema: send an object');
  const validate = createAjv(schema).compile(anonymous(schema));
  return validate(value) ? [] : problems(validate.errors);
}

/** Whether `text` has the named format; formats nobody knows are annotations, and hold. */
export function hasFormat(format: string, text: string): boolean {
  formats ??= addFormats(new Ajv({ logger: false }));
  const known = formats.formats[format];
  if (known instanceof RegExp) return known.test(text);
  if (typeof known === 'function') return known(text) === true;
  if (typeof known !== 'object' || !('validate' in known)) return true;
  if (known.validate instanceof RegExp) return known.validate.test(text);
  return typeof known.validate === 'function' && known.validate(text as never) === true;
}

let formats: Ajv | undefined;

const metaValidators = new Map<string, Ajv>();

/** Knows the meta-schema of a dialect, and nothing of any client's schema. */
function metaValidator(dialect: keyof typeof DIALECTS): Ajv {
  const known = metaValidators.get(dialect);
  if (known) return known;
  const made = addFormats(new DIALECTS[dialect]({ strict: false, logger: false }));
  metaValidators.set(dialect, made);
  return made;
}

/** A new one each time: nothing that one client's schema says is left for the next. */
function createAjv(schema: Record<string, unknown>): Ajv {
  const ajv = new DIALECTS[dialectOf(schema)]({
    strict: false,
    logger: false,
    meta: false,
    validateSchema: false,
    // Without it a property named `constructor` would seem to be there always.
    ownProperties: true,
    code: { regExp: linearRegExp },
  });
  return addFormats(ajv);
}

function dialectOf({ $schema }: Record<string, unknown>): keyof typeof DIALECTS {
  const name = typeof $schema === 'string' ? $schema.replace(/#$/, '') : DEFAULT_DIALECT;
  if (!Object.hasOwn(DIALECTS, name)) {
    throw schemaFault('names an unknown $schema: use draft 2020-12 or draft-07');
  }
  return name as keyof typeof DIALECTS;
}

const linearRegExp = Object.assign((pattern: string) => compilePattern(pattern), {
  code: 'compilePattern',
});

/** Without the name by which a schema could refer to itself as if it were remote. */
function anonymous(schema: Record<string, unknown>): Record<string, unknown> {
  const { $id: _id, $schema: _schema, ...rest } = schema;
  return rest;
}

function problems(errors: ErrorObject[] | null | undefined): string[] {
  return (errors ?? [])
    .slice(0, MAX_PROBLEMS)
    .map((error) => `${error.instancePath || '/'} ${error.message ?? 'is invalid'}`);
}
