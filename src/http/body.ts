import { Fault } from '../lib/fault';

/** Of a JSON body; documents come as multipart and have a limit of their own. */
const JSON_MAX_BYTES = 1_048_576;
const JSON_MAX_DEPTH = 64;

/**
 * Null for a request without a body, as DELETE is. Throws Fault `too_large`, or `invalid_request`
 * for what is no JSON or nests too deep.
 */
export async function readJson(request: Request): Promise<unknown> {
  if (request.body === null) return null;
  if (Number(request.headers.get('content-length') ?? 0) > JSON_MAX_BYTES) throw tooLarge();
  const text = await request.text();
  if (text.length > JSON_MAX_BYTES) throw tooLarge();
  const value = parse(text);
  assertShallow(value, 1);
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('invalid_request', `the body is not valid JSON: ${(cause as Error).message}`);
  }
}

function assertShallow(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > JSON_MAX_DEPTH) {
    throw new Fault('invalid_request', `the body nests deeper than ${JSON_MAX_DEPTH} levels`);
  }
  for (const inner of Object.values(value)) assertShallow(inner, depth + 1);
}

function tooLarge(): Fault {
  return new Fault(
    'too_large',
    `a JSON body may have ${JSON_MAX_BYTES} bytes: add long texts to the library and name their ids`,
  );
}
