import type { JobState } from '../../jobs/types';
import { wholeCredits } from '../../lib/money';
import type { LibraryHit } from '../../library/types';
import type { ResearchView } from '../../research/service';
import type { Quote } from '../../research/types';

const STATUS: Record<JobState, string> = {
  queued: 'pending',
  running: 'running',
  done: 'completed',
  failed: 'failed',
  canceled: 'canceled',
};

/** A job as a model reads it: the answer, and what is needed to check it or to go on. */
export function researchAnswer({ job, row, state }: ResearchView) {
  return {
    id: job.id,
    status: STATUS[job.state],
    ...(job.endedMs === null
      ? { next: 'it goes on: call get_research with this id, and with wait' }
      : {}),
    question: row.question,
    brief: state.brief,
    ...(state.typed ? { typed: state.typed.typed } : {}),
    findings: state.findings.map(({ id, text, status, confidence, quotes, disputedBy }) => ({
      id,
      text,
      status,
      confidence,
      quotes: quotes.map(quoteAnswer),
      ...(disputedBy.length > 0 ? { disputed_by: disputedBy.map(quoteAnswer) } : {}),
    })),
    sources: state.sources.map(({ number, title, url, copyOf }) => ({
      number,
      title,
      url,
      ...(copyOf === null ? {} : { copy_of: copyOf }),
    })),
    gaps: state.gaps.map(({ text, searched }) => ({ sub_question: text, searched })),
    credits_charged: wholeCredits(row.chargedMicros),
    error: job.error ?? state.typed?.error ?? null,
  };
}

function quoteAnswer({ source, text, page, start, end, snapshotHash }: Quote) {
  return { source, text, page, start, end, snapshot_hash: snapshotHash };
}

export function hitAnswer(hit: LibraryHit) {
  return {
    document_id: hit.documentId,
    title: hit.title,
    origin: hit.origin,
    text: hit.text,
    start: hit.start,
    end: hit.end,
    score: hit.score,
    snapshot_hash: hit.snapshotHash,
  };
}
