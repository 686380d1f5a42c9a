/** One place where two JSON values differ; a side that has nothing there is undefined. */
export interface Difference {
  /** A JSON pointer (RFC 6901). */
  pointer: string;
  recorded: unknown;
  replayed: unknown;
}

/** Every place where two JSON values differ, in the order of the first; that of keys is none. */
export function differences(recorded: unknown, replayed: unknown, pointer = ''): Difference[] {
  if (!isBranch(recorded) || !isBranch(replayed) || isList(recorded) !== isList(replayed)) {
    return Object.is(recorded, replayed) ? [] : [{ pointer, recorded, replayed }];
  }
  const keys = new Set([...Object.keys(recorded), ...Object.keys(replayed)]);
  return [...keys].flatMap((key) =>
    differences(own(recorded, key), own(replayed, key), `${pointer}/${escaped(key)}`),
  );
}

type Branch = Record<string, unknown>;

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null;
}

function isList(value: Branch): boolean {
  return Array.isArray(value);
}

/** What an object inherits under a name is no value of it. */
function own(value: Branch, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
