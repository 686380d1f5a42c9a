import { zstdDecompressSync } from 'node:zlib';
import { assert } from '../lib/assert';
import type { PackedSnapshot, Snapshot } from './types';

/** A UTF-16 code unit takes at most three bytes of UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** Made before a write, which others wait for; what takes long of it is done by another thread. */
export async function packSnapshot({
  text,
  hash,
  mediaType,
  pageStarts,
}: Snapshot): Promise<PackedSnapshot> {
  const textZstd = await Bun.zstdCompress(text);
  return { hash, mediaType, pageStarts, textZstd, length: text.length };
}

export function unpackSnapshot(packed: PackedSnapshot): Snapshot {
  const { hash, mediaType, pageStarts, textZstd, length } = packed;
  return { hash, mediaType, pageStarts, text: decompressText(textZstd, length) };
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
