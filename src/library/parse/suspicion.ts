import type { DomElement } from './dom';
import { isBlock, isChrome } from './layout';

/**
 * Why an element looks like no part of the text. `frame`: whatever it holds. `part`: unless most of
 * the page's text stands in it, as when a class was given to the whole article.
 */
export type Suspicion = 'frame' | 'part';

/** An element that holds more than this share of a page's prose is not left out. */
export const SUSPECT_SHARE: Record<Suspicion, number> = { frame: 0.6, part: 0.25 };

const words = (list: string) => new Set(list.trim().split(/\s+/));

/** Words of class names and ids by which pages, whatever their language, call what is not the text. */
const FRAME = words(`
  comment comments commentlist disqus respond replies sidebar related recirc recirculation
  recommended recommendation recommendations outbrain taboola newsletter cookie cookies gdpr consent
  breadcrumb breadcrumbs pagination pager share sharing sharebar sharedaddy social socials addthis
  advert adverts advertisement advertising advertisment ads sponsored promo promos promotion
  subscribe subscription popup modal lightbox trending popular teaser teasers
  masthead navbar navbox nav navigation menu submenu footer byline timestamp dateline datetime
  pubdate published tags taglist caption captions figcaption credit credits copyright signup login
  toolbar widget widgets skip hidden`);
const PART = words(`
  author authors bio meta postmeta date time updated header banner ad gallery slideshow carousel
  slider player rating ratings follow more readmore tag categories category source print disclaimer
  tools controls topics keywords related-links infobox latest next prev previous thumb thumbnail
  overlay kicker eyebrow label labels vote votes likes feedback survey poll donate alert
  notice message headline breaking`);
/** Names of what an article quotes, whatever else they say. */
const QUOTED = words('embed tweet quote blockquote pullquote');
const NEVER = words('html body main article blockquote pre table thead tbody tr td th');

/** Null when nothing speaks against the element. */
export function suspicionOf(element: DomElement): Suspicion | null {
  const { name, attribs } = element;
  if (NEVER.has(name)) return null;
  if (name === 'figcaption' || name === 'address') return 'frame';
  if (isChrome(element)) return name === 'header' || name === 'form' ? 'part' : 'frame';
  if (attribs['aria-hidden'] === 'true') return 'part';
  if (attribs.class === undefined && attribs.id === undefined) return null;
  const suspicion = suspicionOfNames(`${attribs.class ?? ''} ${attribs.id ?? ''}`);
  return suspicion === 'part' && !isBlock(name) ? null : suspicion;
}

const known = new Map<string, Suspicion | null>();
const MAX_KNOWN = 5_000;
/** What is longer holds data, not names. */
const MAX_NAMES_LENGTH = 400;

/** A page names its elements alike again and again. */
function suspicionOfNames(names: string): Suspicion | null {
  if (names.length > MAX_NAMES_LENGTH) return null;
  const before = known.get(names);
  if (before !== undefined) return before;
  if (known.size >= MAX_KNOWN) known.clear();
  const found = judge(names);
  known.set(names, found);
  return found;
}

function judge(names: string): Suspicion | null {
  const parts = names
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  let found: Suspicion | null = null;
  for (const part of parts) {
    if (QUOTED.has(part)) return null;
    if (FRAME.has(part)) found = 'frame';
    else if (found === null && PART.has(part)) found = 'part';
  }
  return found;
}
