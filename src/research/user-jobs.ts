import type { Db } from '../db/database';
import type { InferenceRequest } from '../hosts/types';
import { type UserJobRow, type UserJobScope, userJobStore } from './store-user-jobs';

export type { UserJobRow };

/** What a user has asked for, of both kinds: research, and answers of models. */
export interface UserJobs {
  /** Newest first, and how many there are on all pages. */
  list(
    scope: UserJobScope,
    page: { limit: number; offset: number },
  ): Promise<{ jobs: UserJobRow[]; total: number }>;
  /** What a model was asked for; undefined for a job that is none of a model's. Whose it is, the
   * caller has to know. */
  request(id: string): Promise<InferenceRequest | undefined>;
  /** How many a user has had. */
  countOf(userId: string): Promise<number>;
}

export function createUserJobs({ db }: { db: Db }): UserJobs {
  const { read } = db.bind(userJobStore);
  return {
    async list(scope, { limit, offset }) {
      const [jobs, total] = await Promise.all([read.page(scope, limit, offset), read.count(scope)]);
      return { jobs, total };
    },
    async request(id) {
      const json = await read.request(id);
      return json === undefined ? undefined : (JSON.parse(json) as InferenceRequest);
    },
    countOf: (userId) => read.count({ userId, keyId: null, states: null }),
  };
}
