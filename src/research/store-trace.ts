import type { Connection } from '../db/client';

export interface TraceRow {
  port: string;
  /** JSON. */
  request: string;
  /** JSON, compressed. */
  responseZstd: Uint8Array;
  createdMs: number;
}

/** What was recorded of a job, for those who read it again. */
export function traceStore({ prepare }: Connection) {
  const calls = prepare<TraceRow>(`
    SELECT port, request, response_zstd AS responseZstd, created_ms AS createdMs
    FROM research_trace WHERE job_id = :jobId ORDER BY seq`);
  return {
    /** In the order of the calls. */
    calls: (jobId: string): Promise<TraceRow[]> => calls.all({ jobId }),
  };
}
