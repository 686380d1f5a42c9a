import type { Candidate } from './candidates';
import type { Found } from './extract/found';

/** A value with the passage that gives it. */
export interface Reading {
  found: Found;
  candidate: Candidate;
}

/** The value that the evidence supports best, and what supports it. */
export interface Choice {
  value: Found['value'];
  key: string;
  /** 0 to 1, exclusive. */
  confidence: number;
  /** One a source, the best first. */
  readings: Reading[];
}

const MAX_QUOTES = 3;
/** A reading weaker than this share of the best one is no voice against it. */
const HEARD_FROM = 0.65;
const MAX_CONFIDENCE_TIED = 0.5;
const MAX_CONFIDENCE_DISPUTED = 0.65;
const MAX_CONFIDENCE_ONE_SOURCE = 0.85;
const MAX_CONFIDENCE = 0.97;

export function weightOf({ found, candidate }: Reading): number {
  return found.strength * candidate.score;
}

/**
 * Each independent source speaks once, by its best reading; the value with most sources wins, the
 * better supported one when they are as many. `isComparable`: whether another value contradicts,
 * as a number does and a phrase does not.
 */
export function choose(readings: readonly Reading[], isComparable: boolean): Choice | null {
  const voices = voicesOf(readings);
  const groups = new Map<string, Reading[]>();
  for (const voice of voices) {
    groups.set(voice.found.key, [...(groups.get(voice.found.key) ?? []), voice]);
  }
  const ranked = [...groups.values()].sort(
    (a, b) => support(b) - support(a) || weightOf(strongestOf(b)) - weightOf(strongestOf(a)),
  );
  const [best, second] = ranked;
  if (!best) return null;
  const choice = { readings: best.slice(0, MAX_QUOTES), ...bestValue(best) };
  let confidence = agreedConfidence(best);
  if (isComparable && second) {
    const isTied = support(second) === support(best);
    confidence = Math.min(confidence * 0.8, isTied ? MAX_CONFIDENCE_TIED : MAX_CONFIDENCE_DISPUTED);
  }
  if (best.some(({ candidate }) => candidate.passage.finding?.status === 'contested')) {
    confidence = Math.min(confidence, MAX_CONFIDENCE_TIED);
  }
  return { ...choice, confidence: Math.round(confidence * 100) / 100 };
}

function bestValue(readings: Reading[]): { value: Found['value']; key: string } {
  const { value, key } = strongestOf(readings).found;
  return { value, key };
}

function strongestOf(readings: Reading[]): Reading {
  return readings.reduce((a, b) => (weightOf(b) > weightOf(a) ? b : a));
}

/** The best reading of each source, best first; a sentence that was copied speaks once. */
function voicesOf(readings: readonly Reading[]): Reading[] {
  const ranked = readings.toSorted(
    (a, b) => weightOf(b) - weightOf(a) || a.candidate.passage.order - b.candidate.passage.order,
  );
  const floor = ranked[0] ? weightOf(ranked[0]) * HEARD_FROM : 0;
  const heard = new Set<string>();
  return ranked.filter((reading) => {
    const { page, text } = reading.candidate.passage;
    const marks = [
      `domain ${page.domain || page.url}`,
      `text ${text.toLowerCase().replace(/\s+/g, ' ')}`,
    ];
    if (weightOf(reading) < floor || marks.some((mark) => heard.has(mark))) return false;
    for (const mark of marks) heard.add(mark);
    return true;
  });
}

/** Sources that say so; one whose passage is a finding comes before one whose is not. */
function support(readings: Reading[]): number {
  const findings = readings.filter(({ candidate }) => candidate.passage.finding).length;
  return readings.length + findings;
}

function agreedConfidence(readings: Reading[]): number {
  const { found, candidate } = strongestOf(readings);
  const one =
    0.2 +
    0.45 * found.strength * candidate.coverage +
    0.2 * candidate.subject +
    (candidate.passage.finding ? 0.05 : 0);
  const single = Math.min(one, MAX_CONFIDENCE_ONE_SOURCE);
  return Math.min(MAX_CONFIDENCE, 1 - (1 - single) * 0.6 ** (readings.length - 1));
}
