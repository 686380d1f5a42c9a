import { Type } from '@sinclair/typebox';
import { LLM_STAGES } from '../research/llm/memory';
import type { ResearchState } from '../research/types';

const count = () => Type.Integer({ minimum: 0 });

/** What the model did for a job, in both dialects. */
export const LlmStats = Type.Object({
  model: Type.String(),
  writer_model: Type.String(),
  calls: count(),
  tokens: count(),
  cost_usd: Type.Number({ description: 'Calls that may have been billed count in full.' }),
  billed_apart: Type.Boolean({
    description: 'Hosts of the pool billed it to the asker, beside what the job charged.',
  }),
  dropped_quotes: Type.Integer({ description: 'Proposed, and not found in their source.' }),
  dropped_sentences: Type.Integer({ description: 'Written, and borne out by no finding.' }),
  stages: Type.Array(
    Type.Object({
      stage: Type.String({ description: 'plan, read, write or typed' }),
      calls: count(),
      failures: count(),
      refused: Type.Integer({ description: 'Not made: the limits of the job had no room.' }),
      input_tokens: count(),
      output_tokens: count(),
      cost_usd: Type.Number(),
      errors: Type.Array(Type.String(), {
        description:
          'What was wrong with some that failed, in the words of the server where it has any.',
      }),
    }),
  ),
});

/** Null for a job that was done by rule. */
export function llmStatsDto({ llm }: ResearchState) {
  if (!llm) return null;
  const { stats } = llm;
  const stages = LLM_STAGES.map((stage) => {
    const use = stats.stages[stage];
    return {
      stage,
      calls: use.calls,
      failures: use.failures,
      refused: use.refused,
      input_tokens: use.inputTokens,
      output_tokens: use.outputTokens,
      cost_usd: use.costUsdMicros / 1_000_000,
      errors: use.errors ?? [],
    };
  });
  const micros = Object.values(stats.stages).reduce((sum, use) => sum + use.costUsdMicros, 0);
  return {
    model: stats.model,
    writer_model: stats.writerModel,
    calls: stages.reduce((sum, { calls }) => sum + calls, 0),
    tokens: llmTokens({ llm }),
    cost_usd: micros / 1_000_000,
    billed_apart: stats.isBilledApart === true,
    dropped_quotes: stats.droppedQuotes,
    dropped_sentences: stats.droppedSentences,
    stages,
  };
}

/** In and out. */
export function llmTokens({ llm }: Pick<ResearchState, 'llm'>): number {
  const uses = Object.values(llm?.stats.stages ?? {});
  return uses.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
}
