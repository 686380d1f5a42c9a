import type { Finding, Page, Quote } from '../types';

export function page(source: number, text: string, more: Partial<Page> = {}): Page {
  return {
    source,
    snapshotHash: `hash${source}`,
    url: `https://site${source}.example/`,
    title: '',
    domain: `site${source}.example`,
    text,
    pageStarts: null,
    ...more,
  };
}

/** A finding whose quote is the first occurrence of `quoted` in the page. */
export function finding(from: Page, quoted: string, more: Partial<Finding> = {}): Finding {
  const start = from.text.indexOf(quoted);
  const quote: Quote = {
    source: from.source,
    snapshotHash: from.snapshotHash,
    text: quoted,
    start,
    end: start + quoted.length,
    page: null,
  };
  return {
    id: `finding ${start}`,
    text: quoted,
    kind: 'fact',
    status: 'reported',
    confidence: 0.7,
    quotes: [quote],
    disputedBy: [],
    subQuestion: 0,
    ...more,
  };
}
