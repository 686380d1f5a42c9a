import { sha256Hex } from '../lib/ids';
import type { ParsedDocument } from '../library/types';
import type { ReadPage, SearchProvider } from './ports';

/** In a trace: how a wave begins and ends, and how a page that is not yet here is read. */
export const WAVE = 'wave';
export const WAVE_END = 'wave.end';
export const READ_PAGE = 'read.page';
/** How the ports of models begin; their stage follows. */
export const LLM_PORTS = 'llm.';

/** What is known of a provider when a wave begins. */
export type KnownProvider = Pick<SearchProvider, 'name' | 'channel' | 'costUsdMicros'>;

/** How a wave begins: who is asked, and what the job's calls have cost by then. Another process
 * may go on with other providers, and pays for calls whose wave was lost. */
export interface WaveStart {
  providers: KnownProvider[];
  callCostMicros: number;
  /** What is left of the model's share of the cap. Absent in earlier versions. */
  asideMicros?: number;
}

export function known({ name, channel, costUsdMicros }: SearchProvider): KnownProvider {
  return {
    name,
    ...(channel === undefined ? {} : { channel }),
    ...(costUsdMicros === undefined ? {} : { costUsdMicros }),
  };
}

/** The text of a source; what was fetched may have its whole content beside it. */
export type Readable = ParsedDocument & Pick<ReadPage, 'content' | 'optOut' | 'isSnippet'>;

/** A page as the trace keeps it: its texts are stored elsewhere, and named by their SHA-256. */
export type KeptPage = Omit<Readable, 'text' | 'hash' | 'content'> & {
  textHash: string;
  contentHash?: string;
};

export function keptPage({ text: _, hash: textHash, content, ...page }: Readable): KeptPage {
  return {
    ...page,
    textHash,
    ...(content === undefined ? {} : { contentHash: sha256Hex(content) }),
  };
}
