import { Fault } from '../lib/fault';
import { sha256Hex } from '../lib/ids';
import type { Snapshot } from '../library/types';
import type { Quote, ResearchState, Source } from './types';

/** What a source said when it was read, and what the job quotes from it. */
export interface SourceText {
  source: Source;
  text: string;
  /** The text still has the hash that it is stored under. */
  isIntact: boolean;
  /** In the order of the text; each once. */
  quotes: Quote[];
}

/** Throws Fault `not_found` for a source that the job does not have, or whose text is gone. */
export async function sourceText(
  state: ResearchState,
  number: number,
  snapshotOf: (hash: string) => Promise<Snapshot | undefined>,
): Promise<SourceText> {
  const source = state.sources.find((each) => each.number === number);
  const snapshot = source && (await snapshotOf(source.snapshotHash));
  if (!source || !snapshot) {
    throw new Fault('not_found', `this job has no text of a source ${number}`, { field: 'number' });
  }
  const { text, hash } = snapshot;
  const quotes = quotesOf(state).filter((quote) => quote.source === number);
  return { source, text, isIntact: sha256Hex(text) === hash, quotes: inOrder(quotes) };
}

function quotesOf({ findings, typed }: ResearchState): Quote[] {
  return [
    ...findings.flatMap(({ quotes, disputedBy }) => [...quotes, ...disputedBy]),
    ...(typed?.basis ?? []).flatMap(({ quotes }) => quotes),
  ];
}

function inOrder(quotes: Quote[]): Quote[] {
  const byPlace = new Map(quotes.map((quote) => [`${quote.start}-${quote.end}`, quote]));
  return [...byPlace.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}
