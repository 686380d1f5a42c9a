import { zstdDecompressSync } from 'node:zlib';
import { assert } from '../lib/assert';

/** A UTF-16 code unit takes at most three bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

export function compressText(text: string): Uint8Array {
  return Bun.zstdCompressSync(text);
}

/** `length` is what the text was stored with, in UTF-16 code units: it bounds what is unfolded. */
export function decompressText(compressed: Uint8Array, length: number): string {
  const bytes = zstdDecompressSync(compressed, {
    maxOutputLength: Math.max(1, length * MAX_BYTES_PER_UNIT),
  });
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  assert(text.length === length, 'a snapshot is as long as it was when it was stored');
  return text;
}
