/** A part of a text, in order. `ids` name the quotes that begin in a marked one. */
export type Passage =
  | { kind: 'plain'; text: string }
  | { kind: 'marked'; text: string; ids: string[] }
  | { kind: 'omitted'; length: number };
