import type { JobState } from '../../jobs/types';
import { isoFromMs } from '../../lib/clock';
import type { ResearchView } from '../../research/service';
import type {
  Finding,
  Gap,
  PinnedRequest,
  Quote,
  ResearchState,
  Source,
} from '../../research/types';
import type { DeliveryState } from '../../webhooks/types';
import { llmStatsDto, llmTokens } from '../llm-stats';

/** The part of a file's id that stands for all that a job learned. */
export const LEARNINGS = 'learnings';

/** Of a source that no finding rests on. */
const UNTRIED_TRUST = 0.5;

/** What became of the announcement of a job's end. */
export type CallbackStatus = DeliveryState;

const STATUS_WORD: Record<JobState, string> = {
  queued: 'queued',
  running: 'running',
  done: 'done',
  failed: 'failed',
  canceled: 'failed',
};

export function statusWord(state: JobState): string {
  return STATUS_WORD[state];
}

/** `callbackStatus` is the word for what became of its announcement. */
export function jobDto(view: ResearchView, callbackStatus: CallbackStatus) {
  const { job, row } = view;
  const { webhook } = JSON.parse(row.request) as PinnedRequest;
  return {
    job_id: job.id,
    type: 'research',
    status: statusWord(job.state),
    result_ref: hasResult(view) ? resultDto(view) : null,
    error_message: job.state === 'canceled' ? 'canceled' : job.error,
    callback_url: webhook?.url ?? null,
    callback_status: webhook ? callbackStatus : null,
    created_at: isoFromMs(job.createdMs),
    started_at: isoOrNull(job.startedMs),
    finished_at: isoOrNull(job.endedMs),
  };
}

/** A canceled job gives the best that it had. */
function hasResult({ job, state }: ResearchView): boolean {
  return job.state === 'done' || (job.state === 'canceled' && state.plan !== null);
}

function resultDto(view: ResearchView) {
  const { job, row, state } = view;
  const facts = state.findings.map((finding, index) => findingDto(finding, index, view));
  const open = state.gaps.map((gap, index) => gapDto(gap, facts.length + index));
  return {
    plan: { sub_questions: subQuestionsOf(view) },
    findings: [...facts, ...open],
    sources: state.sources.map((source) => sourceDto(source, job.id, state)),
    stats: {
      rounds: state.waveCount,
      sources_scraped: state.sources.filter(({ isSnippet }) => !isSnippet).length,
      tokens: llmTokens(state),
      cost_usd: row.costUsdMicros / 1_000_000,
      serper_calls: searchCalls(state),
      stop_reason: state.stopReason,
      llm: llmStatsDto(state),
    },
    artifacts: { raw_learnings_file_id: `${job.id}-${LEARNINGS}` },
  };
}

/** Its own if the asker gave any; else the parts of the topic, or the topic when it has none. */
function subQuestionsOf({ row, state }: ResearchView): string[] {
  const given = (JSON.parse(row.request) as PinnedRequest).settings?.subQuestions ?? [];
  if (given.length > 0) return given;
  const [topic, ...parts] = state.plan?.subQuestions ?? [];
  return parts.length > 0 || topic === undefined ? parts : [topic];
}

function findingDto(finding: Finding, index: number, view: ResearchView) {
  const { sources } = view.state;
  return {
    id: `f${index}`,
    text: finding.text,
    kind: finding.kind,
    citations: [...new Set(finding.quotes.map((quote) => sourceId(quote.source)))],
    status: finding.status,
    confidence: finding.confidence,
    context: contextOf(finding, view),
    quotes: finding.quotes.map((quote) => quoteDto(quote, sources)),
    disputed_by: finding.disputedBy.map((quote) => quoteDto(quote, sources)),
  };
}

/** Who says it and when it was read. */
function contextOf({ quotes }: Finding, { job, state }: ResearchView): string {
  const readOn = isoFromMs(job.startedMs ?? job.createdMs).slice(0, 10);
  const names = quotes.map(({ source, page }) => {
    const { title = '', domain = '' } = state.sources.find(({ number }) => number === source) ?? {};
    return `${title} (${domain}${page === null ? '' : `, page ${page}`})`;
  });
  return `Stated by ${[...new Set(names)].join('; ')}; read on ${readOn}`;
}

/** A question that stays open, with the proof that it was looked for. */
function gapDto(gap: Gap, index: number) {
  const asked = gap.searched.map((query) => `“${query}”`).join(', ') || 'nothing';
  return {
    id: `f${index}`,
    text: gap.text,
    kind: 'claim',
    citations: [],
    status: 'NEI',
    confidence: 0,
    context: `Searched for ${asked}: ${gap.foundCount} found, ${gap.unreadCount} left unread`,
    quotes: [],
    disputed_by: [],
  };
}

function sourceDto(source: Source, jobId: string, state: ResearchState) {
  const { number, url, title, provider, contentKind = null } = source;
  return {
    id: sourceId(number),
    url,
    title,
    kind: kindOf(provider),
    channel: source.channel ?? kindOf(provider),
    trust_score: trustOf(number, state.findings),
    opt_out_tier: source.optOutTier ?? 0,
    fetched: source.isSnippet !== true,
    content_file_id: contentKind === null ? null : `${jobId}-${number}`,
    content_kind: contentKind,
  };
}

function kindOf(provider: string): 'seed' | 'library' | 'web' {
  if (provider === 'given') return 'seed';
  return provider === 'library' ? 'library' : 'web';
}

/** How far what it says is borne out: the mean confidence of the findings that rest on it. */
function trustOf(number: number, findings: Finding[]): number {
  const cited = findings.filter(({ quotes }) => quotes.some(({ source }) => source === number));
  if (cited.length === 0) return UNTRIED_TRUST;
  const sum = cited.reduce((total, { confidence }) => total + confidence, 0);
  return Math.round((sum / cited.length) * 100) / 100;
}

/** Searches that went out; the library is asked at home. */
function searchCalls({ searches }: ResearchState): number {
  return searches.filter(({ provider, isUnasked }) => provider !== 'library' && !isUnasked).length;
}

function quoteDto(quote: Quote, sources: Source[]) {
  return {
    source: sourceId(quote.source),
    url: sources.find(({ number }) => number === quote.source)?.url ?? '',
    text: quote.text,
    start: quote.start,
    end: quote.end,
    page: quote.page,
    snapshot_hash: quote.snapshotHash,
  };
}

/** All that a job learned and how, as the engine has it. */
export function learnings({ job, state }: ResearchView) {
  const { findings, gaps, searches, unreadable, unreadCount } = state;
  return {
    job_id: job.id,
    findings: findings.map(({ id, text, kind, status, confidence, quotes, disputedBy }) => ({
      id,
      text,
      kind,
      status,
      confidence,
      quotes: quotes.map((quote) => quoteDto(quote, state.sources)),
      disputed_by: disputedBy.map((quote) => quoteDto(quote, state.sources)),
    })),
    gaps: gaps.map(({ text, searched, foundCount }) => ({
      sub_question: text,
      searched,
      found_count: foundCount,
    })),
    searches: searches.map(({ wave, provider, query, foundCount, passedOverCount, error }) => ({
      round: wave,
      provider,
      query,
      found_count: foundCount,
      passed_over_count: passedOverCount ?? 0,
      error,
    })),
    unreadable,
    unread_count: unreadCount,
  };
}

function sourceId(number: number): string {
  return `src_${number}`;
}

function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : isoFromMs(ms);
}
