import { sha256Hex } from '../lib/ids';
import type { Snapshot } from '../library/types';
import type { Quote, ResearchState } from './types';

export interface Verification {
  /** Quotes that stand, letter by letter, at their offsets in a snapshot whose hash is right. */
  confirmedCount: number;
  failures: { finding: string; quote: Quote; reason: string }[];
}

/**
 * Proves every quote anew: the snapshot is there, hashes to its name, and says what is quoted.
 * Whatever was done to the file is a failure that is reported, and never one of the proof.
 */
export async function verifyState(
  state: ResearchState,
  snapshotOf: (hash: string) => Promise<Snapshot | undefined>,
): Promise<Verification> {
  const texts = new Map<string, Proven>();
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

/** The text of a snapshot that is what its hash says, or what is wrong with it. */
type Proven = { text: string } | { problem: string };

async function problemOf(
  { snapshotHash, text, start, end }: Quote,
  texts: Map<string, Proven>,
  snapshotOf: (hash: string) => Promise<Snapshot | undefined>,
): Promise<string | null> {
  const proven = texts.get(snapshotHash) ?? (await prove(snapshotHash, snapshotOf));
  texts.set(snapshotHash, proven);
  if ('problem' in proven) return proven.problem;
  return proven.text.slice(start, end) === text ? null : 'the snapshot says something else here';
}

async function prove(
  hash: string,
  snapshotOf: (hash: string) => Promise<Snapshot | undefined>,
): Promise<Proven> {
  const snapshot = await snapshotOf(hash).catch(() => 'unreadable' as const);
  if (snapshot === undefined) return { problem: 'the snapshot is missing' };
  if (snapshot === 'unreadable') return { problem: 'the snapshot cannot be read' };
  const { text } = snapshot;
  return sha256Hex(text) === hash ? { text } : { problem: 'the snapshot does not have its hash' };
}
