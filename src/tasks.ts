import { type Connection, openConnection } from './db/client';
import { type Chunk, chunkText } from './library/chunk';
import { pageContent } from './library/content';
import { parseDocument } from './library/parse';
import { createLibrarySearch, type SearchDepth } from './library/search';
import type { ContentInput, LibraryHit, ParsedDocument, ParseInput } from './library/types';
import { type AnalyseInput, type Analysis, analyse } from './research/analyse';
import { type ExcerptInput, excerpt } from './research/llm/excerpt';
import { locateAll, type Place } from './research/llm/locate';
import { type SynthesizeInput, synthesize } from './research/stages/synthesize';
import { fillTyped } from './research/typed/fill';
import type { TypedOutput } from './research/types';

export interface SearchTask {
  /** The database file: a Worker reads it by a connection of its own. */
  path: string;
  userId: string;
  query: string;
  limit: number;
  depth: SearchDepth | undefined;
}

type LibrarySearch = ReturnType<typeof createLibrarySearch>;
let opened: { path: string; connection: Connection; search: LibrarySearch } | undefined;

function searchOver(path: string): LibrarySearch {
  if (opened?.path !== path) {
    opened?.connection.close();
    const connection = openConnection(path, 'reader');
    opened = { path, connection, search: createLibrarySearch(connection) };
  }
  return opened.search;
}

/** All that costs CPU, as a Worker runs it. */
export const tasks = {
  chunk: async (input: { text: string; pageStarts: number[] | null }): Promise<Chunk[]> =>
    chunkText(input.text, input.pageStarts),
  parse: (input: ParseInput): Promise<ParsedDocument> => parseDocument(input),
  content: async (input: ContentInput): Promise<string | null> => pageContent(input),
  search: ({ path, userId, query, limit, depth }: SearchTask): Promise<LibraryHit[]> =>
    searchOver(path)(userId, query, limit, depth),
  analyse: async (input: AnalyseInput): Promise<Analysis> => analyse(input),
  excerpt: async (input: ExcerptInput): Promise<string> => excerpt(input),
  locate: async (input: { text: string; quotes: string[] }): Promise<(Place | null)[]> =>
    locateAll(input),
  synthesize: async (input: SynthesizeInput): Promise<{ brief: string }> => synthesize(input),
  fillTyped: async (input: Parameters<typeof fillTyped>[0]): Promise<TypedOutput> =>
    fillTyped(input),
};

export type Tasks = typeof tasks;
