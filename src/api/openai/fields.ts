// Elysia's own integer takes strings too, and says so in the API description.
import { type TSchema, Type } from '@sinclair/typebox';
import { t } from 'elysia';

type Rest = Record<string, unknown>;

export const strict = { additionalProperties: false };
export const open = { additionalProperties: true };

/** Clients write null for what they leave out. */
export const optional = <Schema extends TSchema>(
  schema: Schema,
  expects: string,
  rest: Rest = {},
) => t.Optional(t.Union([schema, t.Null()], { expects: `${expects}, or null`, ...rest }));

/** What would change the answer and cannot be honoured is taken for the value alone that asks for
 * nothing; `remedy` says what to do instead. */
export const only = (value: boolean | number | string, remedy: string) =>
  t.Optional(
    t.Union([t.Literal(value), t.Null()], {
      expects: `${value} or left out: ${remedy}`,
      description: `Not supported: ${remedy}.`,
    }),
  );

/** As `only`, where no value asks for nothing. */
export const refused = (remedy: string) =>
  t.Optional(t.Null({ expects: `left out: ${remedy}`, description: `Not supported: ${remedy}.` }));

/** Of no consequence for the answer: taken in whatever form, and left at that. */
export const ignored = () =>
  t.Optional(t.Unknown({ description: 'Accepted, and without effect.' }));

/** Elysia's own has its first value for a default, which a generated client then demands. */
export const oneOf = <const Values extends [string, ...string[]]>(
  values: Values,
  rest: Rest = {},
) => t.UnionEnum(values, { default: undefined, expects: values.join(', '), ...rest });

export const count = (rest: Rest = {}) => Type.Integer({ minimum: 0, ...rest });
export const number = (minimum: number, maximum: number) =>
  optional(t.Number({ minimum, maximum }), `a number from ${minimum} to ${maximum}`);
export const tokens = (description: string) =>
  optional(Type.Integer({ minimum: 1 }), 'a whole number from 1', { description });
/** In answers, which are described and never checked. */
export const nullable = <Value>(type: string, rest: Rest = {}) =>
  t.Unsafe<Value | null>({ type: [type, 'null'], ...rest });
