import type { ParsedDocument } from '../library/types';
import type { Readable } from './kept';
import type { SearchHit } from './ports';
import type { TriageRules } from './stages/triage';
import type { Page, PinnedSource, Source } from './types';

/** Who found what the asker gave. */
export const GIVEN = 'given';

/** A source whose text was read. What it says, and whether it copies, is left to the stages. */
export function sourceOf(
  hit: SearchHit,
  parsed: Readable,
  { readLength, sourceContent }: TriageRules,
  place: Pick<Source, 'number' | 'channel'>,
): Source {
  const kind = parsed.isSnippet ? null : sourceContent;
  const isLarge = parsed.text.length > readLength;
  return {
    ...place,
    url: hit.url,
    title: parsed.title || hit.title,
    domain: domainOf(hit.url),
    provider: hit.provider,
    snapshotHash: parsed.hash,
    summary: null,
    copyOf: null,
    ...(kind === null ? {} : { contentKind: kind }),
    ...canonicalOf(parsed, hit.url),
    ...(parsed.optOut?.tier ? { optOutTier: parsed.optOut.tier } : {}),
    ...(parsed.isSnippet ? { isSnippet: true } : {}),
    ...(isLarge && hit.spans ? { spans: hit.spans } : {}),
  };
}

/** What the stages read of a source. */
export function pageOf(
  source: Source,
  parsed: Pick<ParsedDocument, 'text' | 'pageStarts'>,
  { readLength }: TriageRules,
): Page {
  const { number, snapshotHash, url, title, domain, canonicalUrl, spans = null } = source;
  const { text, pageStarts } = parsed;
  return {
    source: number,
    snapshotHash,
    url,
    ...(canonicalUrl ? { canonicalUrl } : {}),
    title,
    domain,
    text,
    pageStarts,
    spans,
    readLength,
  };
}

function canonicalOf({ head }: ParsedDocument, url: string): Pick<Source, 'canonicalUrl'> {
  const canonicalUrl = head?.canonicalUrl ?? null;
  return canonicalUrl === null || canonicalUrl === url ? {} : { canonicalUrl };
}

/** What the asker gave, as if it had been found. */
export function givenHit(source: PinnedSource): SearchHit {
  const isSnapshot = source.kind === 'snapshot';
  return {
    url: source.url,
    title: isSnapshot ? source.title : source.url,
    provider: GIVEN,
    snippet: null,
    doi: null,
    snapshotHash: isSnapshot ? source.hash : null,
  };
}

/** The host of a web page; for the team's own documents, where they are kept. */
function domainOf(url: string): string {
  if (!URL.canParse(url)) return 'local';
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' || protocol === 'https:' ? hostname.replace(/^www\./, '') : 'local';
}
