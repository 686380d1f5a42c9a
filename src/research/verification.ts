import { sha256Hex } from '../lib/ids';
import type { Snapshot } from '../library/types';
import type { Quote, ResearchState } from './types';

export interface Verification {
  /** Quotes that stand, letter by letter, at their offsets in a snapshot whose hash is right. */
  confirmedCount: number;
  failures: { finding: string; quote: Quote; reason: string }[];
}

/** Proves every quote anew: the snapshot is there, hashes to its name, and says what is quoted. */
export async function verifyState(
  state: ResearchState,
  snapshotOf: (hash: string) => Promise<Snapshot | undefined>,
): Promise<Verification> {
  const texts = new Map<string, string | undefined>();
  const result: Verification = { confirmedCount: 0, failures: [] };
  const cited = [
    ...state.findings.map(({ id, quotes, disputedBy }) => ({
      id,
      quotes: [...quotes, ...disputedBy],
    })),
    ...(state.typed?.basis ?? []).map(({ field, quotes }) => ({ id: `typed${field}`, quotes })),
  ];
  for (const { id, quotes } of cited) {
    for (const quote of quotes) {
      const reason = await problemOf(quote, texts, snapshotOf);
      if (reason === null) result.confirmedCount += 1;
      else result.failures.push({ finding: id, quote, reason });
    }
  }
  return result;
}

async function problemOf(
  quote: Quote,
  texts: Map<string, string | undefined>,
  snapshotOf: (hash: string) => Promise<Snapshot | undefined>,
): Promise<string | null> {
  if (!texts.has(quote.snapshotHash)) {
    texts.set(quote.snapshotHash, (await snapshotOf(quote.snapshotHash))?.text);
  }
  const text = texts.get(quote.snapshotHash);
  if (text === undefined) return 'the snapshot is missing';
  if (sha256Hex(text) !== quote.snapshotHash) return 'the snapshot does not have its hash';
  if (text.slice(quote.start, quote.end) !== quote.text)
    return 'the snapshot says something else here';
  return null;
}
