import { Readability } from '@mozilla/readability';
import { blockText } from './blocks';
import { type DomDocument, type DomElement, parseDom, shapeOf } from './dom';
import { normaliseText, normaliseTitle } from './normalise';

export interface ReadableText {
  /** Empty when the page names none. */
  title: string;
  text: string;
}

/** Past these, Readability's cost grows faster than the page does. */
const READABILITY_MAX_ELEMENTS = 50_000;
const READABILITY_MAX_DEPTH = 300;
/** On a page this short, an article that leaves most of it out has missed the point. */
const SHORT_PAGE_UNITS = 6_000;
const MIN_ARTICLE_SHARE = 0.25;

/** The main text of a page: without its navigation, advertisements and frame. */
export function readableHtml(html: string): ReadableText {
  const document = parseDom(html);
  const title = titleOf(document);
  const body = normaliseText(blockText(document.documentElement, { dropChrome: true }));
  // Readability takes the document apart, so it comes last.
  const article = normaliseText(articleText(document));
  const missed =
    article.length === 0 ||
    (body.length <= SHORT_PAGE_UNITS && article.length < body.length * MIN_ARTICLE_SHARE);
  if (!missed) return { title, text: article };
  if (body.length > 0) return { title, text: body };
  const everything = blockText(parseDom(html).documentElement, { dropChrome: false });
  return { title, text: normaliseText(everything) };
}

/** All the text of a fragment that was made from Markdown: it has no frame to remove. */
export function wholeHtml(html: string): ReadableText {
  const document = parseDom(html);
  return {
    title: normaliseTitle(document.querySelector('h1')?.textContent ?? ''),
    text: normaliseText(blockText(document.documentElement, { dropChrome: false })),
  };
}

function articleText(document: DomDocument): string {
  const shape = shapeOf(document.documentElement);
  if (shape.elementCount > READABILITY_MAX_ELEMENTS || shape.depth > READABILITY_MAX_DEPTH) {
    return '';
  }
  const reader = new Readability<DomElement>(document as never, {
    serializer: (node) => node as unknown as DomElement,
    keepClasses: true,
  });
  const content = articleOrNull(reader);
  return content ? blockText(content, { dropChrome: false }) : '';
}

/** Readability throws on some broken pages; the whole body is then the better answer. */
function articleOrNull(reader: Readability<DomElement>): DomElement | null {
  try {
    return reader.parse()?.content ?? null;
  } catch {
    return null;
  }
}

function titleOf(document: DomDocument): string {
  const candidates = [
    document.querySelector('meta[property="og:title"]')?.getAttribute('content'),
    document.querySelector('head title, title')?.textContent,
    document.querySelector('h1')?.textContent,
  ];
  for (const candidate of candidates) {
    const title = normaliseTitle(candidate ?? '');
    if (title !== '') return title;
  }
  return '';
}
