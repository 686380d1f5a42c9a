import type { ParsedDocument, ParseInput } from '../../library/types';
import type { GuardedFetch } from '../../net/types';
import type { Reader } from '../ports';

/** Reads a web page or file by the guarded fetch, robots.txt heard. */
export function createPageReader(deps: {
  fetch: GuardedFetch;
  parse: (input: ParseInput) => Promise<ParsedDocument>;
}): Reader {
  return {
    async read(url, signal) {
      const page = await deps.fetch.get(url, {
        accept: 'text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.1',
        robots: true,
        signal,
      });
      const parsed = await deps.parse({
        bytes: page.bytes,
        name: new URL(page.url).pathname.split('/').at(-1) ?? '',
        declaredType: page.contentType ?? undefined,
        url: page.url,
      });
      return { ...parsed, url: page.url };
    },
  };
}
