export interface ApiKey {
  id: string;
  userId: string;
  name: string;
  /** The first characters, by which its owner knows it again. */
  prefix: string;
  createdMs: number;
  lastUsedMs: number | null;
  revokedMs: number | null;
}

export interface CreatedKey {
  id: string;
  prefix: string;
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
}
