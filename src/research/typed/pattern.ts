/**
 * Regular expressions that cannot hang. A client's pattern is parsed into a nondeterministic
 * automaton and run by simulating all its states at once (Thompson, 1968): the time is linear in
 * the text, whatever the pattern. What needs backtracking (back-references, look-around) is
 * refused. Single characters are still judged by the platform, so classes mean what they mean.
 */
export interface LinearPattern {
  test(text: string): boolean;
}

/** Thrown when a pattern uses what this engine refuses; the message is fit for the public. */
export class PatternError extends Error {
  override name = 'PatternError';
}

const MAX_PATTERN_UNITS = 256;
const MAX_STATES = 2_000;
const MAX_GROUP_DEPTH = 16;
/** A longer text matches nothing: what is filled from evidence is far shorter. */
const MAX_TEXT_UNITS = 4_096;

type Assertion = 'start' | 'end' | 'boundary' | 'inside';
type State =
  | { kind: 'accept' }
  | { kind: 'character'; accepts: RegExp; next: number }
  | { kind: 'assertion'; assertion: Assertion; next: number }
  | { kind: 'split'; next: number[] };

type Node =
  | { kind: 'character'; source: string }
  | { kind: 'assertion'; assertion: Assertion }
  | { kind: 'sequence'; parts: Node[] }
  | { kind: 'choice'; branches: Node[] }
  | { kind: 'repeat'; body: Node; min: number; max: number };

/** Throws a {@link PatternError} for a pattern that is too large, invalid or not linear. */
export function compilePattern(source: string): LinearPattern {
  if (source.length > MAX_PATTERN_UNITS) {
    throw new PatternError(`is longer than ${MAX_PATTERN_UNITS} characters`);
  }
  try {
    new RegExp(source, 'u');
  } catch (cause) {
    throw new PatternError('is not a valid regular expression', { cause });
  }
  const states: State[] = [{ kind: 'accept' }];
  const start = build(new Parser(source).parse(), 0, states);
  return { test: (text) => text.length <= MAX_TEXT_UNITS && run(states, start, text) };
}

/** Reads a pattern that the platform has already found valid in Unicode mode. */
class Parser {
  private readonly source: string[];
  private at = 0;
  private depth = 0;

  constructor(source: string) {
    this.source = [...source];
  }

  parse(): Node {
    const branches = [this.sequence()];
    while (this.source[this.at] === '|') {
      this.at++;
      branches.push(this.sequence());
    }
    return { kind: 'choice', branches };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    while (this.at < this.source.length && !'|)'.includes(this.source[this.at] ?? '')) {
      parts.push(this.quantified(this.atom()));
    }
    return { kind: 'sequence', parts };
  }

  private quantified(body: Node): Node {
    const rest = this.source.slice(this.at, this.at + 16).join('');
    const found = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
    if (!found) return body;
    this.at += found[0].length;
    const [, sign, low = '0', comma, high] = found;
    if (sign)
      return { kind: 'repeat', body, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : Infinity };
    const min = Number(low);
    const max = high ? Number(high) : comma ? Infinity : min;
    if (Math.max(min, Number.isFinite(max) ? max : 0) > MAX_STATES) {
      throw new PatternError('repeats too often');
    }
    return { kind: 'repeat', body, min, max };
  }

  private atom(): Node {
    const character = this.source[this.at++] ?? '';
    if (character === '(') return this.group();
    if (character === '[') return this.characterClass();
    if (character === '\\') return this.escape();
    if (character === '^') return { kind: 'assertion', assertion: 'start' };
    if (character === '$') return { kind: 'assertion', assertion: 'end' };
    return { kind: 'character', source: character };
  }

  private group(): Node {
    if (this.source[this.at] === '?') {
      const head = /^\?(?::|<(?![=!])[^>]*>)/.exec(this.source.slice(this.at).join(''))?.[0];
      if (head === undefined) throw new PatternError('uses look-around or flags');
      this.at += [...head].length;
    }
    if (++this.depth > MAX_GROUP_DEPTH) throw new PatternError('nests groups too deeply');
    const body = this.parse();
    this.depth--;
    this.at++;
    return body;
  }

  private characterClass(): Node {
    const from = this.at - 1;
    while (this.at < this.source.length && this.source[this.at] !== ']') {
      this.at += this.source[this.at] === '\\' ? 2 : 1;
    }
    this.at++;
    return { kind: 'character', source: this.source.slice(from, this.at).join('') };
  }

  private escape(): Node {
    const rest = this.source.slice(this.at).join('');
    if (/^[1-9k]/.test(rest)) throw new PatternError('uses a back-reference');
    if (rest.startsWith('b') || rest.startsWith('B')) {
      this.at++;
      return { kind: 'assertion', assertion: rest.startsWith('b') ? 'boundary' : 'inside' };
    }
    // Two escapes are one character only where they are the halves of a surrogate pair.
    const body =
      /^(?:u\{[0-9a-f]+\}|u(?:d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})|x[0-9a-f]{2}|p\{[^}]*\}|c[a-z]|.)/isu.exec(
        rest,
      )?.[0] ?? '';
    this.at += [...body].length;
    return { kind: 'character', source: `\\${body}` };
  }
}

/** Adds the states of `node` that lead on to state `next`; returns the first of them. */
function build(node: Node, next: number, states: State[]): number {
  switch (node.kind) {
    case 'character':
      return add(states, { kind: 'character', accepts: new RegExp(`^${node.source}$`, 'u'), next });
    case 'assertion':
      return add(states, { kind: 'assertion', assertion: node.assertion, next });
    case 'sequence':
      return node.parts.reduceRight((after, part) => build(part, after, states), next);
    case 'choice':
      return add(states, {
        kind: 'split',
        next: node.branches.map((branch) => build(branch, next, states)),
      });
    case 'repeat':
      return buildRepeat(node, next, states);
  }
}

function buildRepeat(
  node: Extract<Node, { kind: 'repeat' }>,
  next: number,
  states: State[],
): number {
  let first = next;
  if (node.max === Infinity) {
    const loop: State = { kind: 'split', next: [next] };
    first = add(states, loop);
    loop.next.push(build(node.body, first, states));
  } else {
    for (let times = node.min; times < node.max; times++) {
      first = add(states, { kind: 'split', next: [next, build(node.body, first, states)] });
    }
  }
  for (let times = 0; times < node.min; times++) first = build(node.body, first, states);
  return first;
}

function add(states: State[], state: State): number {
  if (states.length >= MAX_STATES)
    throw new PatternError('is too large once its repeats are written out');
  return states.push(state) - 1;
}

function run(states: State[], start: number, text: string): boolean {
  const characters = [...text];
  let current = new Set<number>();
  for (let at = 0; at <= characters.length; at++) {
    // A pattern may begin to match anywhere, as with RegExp.test.
    if (follow(states, [start], current, characters, at)) return true;
    const character = characters[at];
    if (character === undefined) return false;
    const reached: number[] = [];
    for (const index of current) {
      const state = states[index];
      if (state?.kind === 'character' && state.accepts.test(character)) reached.push(state.next);
    }
    current = new Set();
    if (follow(states, reached, current, characters, at + 1)) return true;
  }
  return false;
}

/** Adds what can be reached without a character to `into`; true when that includes acceptance. */
function follow(
  states: State[],
  from: number[],
  into: Set<number>,
  characters: string[],
  at: number,
): boolean {
  const pending = [...from];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (into.has(index)) continue;
    into.add(index);
    const state = states[index];
    if (state?.kind === 'accept') return true;
    if (state?.kind === 'split') pending.push(...state.next);
    if (state?.kind === 'assertion' && holds(state.assertion, characters, at)) {
      pending.push(state.next);
    }
  }
  return false;
}

function holds(assertion: Assertion, characters: string[], at: number): boolean {
  if (assertion === 'start') return at === 0;
  if (assertion === 'end') return at === characters.length;
  const isWord = (index: number) => /^\w$/.test(characters[index] ?? '');
  return (isWord(at - 1) !== isWord(at)) === (assertion === 'boundary');
}
