import { sha256Hex } from '../lib/ids';

/** What the first row follows. */
export const GENESIS_HASH = '0'.repeat(64);

/** A field of one of these names never reaches the log, whatever its caller meant to tell. */
const SECRET_NAME = /password|secret|token|hash|api_?key|cookie/i;

export interface HashedContent {
  seq: number;
  createdMs: number;
  actorId: string;
  action: string;
  subject: string;
  /** Canonical JSON. */
  before: string;
  /** Canonical JSON. */
  after: string;
}

/** The same text for the same value, whatever the order of its properties; without secrets. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value ?? null, (name, inner: unknown) => {
    if (SECRET_NAME.test(name)) return undefined;
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Covers every column of a row, in an encoding that tells each from the next. */
export function rowHash(previousHash: string, content: HashedContent): string {
  const { seq, createdMs, actorId, action, subject, before, after } = content;
  const fields = [previousHash, seq, createdMs, actorId, action, subject, before, after];
  return sha256Hex(JSON.stringify(fields));
}
