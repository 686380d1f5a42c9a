import type { PageHead } from '../types';
import { type DomElement, type DomNode, textContent, walk } from './dom';
import { normaliseTitle } from './normalise';

/** What a page says of itself, beside its text. */
export interface About extends PageHead {
  /** Empty when the page names none. */
  title: string;
}

/** Words of a robots directive that keep something from being used. */
const RESTRICTION = /\b(?:none|no(?:ai|imageai|index|snippet)|max-snippet)\b/i;
const AGENT = /^[a-z][a-z0-9_-]{0,60}$/;
/** A page that has more of them than this means something else by it. */
const MAX_DIRECTIVES = 20;

/** `url` is where the page was found, to resolve what is relative. */
export function aboutPage(page: DomNode, url: string | undefined): About {
  const titles: { stated?: string; title?: DomElement; heading?: DomElement } = {};
  const head: PageHead = { canonicalUrl: null, robots: [], tdmReservation: null };
  walk(page, {
    text() {},
    enter(element) {
      const { name, attribs } = element;
      if (name === 'meta') {
        if (attribs.property === 'og:title') titles.stated ??= attribs.content ?? '';
        readMeta(head, (attribs.name ?? '').trim().toLowerCase(), attribs.content ?? '');
      }
      if (name === 'link' && attribs.rel?.trim().toLowerCase() === 'canonical') {
        head.canonicalUrl ??= absolute(attribs.href, url);
      }
      if (name === 'title') titles.title ??= element;
      if (name === 'h1') titles.heading ??= element;
      // Drawings have titles of their own.
      return name !== 'svg';
    },
    leave() {},
  });
  const { stated, title, heading } = titles;
  return {
    ...head,
    title:
      normaliseTitle(stated ?? '') ||
      normaliseTitle(title ? textContent(title) : '') ||
      normaliseTitle(heading ? textContent(heading) : ''),
  };
}

function readMeta(head: PageHead, name: string, content: string): void {
  if (name === 'tdm-reservation') head.tdmReservation ??= content.trim();
  if (!AGENT.test(name) || head.robots.length >= MAX_DIRECTIVES) return;
  if (name.includes('description') || name.includes('keywords') || content.length > 200) return;
  if (RESTRICTION.test(content)) head.robots.push({ agent: name, content });
}

function absolute(href: string | undefined, base: string | undefined): string | null {
  if (href === undefined || !URL.canParse(href, base)) return null;
  const url = new URL(href, base);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null;
}
