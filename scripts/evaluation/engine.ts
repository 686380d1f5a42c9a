import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOptions } from '../../src/config/parse';
import { openCore } from '../../src/core';
import type { ResearchView } from '../../src/research/service';
import type { GivenSource, ResearchRequest } from '../../src/research/types';

/** What is said of a question beside its words. */
export interface Asked {
  sources?: GivenSource[];
  /** Whether the library may be searched; never the web. */
  library?: boolean;
  mode?: ResearchRequest['mode'];
}

export type Engine = Awaited<ReturnType<typeof openEngine>>;

/**
 * A whole Sonde in a data folder of its own, removed by `close`: the very parts that a server runs,
 * without a network. What is asked is a real job, with its hold, its waves and its settlement.
 */
async function openEngine() {
  const folder = mkdtempSync(join(tmpdir(), 'sonde-eval-'));
  const core = openCore(
    parseOptions({
      SONDE_DATA: folder,
      SONDE_WEB: 'off',
      SONDE_LOG_LEVEL: 'warn',
      SONDE_WORKERS: String(availableParallelism()),
    }),
  );
  const user = await core.accounts.operator();

  return {
    core,
    userId: user.id,

    /** Resolves to the document's id; the same text again is the document of the first time. */
    async addDocument(title: string, text: string, name: string): Promise<string> {
      const { document } = await core.library.addText({
        ownerId: user.id,
        shared: false,
        title,
        text,
        origin: name,
      });
      return document.id;
    },

    /** The ended job. Throws when it failed. */
    async ask(question: string, asked: Asked = {}): Promise<ResearchView> {
      const { sources = [], library = false, mode = 'standard' } = asked;
      const request: ResearchRequest = {
        question,
        mode,
        maxCredits: null,
        maxWallclockSeconds: null,
        responseSchema: null,
        sources,
        search: { library, web: false },
        language: 'en',
      };
      const job = await core.research.submitClaimed({ userId: user.id, key: null }, request, {
        leaseMs: core.options.leaseMs,
        isGranted: true,
      });
      await core.runner.perform(job);
      const view = await core.research.get(job.id, null);
      if (view.job.state !== 'done') throw new Error(`the job failed: ${view.job.error}`);
      return view;
    },

    async close(): Promise<void> {
      await core.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs `work` over a whole Sonde, and removes it whatever happens. */
export async function withEngine<Result>(
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await openEngine();
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** The results in the order of the items, some worked on at once: as many as there are threads. */
export async function eachOf<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const entries = items.entries();
  const lane = async () => {
    for (const [index, item] of entries) results[index] = await work(item, index);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return results;
}
