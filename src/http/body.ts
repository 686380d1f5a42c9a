import { Fault } from '../lib/fault';

/** Of a JSON body; documents come as multipart and have a limit of their own. */
const JSON_MAX_BYTES = 1_048_576;
const JSON_MAX_DEPTH = 64;
const JSON_REMEDY = 'add long texts to the library and name their ids';

/**
 * Null for a request without a body, as DELETE is. Throws Fault `too_large`, or `invalid_request`
 * for what is no JSON or nests too deep.
 */
export async function readJson(request: Request): Promise<unknown> {
  if (request.body === null) return null;
  const isSmall = Number(request.headers.get('content-length') ?? Infinity) <= JSON_MAX_BYTES;
  const text = isSmall
    ? await request.text()
    : new TextDecoder().decode(await readCapped(request, JSON_MAX_BYTES, JSON_REMEDY));
  assertShallow(text);
  return parse(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault('invalid_request', `the body is not valid JSON: ${(cause as Error).message}`);
  }
}

/**
 * Before it is parsed: a mebibyte of brackets would keep the parser busy for a quarter of a second,
 * and everybody else waiting.
 */
function assertShallow(text: string): void {
  let depth = 0;
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') isQuoted = !isQuoted;
    else if (isQuoted) index += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
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
