import type { Library } from '../../library/service';
import type { LibraryHit } from '../../library/types';
import type { SearchHit, SearchProvider } from '../ports';

/** Passages asked for each document wanted: several of them may stand in one. */
const PASSAGES_PER_DOCUMENT = 3;

/** The documents that one user may see, as a provider; a document stands where its best passage does. */
export function createLibraryProvider(deps: { library: Library; userId: string }): SearchProvider {
  return {
    name: 'library',
    async search({ text, limit }) {
      const passages = await deps.library.search(deps.userId, text, limit * PASSAGES_PER_DOCUMENT);
      const byDocument = new Map<string, LibraryHit>();
      for (const passage of passages) {
        if (!byDocument.has(passage.documentId)) byDocument.set(passage.documentId, passage);
      }
      return [...byDocument.values()].slice(0, limit).map(toHit);
    },
  };
}

function toHit(passage: LibraryHit): SearchHit {
  const isWeb = /^https?:\/\//.test(passage.origin);
  return {
    url: isWeb ? passage.origin : `library:${passage.documentId}`,
    title: passage.title,
    provider: 'library',
    snippet: passage.text,
    doi: null,
    snapshotHash: passage.snapshotHash,
  };
}
