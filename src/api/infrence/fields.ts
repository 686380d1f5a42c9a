// Elysia's own integer takes strings too, and says so in the API description.
import { Type } from '@sinclair/typebox';
import { t } from 'elysia';
import { addition } from '../../http/openapi';

type Rest = Record<string, unknown>;

/** Fields that are not known are refused, in every body. */
export const strict = { additionalProperties: false };
/** An object of any fields: without it said, a generated client takes it to have none. */
export const open = { additionalProperties: true };

export const uuid = (rest: Rest = {}) => t.String({ format: 'uuid', ...rest });
export const dateTime = (rest: Rest = {}) => t.String({ format: 'date-time', ...rest });
/** Elysia's own has its first value for a default, which a generated client then demands. */
export const oneOf = <const Values extends [string, ...string[]]>(
  values: Values,
  rest: Rest = {},
) => t.UnionEnum(values, { default: undefined, ...rest });

/** The formats say what a client needs to hold a number; numbers are not checked by them. */
export const int64 = (rest: Rest = {}) => Type.Integer({ format: 'int64', ...rest });
export const double = (rest: Rest = {}) => t.Number({ format: 'double', ...rest });

/** An exact amount beside the contract's whole credits. */
export const micros = (what: string) =>
  int64({ ...addition, description: `Addition: ${what}, exactly, in millionths of a credit.` });

/** In answers, which are described and never checked, a type list says it as the contract does. */
function nullable(type: string, rest: Rest) {
  return t.Optional(t.Unsafe<unknown>({ type: [type, 'null'], ...rest }));
}

export const nullableText = (rest: Rest = {}) => nullable('string', rest);
export const nullableUuid = (rest: Rest = {}) => nullable('string', { format: 'uuid', ...rest });
export const nullableTime = (rest: Rest = {}) =>
  nullable('string', { format: 'date-time', ...rest });
export const nullableInt32 = (rest: Rest = {}) => nullable('integer', { format: 'int32', ...rest });
export const nullableInt64 = (rest: Rest = {}) => nullable('integer', { format: 'int64', ...rest });
export const nullableTexts = (rest: Rest = {}) =>
  nullable('array', { items: { type: 'string' }, ...rest });
