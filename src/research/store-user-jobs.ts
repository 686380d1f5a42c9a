import type { Connection } from '../db/client';
import type { JobState } from '../jobs/types';

/** One line of what a user has asked for. */
export type UserJobRow = {
  id: string;
  state: JobState;
  chargedMicros: number;
  createdMs: number;
} & (
  | { kind: 'inference'; model: string; promptTokens: number; completionTokens: number }
  | { kind: 'research'; mode: string; question: string }
);

export interface UserJobScope {
  userId: string;
  /** Of research, only what this key asked for; all of the user's without one. */
  keyId: string | null;
  /** Any, for null. */
  states: JobState[] | null;
}

export function userJobStore({ prepare }: Connection) {
  const page = prepare<Omit<UserJobRow, 'kind'> & { kind: 'inference' | 'research' }>(`
    SELECT page.id AS id, kind, state, page.created_ms AS createdMs,
      coalesce(inference.charged_micros, research.charged_micros, 0) AS chargedMicros,
      inference.model AS model, inference.prompt_tokens AS promptTokens,
      inference.completion_tokens AS completionTokens, research.mode AS mode,
      research.question AS question
    FROM (SELECT id, kind, state, created_ms FROM job WHERE ${IN_SCOPE}
      ORDER BY id DESC LIMIT :limit OFFSET :offset) AS page
    LEFT JOIN inference ON inference.job_id = page.id
    LEFT JOIN research ON research.job_id = page.id
    ORDER BY page.id DESC`);
  const count = prepare<{ total: number }>(`SELECT count(*) AS total FROM job WHERE ${IN_SCOPE}`);
  const request = prepare<{ request: string }>('SELECT request FROM inference WHERE job_id = :id');
  return {
    /** JSON; undefined for what is no inference. */
    request: async (id: string) => (await request.get({ id }))?.request,
    /** Newest first. */
    page: (scope: UserJobScope, limit: number, offset: number) =>
      page.all({ ...bound(scope), limit, offset }) as Promise<UserJobRow[]>,
    async count(scope: UserJobScope): Promise<number> {
      return (await count.get(bound(scope)))?.total ?? 0;
    },
  };
}

const IN_SCOPE = `
  user_id = :userId AND kind IN ('inference', 'research')
  AND (:keyId IS NULL OR kind = 'inference' OR key_id = :keyId)
  AND (:states IS NULL OR state IN (SELECT value FROM json_each(:states)))`;

function bound({ states, ...scope }: UserJobScope) {
  return { ...scope, states: states && JSON.stringify(states) };
}
