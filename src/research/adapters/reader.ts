import type { ContentInput, ParsedDocument, ParseInput } from '../../library/types';
import { FetchFault } from '../../net/fetch-fault';
import { isHonoured, joinOptOuts, metaOptOut, NO_OPT_OUT, tdmOptOut } from '../../net/opt-out';
import { optedOut } from '../../net/permission';
import type { FetchedPage, GuardedFetch } from '../../net/types';
import type { Reader, ReadOptions, ReadPage } from '../ports';

const ACCEPT =
  'text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,text/markdown;q=0.9,*/*;q=0.1';
const DEFAULTS: ReadOptions = { posture: 'narrow', content: null };

export interface PageReaderDeps {
  fetch: GuardedFetch;
  parse: (input: ParseInput) => Promise<ParsedDocument>;
  /** Makes the content that an asker wants kept; null when it cannot. Absent: none is kept. */
  content?: (input: ContentInput) => Promise<string | null>;
}

/**
 * Reads a web page or file by the guarded fetch, robots.txt and opt-outs heard. Where the body may
 * not be used, what the search showed of the page is read instead; without it, the refusal is thrown.
 */
export function createPageReader(deps: PageReaderDeps): Reader {
  return {
    async read(url, signal, options = DEFAULTS) {
      try {
        return await readBody(deps, url, signal, options);
      } catch (thrown) {
        const { snippet } = options;
        if (!(thrown instanceof FetchFault) || !thrown.optOut || !snippet?.trim()) throw thrown;
        const parsed = await deps.parse(snippetInput(snippet));
        // The title that the search gave is the better one.
        return { ...parsed, title: '', url, optOut: thrown.optOut, isSnippet: true };
      }
    },
  };
}

async function readBody(
  deps: PageReaderDeps,
  url: string,
  signal: AbortSignal,
  { posture, content: kind }: ReadOptions,
): Promise<ReadPage> {
  const page = await deps.fetch.get(url, { accept: ACCEPT, robots: true, posture, signal });
  const parsed = await deps.parse({
    bytes: page.bytes,
    name: new URL(page.url).pathname.split('/').at(-1) ?? '',
    declaredType: page.contentType ?? undefined,
    url: page.url,
  });
  const optOut = optOutOf(page, parsed);
  if (isHonoured(optOut.tier, posture)) throw optedOut(new URL(page.url).hostname, optOut);
  const content = await contentOf(deps, page, parsed, kind);
  return { ...parsed, url: page.url, optOut, ...(content ? { content } : {}) };
}

/** What the fetch found, and what the page's head says. */
function optOutOf(page: FetchedPage, { head }: ParsedDocument) {
  return joinOptOuts([
    page.optOut ?? NO_OPT_OUT,
    metaOptOut(head?.robots ?? []),
    tdmOptOut(head?.tdmReservation ?? '', 'meta'),
  ]);
}

async function contentOf(
  deps: PageReaderDeps,
  { bytes, contentType }: FetchedPage,
  { mediaType }: ParsedDocument,
  kind: ReadOptions['content'],
): Promise<string | null | undefined> {
  if (kind === null || mediaType !== 'text/html') return null;
  return deps.content?.({ bytes, declaredType: contentType ?? undefined, kind });
}

function snippetInput(snippet: string): ParseInput {
  const bytes = new TextEncoder().encode(snippet);
  return { bytes, name: '', declaredType: 'text/plain; charset=utf-8' };
}
