import type { JobState } from '../../../src/jobs/types';
import type { Finding, Gap, ResearchMode, Source } from '../../../src/research/types';

/** A research job, as far as a page shows it. */
export interface JobProps {
  id: string;
  question: string;
  mode: ResearchMode;
  state: JobState;
  brief: string | null;
  findings: Finding[];
  sources: Source[];
  gaps: Gap[];
  chargedMicros: number;
  heldMicros: number;
  error: string | null;
}
