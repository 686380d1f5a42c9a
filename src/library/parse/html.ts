import type { PageHead } from '../types';
import { articleNodes } from './article';
import { blockText, chosenText } from './blocks';
import { type DomNode, findElement, textContent } from './dom';
import { aboutPage } from './head';
import { normaliseText, normaliseTitle } from './normalise';
import { parseDom } from './page-tree';

export interface ReadableText {
  /** Empty when the page names none. */
  title: string;
  text: string;
  /** What a web page says of itself. */
  head?: PageHead;
}

/** An article this short may be a page of another kind, that was misread … */
const SHORT_ARTICLE_UNITS = 200;
/** … when it leaves most of the page out. */
const MIN_ARTICLE_SHARE = 0.5;

/** The main text of a page: without its navigation, advertisements and frame. */
export function readableHtml(html: string, url?: string): ReadableText {
  const page = parseDom(html);
  const { title, ...head } = aboutPage(page, url);
  return { title, text: mainText(page, title), head };
}

function mainText(page: DomNode, title: string): string {
  const article = normaliseText(chosenText(page, articleNodes(page, title)));
  if (article.length >= SHORT_ARTICLE_UNITS) return article;
  const body = normaliseText(blockText(page, { dropChrome: true }));
  if (article.length > body.length * MIN_ARTICLE_SHARE) return article;
  return body || normaliseText(blockText(page, { dropChrome: false }));
}

/** All the text of a fragment that was made from Markdown: it has no frame to remove. */
export function wholeHtml(html: string): ReadableText {
  const page = parseDom(html);
  const heading = findElement(page, ({ name }) => name === 'h1');
  return {
    title: heading ? normaliseTitle(textContent(heading)) : '',
    text: normaliseText(blockText(page, { dropChrome: false })),
  };
}
