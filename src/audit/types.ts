/** Who acts on the command line: the owner of the machine, who needs no account. */
export const OPERATOR = 'operator';

/** What an admin did. `before` and `after` are plain JSON; what is named like a secret is left out. */
export interface AuditEntry {
  /** A user's id, or {@link OPERATOR}. */
  actorId: string;
  /** Noun and verb: `user.suspend`. */
  action: string;
  /** What it was done to: the id of the user, job, ticket or event. */
  subject: string;
  /** Null when there was nothing before. */
  before: unknown;
  after: unknown;
}

export interface AuditRecord extends AuditEntry {
  /** From 1, without gaps. */
  seq: number;
  createdMs: number;
  /** SHA-256 in hexadecimal, of the previous row's hash and of everything above. */
  hash: string;
}

/** The first row that is not as it was written. */
export interface AuditBreak {
  seq: number;
  what: 'a row is missing' | 'the row was changed' | 'the row before was changed';
}

export interface AuditVerification {
  /** How many rows were found in order. */
  count: number;
  /** Of the last of them; keep it elsewhere to notice later that the end was cut off. */
  lastHash: string;
  /** Null when the chain is whole. */
  broken: AuditBreak | null;
  /** Whether the hash that was asked for is in the chain; null when none was. */
  knownHashFound: boolean | null;
}
