import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Fault } from '../../lib/fault';

/** A provider's JSON answer, checked. Throws Fault `unavailable` when it is not what its API
 * promises: half an answer would look like a search that found nothing. */
export function parseAnswer<Schema extends TSchema>(
  schema: Schema,
  bytes: Uint8Array,
  provider: string,
): Static<Schema> {
  const answer = parseJson(bytes);
  if (!Value.Check(schema, answer)) {
    throw new Fault(
      'unavailable',
      `${provider} gave an answer that its API does not promise. ` +
        'Try again later, or search without it.',
      { cause: Value.Errors(schema, answer).First() },
    );
  }
  return answer;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
