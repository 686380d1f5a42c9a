import type { Library } from '../../library/service';
import type { LibraryHit } from '../../library/types';
import type { SearchHit, SearchProvider } from '../ports';

/** The documents that one user may see, as a provider; the documents best first. */
export function createLibraryProvider(deps: { library: Library; userId: string }): SearchProvider {
  return {
    name: 'library',
    async search({ text, limit }) {
      const passages = await deps.library.search(deps.userId, text, limit, 'thorough');
      const byDocument = Map.groupBy(passages, (passage) => passage.documentId);
      return [...byDocument.values()].flatMap(toHit);
    },
  };
}

/** The passages of one document, best first, as one hit. */
function toHit(passages: LibraryHit[]): SearchHit[] {
  const [best] = passages;
  if (!best) return [];
  const isWeb = /^https?:\/\//.test(best.origin);
  return [
    {
      url: isWeb ? best.origin : `library:${best.documentId}`,
      title: best.title,
      provider: 'library',
      snippet: best.text,
      doi: null,
      snapshotHash: best.snapshotHash,
      spans: passages.map(({ start, end }) => ({ start, end })),
    },
  ];
}
