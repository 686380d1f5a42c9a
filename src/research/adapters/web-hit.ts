import type { SearchHit } from '../ports';
import { plainText } from './plain-text';

/** What a search API tells of one page. Texts may hold markup. */
export interface FoundPage {
  provider: string;
  url: string | null | undefined;
  title: string | null | undefined;
  snippet?: string | null | undefined;
  doi?: string | null;
  publishedMs?: number | null;
}

/** Longer addresses are hardly ever pages, and are not fetched. */
const MAX_URL_LENGTH = 2_048;
const MAX_TITLE_LENGTH = 500;
const MAX_SNIPPET_LENGTH = 4_000;

/** None for what has no title or no address of the web. */
export function webHit(found: FoundPage): SearchHit[] {
  const { provider, url, doi = null, publishedMs = null } = found;
  const title = clipped(found.title, MAX_TITLE_LENGTH);
  if (title === null || !isWebAddress(url)) return [];
  const snippet = clipped(found.snippet, MAX_SNIPPET_LENGTH);
  return [{ url, title, provider, snippet, doi, publishedMs, snapshotHash: null }];
}

export function isWebAddress(value: string | null | undefined): value is string {
  return (
    typeof value === 'string' &&
    value.length <= MAX_URL_LENGTH &&
    /^https?:\/\//i.test(value) &&
    URL.canParse(value)
  );
}

function clipped(html: string | null | undefined, maxLength: number): string | null {
  return (
    plainText(html ?? '')
      ?.slice(0, maxLength)
      .toWellFormed() ?? null
  );
}
