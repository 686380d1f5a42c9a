import type { Balance } from '../../credits/types';
import type { JobState } from '../../jobs/types';
import { isoFromMs } from '../../lib/clock';
import { formatUsd, wholeCredits } from '../../lib/money';
import type { Document, LibraryHit } from '../../library/types';
import type { ResearchView } from '../../research/service';
import type { ResearchListRow } from '../../research/store';
import type { Finding, Quote, ResearchState, Source } from '../../research/types';
import { llmStatsDto } from '../llm-stats';

const STATUS_WORD: Record<JobState, string> = {
  queued: 'pending',
  running: 'running',
  done: 'completed',
  failed: 'failed',
  canceled: 'canceled',
};

export function statusWord(state: JobState): string {
  return STATUS_WORD[state];
}

/** The states that a word of the contract stands for; undefined for a word it does not have. */
export function statesOf(word: string): JobState[] | undefined {
  const states = Object.entries(STATUS_WORD).filter(([, status]) => status === word);
  return states.length === 0 ? undefined : states.map(([state]) => state as JobState);
}

export type ResearchResult = ReturnType<typeof researchResult>;

/** A job as the contract's ResearchResult, with our additions. */
export function researchResult({ job, row, state }: ResearchView, includeSummaries = true) {
  return {
    id: job.id,
    status: statusWord(job.state),
    question: row.question,
    mode: row.mode,
    brief: state.brief,
    typed: state.typed?.typed ?? {},
    typed_basis: (state.typed?.basis ?? []).map((basis) => ({
      field: basis.field,
      confidence: basis.confidence,
      quotes: basis.quotes.map((quote) => quoteDto(quote, state.sources)),
    })),
    sources: state.sources.map((source) => sourceDto(source, includeSummaries)),
    findings: state.findings.map((finding) => findingDto(finding, state.sources)),
    gaps: state.gaps.map((gap) => ({
      sub_question: gap.text,
      searched: gap.searched,
      found_count: gap.foundCount,
      unread_count: gap.unreadCount,
    })),
    plan: { sub_questions: state.plan?.subQuestions ?? [] },
    providers: providerReports(state),
    unreadable: state.unreadable,
    stop_reason: state.stopReason,
    credits_charged: wholeCredits(row.chargedMicros),
    credits_micros: row.chargedMicros,
    cost_usd: row.costUsdMicros / 1_000_000,
    created_at: isoFromMs(job.createdMs),
    completed_at: job.endedMs === null ? null : isoFromMs(job.endedMs),
    latency_ms: job.endedMs === null ? null : job.endedMs - job.createdMs,
    wave_count: state.waveCount,
    stats: { llm: llmStatsDto(state) },
    error: job.error ?? state.typed?.error ?? null,
  };
}

function sourceDto(source: Source, includeSummary: boolean) {
  return {
    number: source.number,
    url: source.url,
    title: source.title,
    domain: source.domain,
    provider: source.provider,
    snapshot_hash: source.snapshotHash,
    copy_of: source.copyOf,
    ...(includeSummary ? { summary: source.summary } : {}),
  };
}

function findingDto(finding: Finding, sources: Source[]) {
  return {
    id: finding.id,
    text: finding.text,
    kind: finding.kind,
    status: finding.status,
    confidence: finding.confidence,
    quotes: finding.quotes.map((quote) => quoteDto(quote, sources)),
    disputed_by: finding.disputedBy.map((quote) => quoteDto(quote, sources)),
  };
}

function quoteDto(quote: Quote, sources: Source[]) {
  return {
    source: quote.source,
    url: sources.find((source) => source.number === quote.source)?.url ?? '',
    text: quote.text,
    start: quote.start,
    end: quote.end,
    page: quote.page,
    snapshot_hash: quote.snapshotHash,
  };
}

/** What each provider was asked, found and failed at: a failure never fails the job. */
function providerReports(state: ResearchState) {
  const reports = new Map<
    string,
    { name: string; queries: number; found: number; error: string | null }
  >();
  for (const search of state.searches) {
    const report = reports.get(search.provider) ?? {
      name: search.provider,
      queries: 0,
      found: 0,
      error: null,
    };
    report.queries += 1;
    report.found += search.foundCount;
    report.error = search.error ?? report.error;
    reports.set(search.provider, report);
  }
  return [...reports.values()];
}

export function researchLogRow(row: ResearchListRow) {
  return {
    id: row.id,
    created_at: isoFromMs(row.createdMs),
    status: statusWord(row.state),
    question: row.question,
    mode: row.mode,
    credits_charged: wholeCredits(row.chargedMicros),
    cost_usd_micros: row.costUsdMicros,
    completed_at: row.endedMs === null ? null : isoFromMs(row.endedMs),
    latency_ms: row.endedMs === null ? null : row.endedMs - row.createdMs,
    source_count: row.sourceCount,
    wave_count: row.waveCount,
  };
}

export function balanceDto(balance: Balance) {
  return {
    credits: wholeCredits(balance.availableMicros),
    usd: formatUsd(balance.availableMicros),
    credits_micros: balance.availableMicros,
    held_micros: balance.heldMicros,
  };
}

export function documentDto(document: Document) {
  return {
    id: document.id,
    title: document.title,
    origin: document.origin,
    media_type: document.mediaType,
    bytes: document.bytes,
    shared: document.shared,
    chunk_count: document.chunkCount,
    snapshot_hash: document.snapshotHash,
    created_at: isoFromMs(document.createdMs),
  };
}

export function libraryHitDto(hit: LibraryHit) {
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
