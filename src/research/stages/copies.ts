import { getDomain, getHostname } from 'tldts';
import { keptByText } from '../text/kept';
import { isContained, type Sketch, sketch } from '../text/shingles';
import { MAX_PAGE_UNITS } from '../text/window';
import type { Page } from '../types';

/** Which sources are one voice. */
export interface Independence {
  /** Source number to the number of the source whose copy it is; only copies are listed. */
  copyOf: ReadonlyMap<number, number>;
  /** The publisher that a source counts for: copies count for the publisher of the original. */
  publisher(source: number): string;
}

const COPY_CONTAINMENT = 0.7;
/** Shorter texts hold too little to be told from a common phrase. */
const MIN_SHINGLES = 15;

/**
 * Pages that are nearly the same text, or have one DOI, are copies of the one with the lowest
 * number. Pages of one registrable domain have one publisher; each document of the library, and each
 * text that came with the question, is its own.
 */
export function independence(pages: readonly Page[]): Independence {
  const ordered = [...pages].sort((a, b) => a.source - b.source);
  const originals: { source: number; hash: string; doi: string | null; own: Sketch }[] = [];
  const copyOf = new Map<number, number>();
  const publishers = new Map<number, string>();
  for (const page of ordered) {
    const doi = doiOf(page.url);
    const own = sketchOf(page);
    const original = originals.find(
      (other) =>
        other.hash === page.snapshotHash ||
        (doi !== null && other.doi === doi) ||
        (isLong(own) && isLong(other.own) && isContained(own, other.own, COPY_CONTAINMENT)),
    );
    if (original) copyOf.set(page.source, original.source);
    else originals.push({ source: page.source, hash: page.snapshotHash, doi, own });
    publishers.set(page.source, publisherOf(page));
  }
  return {
    copyOf,
    publisher: (source) => publishers.get(copyOf.get(source) ?? source) ?? `source:${source}`,
  };
}

/** How much each Worker keeps the sketches of, which are small beside their texts. */
const MAX_KEPT_UNITS = 500_000;
const keptSketch = keptByText(sketch, MAX_KEPT_UNITS);

function sketchOf({ text }: Page): Sketch {
  return text.length > MAX_PAGE_UNITS ? sketch(text.slice(0, MAX_PAGE_UNITS)) : keptSketch(text);
}

function isLong({ hashes }: Sketch): boolean {
  return hashes.length >= MIN_SHINGLES;
}

const DOI = /\b(10\.\d{4,9})\/[^\s?#]+/;

/** Two versions of one paper carry its DOI in their addresses. */
function doiOf(url: string): string | null {
  return DOI.exec(decoded(url))?.[0].toLowerCase().replace(/\/$/, '') ?? null;
}

const ARCHIVED =
  /^https?:\/\/(?:web\.archive\.org\/web\/\w+\/|archive\.(?:today|ph|is)\/\w+\/)(https?:\/\/.+)$/;
const DOI_RESOLVER = /^https?:\/\/(?:dx\.)?doi\.org\//;

/** An archive stores what others publish; a DOI's prefix names who registered it. */
function publisherOf({ url, domain }: Page): string {
  if (url.startsWith('library:') || url.startsWith('urn:')) return url;
  const registrant = DOI_RESOLVER.test(url) ? DOI.exec(decoded(url))?.[1] : undefined;
  if (registrant) return `doi:${registrant}`;
  const published = ARCHIVED.exec(url)?.[1] ?? url;
  return (
    getDomain(published, { allowPrivateDomains: true }) ??
    (getHostname(published) || domain || published)
  );
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
