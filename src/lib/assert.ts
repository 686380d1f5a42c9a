/** Thrown when an invariant of our own is broken: a bug, never a user's mistake. */
export class AssertionError extends Error {
  override name = 'AssertionError';
}

/** Stays on in production. For what the world may do wrong, throw a {@link Fault} instead. */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new AssertionError(invariant);
}
