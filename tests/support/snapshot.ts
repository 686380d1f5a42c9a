import { sha256Hex } from '../../src/lib/ids';
import type { Snapshot } from '../../src/library/types';

/** A text as it is read, and kept: of no pages. */
export function snapshotOf(text: string, mediaType = 'text/plain'): Snapshot {
  return { text, hash: sha256Hex(text), mediaType, pageStarts: null };
}
