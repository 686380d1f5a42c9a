import { zstdDecompressSync } from 'node:zlib';
import type { Job, JobState } from '../jobs/types';
import type { Asker } from '../keys/types';
import { Fault } from '../lib/fault';
import type { Report, ReportFormat } from './report/write';
import { type SourceText, sourceText } from './source-text';
import { type ResearchListRow, researchStore } from './store';
import { Submission, type SubmissionDeps, type Submitted } from './submission';
import type { ContentKind, ResearchRequest } from './types';
import { createUsage, type Usage } from './usage';
import { type Verification, verifyState } from './verification';
import { type ResearchView, viewOf } from './view';

export type { ResearchView };

/** What a source holds, in the form that its job's asker wanted. It is the site's own text. */
export interface StoredContent {
  kind: ContentKind;
  text: string;
}

/** The door of research. Where a user may be null, null stands for the operator, who sees all. */
export interface Research extends Usage {
  /**
   * Accepts a job. Throws Fault `invalid_request`, `insufficient_credits`, or `conflict` for an
   * Idempotency-Key that was used for another request.
   */
  submit(
    asker: Asker,
    request: ResearchRequest,
    idempotencyKey?: string | null,
  ): Promise<Submitted>;
  /**
   * Accepts a job that this process will perform itself, so that no server beside it starts it.
   * With `isGranted`, what it holds is granted in the same write: the operator pays nothing.
   */
  submitClaimed(
    asker: Asker,
    request: ResearchRequest,
    options: { leaseMs: number; isGranted: boolean },
  ): Promise<Job>;
  /** Throws Fault `not_found`, for another user's job as for none. */
  get(id: string, userId: string | null): Promise<ResearchView>;
  /** Newest first. */
  list(filter: {
    userId?: string;
    states?: JobState[];
    limit: number;
    offset: number;
  }): Promise<ResearchListRow[]>;
  /** A job that has ended stays as it is; a running one ends soon. Throws Fault `not_found`. */
  cancel(id: string, userId: string | null): Promise<ResearchView>;
  /** Resolves when the job has ended, or `signal` aborts. */
  settled(id: string, signal: AbortSignal): Promise<void>;
  /** What a job keeps of a source, by its number; undefined when it keeps none. The caller has made
   * sure that the job may be seen. */
  content(jobId: string, source: number): Promise<StoredContent | undefined>;
  /** How many jobs a user's keys have asked for. */
  countByKeys(userId: string): Promise<number>;
  /** A source as it was read, by its [n]. Throws Fault `not_found`. */
  source(id: string, userId: string | null, number: number): Promise<SourceText>;
  /** A job as a document. Throws Fault `not_found`. */
  report(id: string, userId: string | null, format: ReportFormat): Promise<Report>;
  /** Checks every quote of a job again. Throws Fault `not_found`. */
  verify(id: string, userId: string | null): Promise<Verification>;
}

export function createResearch(deps: SubmissionDeps): Research {
  const { db, queue, library } = deps;
  const store = db.bind(researchStore);
  const submission = new Submission(deps);

  async function get(id: string, userId: string | null): Promise<ResearchView> {
    const [job, row] = await Promise.all([queue.get(id), store.read.byJob(id)]);
    if (!job || !row || (userId !== null && row.userId !== userId)) {
      throw new Fault('not_found', `no research job has the id ${id}`, { field: 'id' });
    }
    return viewOf(job, row);
  }

  return {
    submit: (asker, request, idempotencyKey = null) =>
      submission.submit(asker, request, idempotencyKey),
    submitClaimed: (asker, request, options) => submission.submitClaimed(asker, request, options),
    get,
    list: (filter) => store.read.list(filter),
    ...createUsage(db),
    async cancel(id, userId) {
      await get(id, userId);
      await queue.requestCancel(id);
      return get(id, userId);
    },
    async settled(id, signal) {
      for await (const _ of queue.follow(id, 0, signal)) {
        // Only the end is waited for.
      }
    },
    async content(jobId, source) {
      const row = await store.read.content(jobId, source);
      if (!row) return undefined;
      return { kind: row.kind, text: unfolded(row.textZstd, row.length) };
    },
    countByKeys: (userId) => store.read.countByKeys(userId),
    async source(id, userId, number) {
      const { state } = await get(id, userId);
      return sourceText(state, number, (hash) => library.snapshot(hash));
    },
    async report(id, userId, format) {
      const { writeReport } = await import('./report/write');
      return writeReport(await get(id, userId), format);
    },
    async verify(id, userId) {
      const { state } = await get(id, userId);
      return verifyState(state, (hash) => library.snapshot(hash));
    },
  };
}

/** A UTF-16 code unit takes at most three bytes of UTF-8: that bounds what is unfolded. */
const MAX_BYTES_PER_UNIT = 3;

function unfolded(compressed: Uint8Array, length: number): string {
  const maxOutputLength = Math.max(1, length * MAX_BYTES_PER_UNIT);
  return zstdDecompressSync(compressed, { maxOutputLength }).toString('utf8');
}
