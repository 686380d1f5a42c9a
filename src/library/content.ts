import { Parser } from 'htmlparser2';
import TurndownService from 'turndown';
import { decodeText } from './parse/charset';
import type { ContentInput } from './types';

/** What a reader of the page does not read. */
const NOT_CONTENT = [
  'title',
  'script',
  'style',
  'noscript',
  'template',
  'iframe',
  'nav',
  'form',
] as const;
/** Past these, the cost of a tree grows faster than the page does. */
const MAX_ELEMENTS = 50_000;
const MAX_DEPTH = 300;

/**
 * A whole HTML page as it came, or as Markdown; null for one that is too large or too deep for that.
 * It is the site's own text: whoever shows it treats it as hostile. Pure: it may run in any worker.
 */
export function pageContent({ bytes, declaredType, kind }: ContentInput): string | null {
  const html = decodeText(bytes, declaredType);
  if (kind === 'html') return html;
  if (!isModest(html)) return null;
  const turndown = new TurndownService({ headingStyle: 'atx', codeBlockStyle: 'fenced' });
  turndown.remove([...NOT_CONTENT]);
  return turndown.turndown(html);
}

/** Counted as the tags come, in one pass. */
function isModest(html: string): boolean {
  let count = 0;
  let depth = 0;
  let deepest = 0;
  const parser = new Parser({
    onopentagname() {
      count += 1;
      depth += 1;
      deepest = Math.max(deepest, depth);
      if (count > MAX_ELEMENTS || deepest > MAX_DEPTH) parser.pause();
    },
    onclosetag() {
      depth -= 1;
    },
  });
  parser.write(html);
  return count <= MAX_ELEMENTS && deepest <= MAX_DEPTH;
}
