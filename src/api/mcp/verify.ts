import type { Static } from '@sinclair/typebox';
import { notFound } from '../../http/validate';
import { assert } from '../../lib/assert';
import { Fault } from '../../lib/fault';
import { sha256Hex } from '../../lib/ids';
import type { Library } from '../../library/service';
import type { Snapshot } from '../../library/types';
import type { ResearchView } from '../../research/service';
import type { Quote } from '../../research/types';
import type { Caller, McpDeps } from './caller';
import { differenceOf, passageAt, searchFor } from './passage';
import type { VerifyQuoteInput } from './schemas';

type Deps = Pick<McpDeps, 'research' | 'library'>;
type Input = Static<typeof VerifyQuoteInput>;

/** Of a quote that a text has again and again. */
const SHOWN_PLACES = 5;

/** Throws Fault `invalid_request` for neither a finding nor a quote, and `not_found`. */
export function verifyQuote(deps: Deps, caller: Caller, input: Input) {
  const { job, finding, text, snapshot_hash: hash } = input;
  if (job !== undefined && finding !== undefined && text === undefined)
    return verifyFinding(deps, caller, job, finding);
  if (text !== undefined && hash !== undefined && finding === undefined)
    return verifyText(deps, caller, { text, hash, job });
  throw new Fault(
    'invalid_request',
    'name a finding by `job` and `finding`, or give a quote as `text` and `snapshot_hash`',
    { field: text === undefined ? 'finding' : 'snapshot_hash' },
  );
}

/** Each quote of a finding against the snapshot it was taken from, at its own offsets. */
async function verifyFinding(deps: Deps, { jobsOf }: Caller, job: string, id: string) {
  const view = await deps.research.get(job, jobsOf);
  const quotes = quotesOf(view, id);
  const { failures } = await deps.research.verify(job, jobsOf);
  const checked = [];
  for (const quote of quotes) {
    const failure = failures.find((each) => each.finding === id && isSame(each.quote, quote));
    checked.push({
      text: quote.text,
      stands: failure === undefined,
      ...(failure ? { reason: failure.reason } : {}),
      snapshot_hash: quote.snapshotHash,
      source: sourceOf(view, quote.snapshotHash),
      places: failure ? [] : [await placeOf(deps.library, quote)],
    });
  }
  return { stands: checked.every(({ stands }) => stands), quotes: checked };
}

/** The quotes on both sides of a finding. Throws Fault `not_found`. */
function quotesOf({ state }: ResearchView, id: string): Quote[] {
  const finding = state.findings.find((each) => each.id === id);
  if (!finding) throw notFound(id, 'finding of this job');
  return [...finding.quotes, ...finding.disputedBy];
}

function isSame(one: Quote, other: Quote): boolean {
  return (
    one.snapshotHash === other.snapshotHash && one.start === other.start && one.end === other.end
  );
}

async function placeOf(library: Library, { snapshotHash, start, end }: Quote) {
  const snapshot = await library.snapshot(snapshotHash);
  // Verified a moment ago, and kept for as long as the job names it.
  assert(snapshot, 'a verified quote has its snapshot');
  return passageAt(snapshot.text, start, end);
}

/** A quote against a snapshot that the caller may see: one of a job's sources, or of a document. */
async function verifyText(
  deps: Deps,
  caller: Caller,
  { text, hash, job }: { text: string; hash: string; job: string | undefined },
) {
  const source = await visibleSource(deps, caller, hash, job);
  const snapshot = await deps.library.snapshot(hash);
  if (!snapshot) throw notFound(hash, 'snapshot');
  const checked = check(snapshot, text);
  const quote = { text, ...checked, snapshot_hash: hash, source };
  return { stands: checked.stands, quotes: [quote] };
}

function check({ text, hash }: Snapshot, quote: string) {
  if (sha256Hex(text) !== hash)
    return { stands: false, reason: 'the snapshot does not have its hash', places: [] };
  const search = searchFor(text, quote, SHOWN_PLACES);
  const places = search.starts.map((start) => passageAt(text, start, start + quote.length));
  if (places.length > 0) return { stands: true, places };
  return {
    stands: false,
    reason: 'the snapshot does not say this, letter by letter',
    difference: differenceOf(text, quote, search),
    places,
  };
}

/** A hash proves nothing of who may read what it stands for. Throws Fault `not_found`. */
async function visibleSource(
  { research, library }: Deps,
  caller: Caller,
  hash: string,
  job: string | undefined,
) {
  if (job !== undefined) {
    const source = sourceOf(await research.get(job, caller.jobsOf), hash);
    if (!source) throw notFound(hash, 'source of this job');
    return source;
  }
  const document = await library.byText(caller.userId, hash);
  if (!document) {
    throw new Fault(
      'not_found',
      'no document of the library has this snapshot_hash: name also the `job` that quotes it',
      { field: 'snapshot_hash' },
    );
  }
  return { title: document.title, url: document.origin };
}

function sourceOf({ state }: ResearchView, hash: string) {
  const source = state.sources.find(({ snapshotHash }) => snapshotHash === hash);
  return source && { number: source.number, title: source.title, url: source.url };
}
