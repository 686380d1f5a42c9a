import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Fault } from '../../lib/fault';

/** No provider is asked for more, and none may give more. */
const MAX_ENTRIES = 300;

/** A provider's JSON answer, checked. Throws Fault `unavailable` when it is not what its API
 * promises: half an answer would look like a search that found nothing. */
export function parseAnswer<Schema extends TSchema>(
  schema: Schema,
  bytes: Uint8Array,
  provider: string,
): Static<Schema> {
  const answer = parseJson(bytes);
  if (!Value.Check(schema, answer)) {
    throw unpromised(provider, Value.Errors(schema, answer).First());
  }
  return answer;
}

/** The entries of an answer that are what its API promises. Throws Fault `unavailable` when there
 * are some and none of them is: that is no search that found nothing either. */
export function validEntries<Schema extends TSchema>(
  schema: Schema,
  entries: readonly unknown[],
  provider: string,
): Static<Schema>[] {
  const looked = entries.slice(0, MAX_ENTRIES);
  const valid = looked.filter((entry): entry is Static<Schema> => Value.Check(schema, entry));
  if (valid.length === 0 && looked.length > 0) {
    throw unpromised(provider, Value.Errors(schema, looked[0]).First());
  }
  return valid;
}

export function unpromised(provider: string, cause?: unknown): Fault {
  return new Fault(
    'unavailable',
    `${provider} gave an answer that its API does not promise. ` +
      'Try again later, or search without it.',
    { cause },
  );
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
