import type { Static, TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { Fault } from '../lib/fault';

/** For what a route cannot declare as its schema. Throws Fault `invalid_request` with the field. */
export function validator<Schema extends TSchema>(
  schema: Schema,
): (value: unknown) => Static<Schema> {
  const compiled = TypeCompiler.Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return value;
    const first = compiled.Errors(value).First();
    const field = (first?.path ?? '').replace(/^\//, '') || 'body';
    throw new Fault('invalid_request', `${field}: ${first?.message ?? 'is not as expected'}`, {
      field,
    });
  };
}
