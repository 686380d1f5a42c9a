import type { AnalyseInput, Analysis } from './analyse';
import type { LlmMemory } from './llm/memory';
import type { SynthesizeInput } from './stages/synthesize';
import type { fillTyped } from './typed/fill';
import type { Plan, TypedOutput } from './types';

/** When a wave is the job's last, what it says is what the asker gets. */
export interface Moment {
  isLast: boolean;
}

/** The stages that think about what was read. By rule they cost CPU, and run in a Worker of the
 * server; a model may stand in for parts of them. */
export interface Stages {
  analyse(input: AnalyseInput): Promise<Analysis>;
  synthesize(input: SynthesizeInput, moment: Moment): Promise<{ brief: string }>;
  fillTyped(input: Parameters<typeof fillTyped>[0], moment: Moment): Promise<TypedOutput>;
  /** Absent when the question is taken apart by rule. */
  plan?(question: string, branches: number, byRule: Plan): Promise<Plan>;
  /** What of a model's work is committed with the wave. Absent without a model. */
  memory?(): LlmMemory;
}
