import { Dice } from './dice';

/** Every prompt ends so, and no answer has it: what stands behind it was accepted before. */
const END = '\n';
/** Letters that JSON and UTF-8 write in several ways. No surrogates: any host may cut anywhere. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz     "\\<&żółć—№'];
const [SHORTEST, LONGEST] = [20, 180];

/** A limit that no answer meets, whichever host cuts it into tokens. */
export const ENOUGH_TOKENS = 2 * LONGEST;

export function promptNamed(name: string): string {
  return `Speak of ${name}.${END}`;
}

/** What every host answers to a prompt: by whatever hosts it is said, the whole is this. */
export function speechOf(prompt: string): string {
  const dice = new Dice(0).of(prompt);
  const length = dice.between(SHORTEST, LONGEST);
  return Array.from({ length }, () => LETTERS[dice.between(0, LETTERS.length - 1)]).join('');
}

/** The embedding of a text. */
export function vectorOf(text: string): number[] {
  const dice = new Dice(1).of(text);
  return Array.from({ length: 4 }, () => dice.next());
}

/** The prompt, and the answer so far, of a text that has both; a chat may be told as a text. */
export function split(told: string): { prompt: string; accepted: string } {
  const text = told.replace(/^user: /, '').replace(/\n\n\nassistant: /, END);
  const at = text.lastIndexOf(END) + END.length;
  return { prompt: text.slice(0, at) || text, accepted: at === 0 ? '' : text.slice(at) };
}

/** A host's tokens: each has its own length, so that a token tells who sent it. The last may be
 * shorter. */
export function cut(text: string, tokenLength: number): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < text.length; at += tokenLength)
    tokens.push(text.slice(at, at + tokenLength));
  return tokens;
}
