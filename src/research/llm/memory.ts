/** What one kind of call has used. */
export interface LlmUse {
  calls: number;
  /** Calls without an answer, or with one that could not be read. */
  failures: number;
  /** Calls that the cost limit left no room for. */
  refused: number;
  inputTokens: number;
  outputTokens: number;
  /** What is counted as spent: a call that may have been billed without an answer counts in full. */
  costUsdMicros: number;
  /** What was wrong with some of them. Absent while nothing was. */
  errors?: string[];
}

const MAX_ERRORS = 3;

/** Keeps one error of a kind, and a few kinds: the first of the alphabet, so that they are the same
 * whichever answer came first. */
export function countFailure(use: LlmUse, error: string): void {
  use.failures += 1;
  const kinds = new Map<string, string>();
  for (const text of [...(use.errors ?? []), error].sort()) {
    const kind = text.replace(/\d+/g, '0');
    if (!kinds.has(kind)) kinds.set(kind, text);
  }
  const kept = [...kinds.keys()].sort().slice(0, MAX_ERRORS);
  use.errors = kept.map((kind) => kinds.get(kind) ?? kind);
}

export const LLM_STAGES = ['plan', 'read', 'write', 'typed'] as const;
export type LlmStage = (typeof LLM_STAGES)[number];

export interface LlmStats {
  model: string;
  writerModel: string;
  /** Each answer has a bill of its own: what it cost is no part of what the job charges. */
  isBilledApart?: true;
  stages: Record<LlmStage, LlmUse>;
  /** Proposed, and dropped because they do not stand where they are said to. */
  droppedQuotes: number;
  /** Written, and removed because no finding carries them. */
  droppedSentences: number;
}

/** A passage that a model pointed out and that was found in its page. */
export interface Proposal {
  source: number;
  /** Index into the plan's sub-questions. */
  subQuestion: number;
  start: number;
  end: number;
}

/** What the model has done for a job up to a wave, committed with it. */
export interface LlmMemory {
  stats: LlmStats;
  proposals: Proposal[];
  /** The sources that were read, whatever came of it. */
  readSources: number[];
}

export function emptyMemory(model: string, writerModel: string): LlmMemory {
  const use = (): LlmUse => ({
    calls: 0,
    failures: 0,
    refused: 0,
    inputTokens: 0,
    outputTokens: 0,
    costUsdMicros: 0,
  });
  return {
    stats: {
      model,
      writerModel,
      stages: { plan: use(), read: use(), write: use(), typed: use() },
      droppedQuotes: 0,
      droppedSentences: 0,
    },
    proposals: [],
    readSources: [],
  };
}

export function spentUsdMicros({ stages }: LlmStats): number {
  return Object.values(stages).reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
}
