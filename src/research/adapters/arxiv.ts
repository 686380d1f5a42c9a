import { Type } from '@sinclair/typebox';
import { Fault } from '../../lib/fault';
import type { SearchHit, SearchProvider, SearchQuery } from '../ports';
import { unpromised, validEntries } from './answer';
import { type ApiDeps, askApi, type Vendor } from './api';
import type { AtomEntry } from './atom';
import { contentWords } from './content-words';
import { publishedMsOf } from './freshness';
import { webHit } from './web-hit';

const NAME = 'arxiv';
const VENDOR: Vendor = {
  title: 'arXiv',
  refusedRemedy: 'it may have closed itself to this machine for a while; try again later',
};
const DEFAULT_BASE_URL = 'https://export.arxiv.org';
const MAX_HITS = 50;
const MAX_WORDS = 10;

const ENTRY = Type.Object({
  /** `http://arxiv.org/abs/2401.00001v2`. */
  id: Type.RegExp(/^https?:\/\/arxiv\.org\/abs\/[\w.\-/]{5,40}$/),
  title: Type.String({ minLength: 1 }),
  summary: Type.String(),
  published: Type.String(),
  doi: Type.String(),
});

/** Search of the preprints of arXiv, by its Atom API. It knows no languages. */
export function createArxivProvider(deps: ApiDeps): SearchProvider {
  return {
    name: NAME,
    channel: 'web',
    async search(query, signal) {
      const nowMs = deps.clock.nowMs();
      const url = searchUrl(deps, query, nowMs);
      if (url === null) return [];
      const call = { url, accept: 'application/atom+xml' };
      const bytes = await askApi(VENDOR, call, deps, signal);
      const { parseAtom } = await import('./atom');
      const entries = parseAtom(new TextDecoder().decode(bytes));
      if (entries === null) throw unpromised(VENDOR.title);
      if (entries.some(isError)) throw notUnderstood();
      return validEntries(ENTRY, entries.map(fieldsOf), VENDOR.title)
        .slice(0, query.limit)
        .flatMap((fields) => hitOf(fields, nowMs));
    },
  };
}

/** Null when the question holds no word to search for. */
function searchUrl(deps: ApiDeps, query: SearchQuery, nowMs: number): string | null {
  const words = contentWords(query.text, MAX_WORDS);
  if (words.length === 0) return null;
  // Any of the words: the more of them a paper has, the better it ranks.
  const anyWord = `(${words.map((word) => `all:${word}`).join(' OR ')})`;
  const { publishedAfterMs = null } = query;
  const time =
    publishedAfterMs === null
      ? ''
      : ` AND submittedDate:[${minute(publishedAfterMs)} TO ${minute(nowMs)}]`;
  const url = new URL('/api/query', deps.baseUrl ?? DEFAULT_BASE_URL);
  url.search = new URLSearchParams({
    search_query: anyWord + time,
    start: '0',
    max_results: String(Math.min(query.limit, MAX_HITS)),
    sortBy: 'relevance',
    sortOrder: 'descending',
  }).toString();
  return url.href;
}

/** `202603091530`. */
function minute(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, '').slice(0, 12);
}

/** It tells of an error in the form of an entry. */
function isError({ texts }: AtomEntry): boolean {
  return /^https?:\/\/arxiv\.org\/api\/errors/.test(texts.get('id') ?? '');
}

function notUnderstood(): Fault {
  return new Fault(
    'unavailable',
    'arXiv did not understand the search. Ask in other words, or search without it.',
  );
}

interface Fields {
  id: string;
  title: string;
  summary: string;
  published: string;
  doi: string;
}

function fieldsOf({ texts }: AtomEntry): Fields {
  const text = (name: string) => texts.get(name) ?? '';
  return {
    id: text('id'),
    title: text('title'),
    summary: text('summary'),
    published: text('published'),
    doi: text('arxiv:doi'),
  };
}

/** Where the whole paper is: its page shows the abstract alone. */
function hitOf(fields: Fields, nowMs: number): SearchHit[] {
  const id = fields.id.replace(/^https?:\/\/arxiv\.org\/abs\//, '');
  return webHit({
    provider: NAME,
    url: `https://arxiv.org/pdf/${id}`,
    title: escaped(fields.title),
    snippet: escaped(fields.summary),
    doi: doiOf(fields.doi, id),
    publishedMs: publishedMsOf(fields.published, nowMs),
  });
}

/** The publisher's, or the one that arXiv gives to every paper: by it, copies are found. */
function doiOf(doi: string, id: string): string {
  if (/^10\.\d{4,9}\/\S+$/.test(doi)) return doi.toLowerCase();
  return `10.48550/arxiv.${id.replace(/v\d+$/, '')}`.toLowerCase();
}

/** What stands there is text, and a formula may hold what looks like a tag. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
