/** What turns a password into what may be stored, as a port: tests count its operations. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
  /** A hash of a password that nobody has: to verify against it costs what any other does. */
  readonly dummyHash: string;
}

/** OWASP's floor for argon2id: 19 MiB, two passes. */
const COST = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const;

/** Runs on the threads of the runtime, about 40 ms of one core each. */
export const argon2id: PasswordHasher = {
  hash: (password) => Bun.password.hash(password, COST),
  verify: (password, hash) => Bun.password.verify(password, hash),
  dummyHash:
    '$argon2id$v=19$m=19456,t=2,p=1$KLJQYh/lNNYf4qT5OJ+N9VZ5CnF41vOhaSwPHSnQkpE$uwQniGZT6vTv561y5x5UKmzSqPrl7G38RrHwGxk7V88',
};
