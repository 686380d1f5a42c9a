import { marked } from 'marked';
import { type ReadableText, wholeHtml } from './html';
import { normaliseText, normaliseTitle } from './normalise';

const FRONT_MATTER = /^---[ \t]*\n([\s\S]{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|$)/;
const FRONT_TITLE = /^title[ \t]*:[ \t]*(["']?)(.+?)\1[ \t]*$/im;
/** The Markdown parser is quadratic in the length of one block. */
const MAX_BLOCK_UNITS = 32_000;

/** Markdown as the text that a reader of the rendered page sees. */
export function readableMarkdown(source: string): ReadableText {
  const markdown = source.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n');
  const frontMatter = markdown.match(FRONT_MATTER);
  const body = frontMatter ? markdown.slice(frontMatter[0].length) : markdown;
  const rendered = render(body);
  const frontTitle = normaliseTitle(frontMatter?.[1]?.match(FRONT_TITLE)?.[2] ?? '');
  return { title: frontTitle || rendered.title, text: rendered.text };
}

function render(body: string): ReadableText {
  const asItStands = { title: '', text: normaliseText(body) };
  if (longestBlock(body) > MAX_BLOCK_UNITS) return asItStands;
  try {
    return wholeHtml(marked.parse(body, { async: false, gfm: true }));
  } catch (thrown) {
    // Quotes nested thousands deep overflow the parser's stack.
    if (thrown instanceof RangeError) return asItStands;
    throw thrown;
  }
}

function longestBlock(text: string): number {
  let longest = 0;
  let start = 0;
  while (start < text.length) {
    const blank = text.indexOf('\n\n', start);
    const end = blank === -1 ? text.length : blank;
    longest = Math.max(longest, end - start);
    start = end + 2;
  }
  return longest;
}
