/** What an owner may bind a key to; null where it is not bound. */
export interface KeyLimits {
  /** From then on the key is as dead as a revoked one. */
  expiresMs: number | null;
  /** The most that its jobs may cost in a calendar month (UTC). */
  spendCapMicros: number | null;
  /** CIDR ranges; from any other address the key is refused. */
  ipAllowlist: string[] | null;
}

export interface ApiKey extends KeyLimits {
  id: string;
  userId: string;
  name: string;
  /** The first characters, by which its owner knows it again. */
  prefix: string;
  createdMs: number;
  lastUsedMs: number | null;
  revokedMs: number | null;
}

/** The dialect whose keys a key looks like. */
export type KeyStyle = 'infrence' | 'research2llm';

/** As the owner asks for it: checked by the service. */
export interface NewKey {
  userId: string;
  name: string;
  /** infrence if absent. */
  style?: KeyStyle;
  expiresMs?: number | null;
  /** Whole credits. */
  spendCapCredits?: number | null;
  /** Addresses or CIDR ranges. */
  ipAllowlist?: string[] | null;
}

export interface CreatedKey extends ApiKey {
  /** Shown this once: only its hash is kept. */
  plaintext: string;
}

/** Who holds a key, as far as a request needs to know. */
export interface KeyHolder {
  keyId: string;
  userId: string;
  role: 'member' | 'admin';
  status: 'active' | 'pending' | 'suspended';
  lastUsedMs: number | null;
  hasSpendCap: boolean;
}

/** Where a request with a key comes from. */
export interface KeyUse {
  /** Of the connection, or as a trusted proxy states it; null when nobody can tell. */
  clientAddress: string | null;
}

/** Whose job it is, and by which key it was asked. */
export interface Asker {
  userId: string;
  /** Null for a person. Only a key that has a spend cap pays for its statement. */
  key: { id: string; isCapped: boolean } | null;
}
