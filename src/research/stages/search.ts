import type { SearchHit } from '../ports';

/** The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009). */
const RANK_CONSTANT = 60;
const TRACKING_PARAMETER = /^(?:utm_\w+|fbclid|gclid|mc_[ce]id|ref)$/;

/** The address by which two hits are the same page: no fragment, no tracking, no `www.`. */
function canonicalUrl(url: string): string {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') return url;
  parsed.hash = '';
  for (const name of [...parsed.searchParams.keys()]) {
    if (TRACKING_PARAMETER.test(name)) parsed.searchParams.delete(name);
  }
  const host = parsed.host.replace(/^www\./, '');
  const path = parsed.pathname.replace(/\/+$/, '');
  return `${host}${path}${parsed.search}`;
}

function identities(hit: SearchHit): string[] {
  const identity = [canonicalUrl(hit.url)];
  if (hit.doi) identity.push(`doi:${hit.doi.toLowerCase()}`);
  if (hit.snapshotHash) identity.push(`snapshot:${hit.snapshotHash}`);
  return identity;
}

/** What one provider found for one query, best first. */
export interface RankedList {
  query: string;
  hits: readonly SearchHit[];
}

interface Merged {
  hit: SearchHit;
  /** The best place that any query gives it. */
  rank: number;
  score: number;
}

/**
 * Merges ranked lists; what has the same address, DOI or text is one hit. The lists of one query
 * are fused by reciprocal rank. Then the queries take turns: each asks for something else, and what
 * many of them find is only what they have in common. Equal places go by reciprocal rank.
 */
export function fuse(lists: readonly RankedList[]): SearchHit[] {
  const byQuery = Map.groupBy(lists, ({ query }) => query);
  const perQuery = [...byQuery.values()].map((group) => merge(group.map(({ hits }) => hits)));
  const all = merge(perQuery.map((merged) => merged.map(({ hit }) => hit)));
  return all.sort((a, b) => a.rank - b.rank || b.score - a.score).map(({ hit }) => hit);
}

/** Best first by reciprocal rank. */
function merge(lists: readonly (readonly SearchHit[])[]): Merged[] {
  const merged: Merged[] = [];
  const byIdentity = new Map<string, Merged>();
  for (const list of lists) {
    for (const [rank, hit] of list.entries()) {
      const names = identities(hit);
      const known = names.map((name) => byIdentity.get(name)).find((found) => found !== undefined);
      const entry = known ?? { hit, rank, score: 0 };
      if (!known) merged.push(entry);
      entry.rank = Math.min(entry.rank, rank);
      entry.score += 1 / (RANK_CONSTANT + rank + 1);
      for (const name of names) byIdentity.set(name, entry);
    }
  }
  return merged.sort((a, b) => b.score - a.score);
}

/** The hits that are none of those seen before, and the memory of them. */
export function unseen(hits: SearchHit[], seen: Set<string>): SearchHit[] {
  return hits.filter((hit) => {
    const names = identities(hit);
    const isNew = !names.some((name) => seen.has(name));
    for (const name of names) seen.add(name);
    return isNew;
  });
}
