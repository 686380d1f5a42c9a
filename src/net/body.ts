import { pipeline, Readable, type Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { FetchFault } from './fetch-fault';

/** What {@link readBody} can undo. */
export const ACCEPT_ENCODING = 'gzip, deflate, br, zstd';

export interface BodyLimits {
  /** Of the body after decompression. */
  maxBytes: number;
  /** What to do about more: fail, or take what fits. */
  overflow: 'fail' | 'truncate';
}

/** Content that does not compress grows a little when it is compressed. */
const COMPRESSION_OVERHEAD_BYTES = 65_536;

/** Nobody encodes a page more often, unless to make us work. */
const MAX_ENCODINGS = 2;

/** 8 MiB, which is what RFC 8878 asks a decoder to support: the frame's own word is not trusted. */
const ZSTD_WINDOW_LOG = 23;

/**
 * Decodes and collects a body as it arrives. Reading stops at the limit, so a small body that
 * decodes to a huge one costs no more than the limit and one chunk.
 */
export async function readBody(
  source: AsyncIterable<Uint8Array>,
  contentEncoding: string | undefined,
  host: string,
  limits: BodyLimits,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new FetchFault('too_large', `The page of ${host} is larger than ${limits.maxBytes} bytes.`);
  const encodings = parseEncodings(contentEncoding, host);
  let stream = counted(source, limits.maxBytes + COMPRESSION_OVERHEAD_BYTES, tooLarge);
  for (const encoding of encodings.reverse()) stream = decoded(stream, encoding, host);

  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const room = limits.maxBytes - length;
    if (chunk.length > room && limits.overflow === 'fail') throw tooLarge();
    chunks.push(chunk.subarray(0, room));
    length += Math.min(chunk.length, room);
    if (chunk.length > room) break;
  }
  return joined(chunks, length);
}

/** Into memory of its own: a Buffer may share its memory with others, and a page is handed on to
 * other threads. */
function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

type Encoding = 'gzip' | 'deflate' | 'br' | 'zstd';

function parseEncodings(header: string | undefined, host: string): Encoding[] {
  const names = (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
    .map((name) => (name === 'x-gzip' ? 'gzip' : name));
  if (names.length > MAX_ENCODINGS || !names.every(isEncoding)) {
    throw new FetchFault(
      'encoding',
      `${host} sent its page in an encoding that was not asked for.`,
    );
  }
  return names;
}

function isEncoding(name: string): name is Encoding {
  return name === 'gzip' || name === 'deflate' || name === 'br' || name === 'zstd';
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLarge: () => FetchFault,
): AsyncGenerator<Uint8Array> {
  let room = maxBytes;
  for await (const chunk of source) {
    // What fits is passed on first: a reader that truncates needs no more.
    yield chunk.subarray(0, room);
    if (chunk.length > room) throw tooLarge();
    room -= chunk.length;
  }
}

async function* decoded(
  source: AsyncGenerator<Uint8Array>,
  encoding: Encoding,
  host: string,
): AsyncGenerator<Uint8Array> {
  const first = await source.next();
  // A body that is absent, not one that is broken: some servers label even those.
  if (first.done === true) return;
  const decoder = createDecoder(encoding, first.value);
  // The decoder's own iteration reports every error of the chain.
  pipeline(Readable.from(prepended(first.value, source)), decoder, () => {});
  try {
    yield* decoder;
  } catch (cause) {
    if (cause instanceof FetchFault || !isDecodingError(cause)) throw cause;
    throw new FetchFault('encoding', `The page of ${host} is damaged: it cannot be decompressed.`, {
      cause,
    });
  }
}

async function* prepended(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

function createDecoder(encoding: Encoding, start: Uint8Array): Transform {
  switch (encoding) {
    case 'gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress({
        params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG },
      });
    case 'deflate':
      return hasZlibHeader(start) ? createInflate() : createInflateRaw();
  }
}

/** The standard's deflate has the header of RFC 1950, but some servers send the bare stream. */
function hasZlibHeader([first = 0, second]: Uint8Array): boolean {
  if ((first & 0x0f) !== 8) return false;
  return second === undefined || ((first << 8) | second) % 31 === 0;
}

/** How the codes of zlib, Zstandard and Brotli begin. */
const DECODING_ERROR = /^(Z_|ZSTD_|ERR__ERROR_)/;

function isDecodingError(thrown: unknown): boolean {
  return thrown instanceof Error && DECODING_ERROR.test(String(Reflect.get(thrown, 'code')));
}
