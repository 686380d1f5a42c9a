import { Fault } from '../lib/fault';

/** Of a JSON body; documents come as multipart and have a limit of their own. */
const JSON_MAX_BYTES = 1_048_576;
const JSON_MAX_DEPTH = 64;
const JSON_REMEDY = 'add long texts to the library and name their ids';

/**
 * Null for a request without a body, as DELETE is. Throws Fault `too_large`, or `invalid_request`
 * for what is no JSON or nests too deep.
 */
export async function readJson(
  request: Request,
  maxBytes = JSON_MAX_BYTES,
  remedy = JSON_REMEDY,
): Promise<unknown> {
  if (request.body === null) return null;
  return parseJson(await readText(request, maxBytes, remedy));
}

/**
 * One JSON value a line, without those that are empty. Throws Fault `too_large` for over 1 MiB or
 * `maxLines`, and `invalid_request` for what is no JSON or nests too deep.
 */
export async function readJsonLines(request: Request, maxLines: number): Promise<unknown[]> {
  const remedy = `send ${maxLines} lines at a time at the most`;
  const text = (await readText(request, JSON_MAX_BYTES, remedy)).trim();
  if (text === '') return [];
  // No value of JSON holds the end of a line as it is: so all lines are parsed at once, as a list.
  const values = parseJson(`[${text.replace(/[\r\n]+/g, ',')}]`) as unknown[];
  if (values.length <= maxLines) return values;
  throw new Fault('too_large', `the body has over ${maxLines} lines: ${remedy}`);
}

async function readText(request: Request, maxBytes: number, remedy: string): Promise<string> {
  const isSmall = Number(request.headers.get('content-length') ?? Infinity) <= maxBytes;
  return isSmall
    ? request.text()
    : new TextDecoder().decode(await readCapped(request, maxBytes, remedy));
}

/**
 * Throws Fault `invalid_request` for what nests too deep, which is looked at first: a mebibyte of
 * brackets would keep the parser busy for a quarter of a second, and everybody else waiting.
 */
function parseJson(text: string): unknown {
  assertShallow(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('invalid_request', `the body is not valid JSON: ${(cause as Error).message}`);
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, OPEN_OBJECT, CLOSE_LIST, CLOSE_OBJECT] = Array.from(
  '"\\[{]}',
  (character) => character.charCodeAt(0),
);

function assertShallow(text: string): void {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) index += code === BACKSLASH ? 1 : 0;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    if (depth > JSON_MAX_DEPTH) {
      throw new Fault('invalid_request', `the body nests deeper than ${JSON_MAX_DEPTH} levels`);
    }
  }
}

/** Throws Fault `too_large`, or `invalid_request` for what is no form. */
export async function readForm(
  request: Request,
  maxBytes: number,
  remedy: string,
): Promise<FormData> {
  const bytes = await readCapped(request, maxBytes, remedy);
  const contentType = request.headers.get('content-type') ?? '';
  try {
    const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
    return form as FormData;
  } catch (cause) {
    throw new Fault('invalid_request', 'the multipart body is not well-formed', { cause });
  }
}

/** Of fields with the same name, the last one counts. Throws Fault `too_large`. */
export async function readUrlEncoded(
  request: Request,
  maxBytes: number,
  remedy: string,
): Promise<Record<string, string>> {
  const bytes = await readCapped(request, maxBytes, remedy);
  return Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));
}

/** Reads no further than the limit, whatever length a body says it has, or does not say. */
async function readCapped(request: Request, maxBytes: number, remedy: string): Promise<Uint8Array> {
  const tooLarge = () => new Fault('too_large', `the body has over ${maxBytes} bytes: ${remedy}`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
