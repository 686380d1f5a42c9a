import type { Clock } from '../../lib/clock';
import type { Chance } from '../../lib/ids';
import type { Turns } from '../../net/turns';
import type { Meter } from '../meter';
import type { Llm } from '../ports';
import type { Stages } from '../thinking';
import type { Budget, PinnedRequest } from '../types';
import type { CallDeps, LlmTape } from './call';
import { emptyMemory, type LlmMemory } from './memory';
import { planWith } from './plan';
import { openPurse } from './purse';
import { type ReadTools, readWith } from './read';
import { typeWith } from './typed';
import { writeWith } from './write';

/** The models that one job asks, one for planning and reading, one for writing. */
export interface LlmSetup {
  reader: Llm;
  writer: Llm;
  chance: Chance;
  tools: ReadTools;
  /** True when each answer is billed to the asker by itself, as hosts of the pool do. */
  isBilledApart?: boolean;
  /** In which all jobs of this process call; undefined for all at once. */
  turns?: Turns | undefined;
}

/** What the model's work needs to know of one job. */
export interface LlmJob {
  request: PinnedRequest;
  clock: Clock;
  meter: Meter;
  tape: LlmTape;
  /** After which a plan is made by rule: what is planned has to be searched, too. */
  planningMs: number;
  /** Ends planning and reading. */
  signal: AbortSignal;
  /** Ends writing: some time later. */
  writingSignal: AbortSignal;
  /** What was committed; undefined at the beginning. */
  memory: LlmMemory | undefined;
}

/** Of a job's time, what is kept for writing when a model writes. */
const WRITING_SHARE = 0.25;
const MAX_WRITING_MS = 60_000;

/** Of the rest, for the plan. */
const PLANNING_SHARE = 0.25;

export function writingMs({ maxWallclockMs }: Pick<Budget, 'maxWallclockMs'>): number {
  return Math.min(MAX_WRITING_MS, Math.floor(maxWallclockMs * WRITING_SHARE));
}

export function planningMs(budget: Pick<Budget, 'maxWallclockMs'>): number {
  return Math.floor((budget.maxWallclockMs - writingMs(budget)) * PLANNING_SHARE);
}

/**
 * The stages with a model in them. It asks better questions, points out passages, and writes; what
 * is found, quoted, counted as independent or contested, and cited is decided by the same rules as
 * without one. Whatever it fails at, they do.
 */
export function createLlmStages(base: Stages, setup: LlmSetup, job: LlmJob): Stages {
  const { reader, writer, chance, tools, turns } = setup;
  const { request, clock, meter, tape, signal, writingSignal } = job;
  const memory = structuredClone(job.memory ?? emptyMemory(reader.model, writer.model));
  if (setup.isBilledApart) memory.stats.isBilledApart = true;
  const purse = openPurse(request, meter, setup, memory);
  const { stats } = memory;
  const deps: CallDeps = { clock, chance, purse, tape, stats, open: new Set(), turns };
  return {
    async plan(question, branches, fallback) {
      const planning = new AbortController();
      const cancel = clock.after(job.planningMs, () => planning.abort('planning'));
      const ends = AbortSignal.any([signal, planning.signal]);
      try {
        return await planWith(deps, reader, { question, branches, fallback, signal: ends });
      } finally {
        cancel();
      }
    },

    async analyse(input) {
      const { plan, pages } = input;
      await readWith({ ...deps, ...tools }, reader, { plan, pages, signal }, memory);
      return base.analyse({ ...input, proposals: memory.proposals });
    },

    async synthesize(input, moment) {
      if (!moment.isLast) return base.synthesize(input, moment);
      const byRule = (asked: typeof input) => base.synthesize(asked, moment);
      const writing = { ...input, signal: writingSignal, base: byRule };
      return { brief: await writeWith(deps, writer, writing) };
    },

    async fillTyped(input, moment) {
      const byRule = await base.fillTyped(input, moment);
      if (!moment.isLast) return byRule;
      const { schema, question, findings } = input;
      return typeWith(deps, writer, { schema, question, findings, byRule, signal: writingSignal });
    },

    memory: () => structuredClone(memory),
  };
}
