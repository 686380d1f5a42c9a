import type { InferenceView } from '../../../src/hosts/types';

/** A model's job as its page shows it. */
export interface InferenceProps {
  view: InferenceView;
  /** What the model was given, as text; its beginning where it is long. */
  prompt: string;
  isPromptCut: boolean;
  /** What it has answered so far. */
  text: string;
  /** As JSON; null for none. */
  toolCalls: string | null;
  /** Undefined while no host has it, and for a host that is gone. */
  hostName: string | undefined;
  csrfToken: string;
}
