import type { Static, TObject, TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { type ValueError, ValueErrorType } from '@sinclair/typebox/errors';
import { Fault } from '../lib/fault';
import { isUuid } from '../lib/ids';

/** A schema may say in words what it takes, where its own terms would not help. */
interface Described {
  expects?: string;
}

const WANTED: Partial<Record<ValueErrorType, string>> = {
  [ValueErrorType.Array]: 'a list',
  [ValueErrorType.Boolean]: 'true or false',
  [ValueErrorType.Integer]: 'a whole number',
  [ValueErrorType.Number]: 'a number',
  [ValueErrorType.Object]: 'an object',
  [ValueErrorType.String]: 'a string',
};

/** Says which field is wrong and what it may be. */
export function validationFault(error: ValueError | undefined): Fault {
  const field = (error?.path ?? '').replace(/^\//, '') || 'body';
  return new Fault('invalid_request', `${field} ${complaint(error)}`, { field });
}

function complaint(error: ValueError | undefined): string {
  if (!error) return 'is not as expected';
  if (error.type === ValueErrorType.ObjectRequiredProperty) return 'is required';
  if (error.type === ValueErrorType.ObjectAdditionalProperties) {
    const known = Object.keys((error.schema as Partial<TObject>).properties ?? {});
    return `is not a known field${known.length > 0 ? `: known are ${known.join(', ')}` : ''}`;
  }
  const wanted = (error.schema as Described).expects ?? WANTED[error.type];
  if (wanted) return `must be ${wanted}`;
  return `is not as expected: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`;
}

/** For what a route cannot declare as its schema. Throws Fault `invalid_request` with the field. */
export function validator<Schema extends TSchema>(
  schema: Schema,
): (value: unknown) => Static<Schema> {
  // Compiled for the first value: a server that starts has none yet.
  let compiled: TypeCheck<Schema> | undefined;
  return (value) => {
    compiled ??= TypeCompiler.Compile(schema);
    if (compiled.Check(value)) return value;
    throw validationFault(compiled.Errors(value).First());
  };
}

/** A number of a query string. Throws Fault `invalid_request` with its name and bounds. */
export function wholeNumberOf(
  query: Record<string, string | undefined>,
  name: string,
  bounds: { default: number; min: number; max: number },
): number {
  const raw = query[name];
  if (raw === undefined) return bounds.default;
  const value = Number(raw);
  if (!/^\d{1,15}$/.test(raw) || value < bounds.min || value > bounds.max) {
    throw new Fault(
      'invalid_request',
      `${name} must be a whole number from ${bounds.min} to ${bounds.max}`,
      { field: name },
    );
  }
  return value;
}

/** What cannot be an id is not there, as is one that nobody has. Throws Fault `not_found`. */
export function knownId(id: string, noun: string): string {
  if (isUuid(id)) return id;
  throw notFound(id, noun);
}

export function notFound(id: string, noun: string): Fault {
  return new Fault('not_found', `no ${noun} has the id ${id.slice(0, 80)}`, { field: 'id' });
}
