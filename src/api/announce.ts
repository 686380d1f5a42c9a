import type { Transaction } from '../db/write';
import { assert } from '../lib/assert';
import type { ResearchView } from '../research/service';
import type { PinnedRequest } from '../research/types';
import type { Webhooks } from '../webhooks/service';
import { researchResult, statusWord } from './infrence/present';
import { jobDto } from './research2llm/present';

/** Tells that a job has ended, in the words of the dialect that it was asked in. */
export function createAnnounce(webhooks: Pick<Webhooks, 'enqueue'>) {
  return async (tx: Transaction, view: ResearchView): Promise<void> => {
    const { job, row } = view;
    const { webhook } = JSON.parse(row.request) as PinnedRequest;
    assert(webhook, 'who wants to be told says where');
    const told = webhook.dialect === 'infrence' ? researchResult(view) : jobDto(view, 'pending');
    await webhooks.enqueue(tx, {
      userId: row.userId,
      jobId: job.id,
      url: webhook.url,
      event: `research.${statusWord(job.state)}`,
      body: JSON.stringify(told),
    });
  };
}
