import { tokens } from '../text/terms';

/** The words of a question that say what it is about, as they are written, each once. For an engine
 * that takes every word for a condition. */
export function contentWords(text: string, maxCount: number): string[] {
  const words = tokens(text).map(({ start, end }) => text.slice(start, end).toLowerCase());
  return [...new Set(words)].slice(0, maxCount);
}
