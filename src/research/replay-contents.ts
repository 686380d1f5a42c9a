import { sha256Hex } from '../lib/ids';
import type { Library } from '../library/service';
import { contentOfText } from './content';
import { type KeptPage, READ_PAGE } from './kept';
import type { TraceCall } from './recorder';
import type { Research } from './service';
import type { ContentKind, Source } from './types';
import type { ResearchView } from './view';

export interface ContentParts {
  library: Pick<Library, 'snapshot'>;
  research: Pick<Research, 'content'>;
}

/** The contents that a job keeps for its asker and that are not what was read, a sentence each. */
export async function contentProblems(
  { job, state }: ResearchView,
  calls: readonly TraceCall[],
  parts: ContentParts,
): Promise<string[]> {
  const problems: string[] = [];
  for (const source of state.sources) {
    if (source.contentKind === undefined) continue;
    const wanted = await wantedHash(source, source.contentKind, calls, parts);
    const stored = await parts.research.content(job.id, source.number).catch(() => undefined);
    if (stored && stored.kind === source.contentKind && sha256Hex(stored.text) === wanted) continue;
    const what = `the ${source.contentKind} content of source ${source.number}`;
    problems.push(`${what} is missing, or is no longer what was read`);
  }
  return problems;
}

/** By the trace; for what has no content of its own, by its text. */
async function wantedHash(
  { url, snapshotHash }: Source,
  kind: ContentKind,
  calls: readonly TraceCall[],
  { library }: ContentParts,
): Promise<string | undefined> {
  const read = calls.find(
    ({ port, request }) => port === READ_PAGE && (request as { url?: string } | null)?.url === url,
  );
  const kept = read?.response as Partial<KeptPage> | null | undefined;
  if (kept?.contentHash !== undefined) return kept.contentHash;
  const snapshot = await library.snapshot(snapshotHash).catch(() => undefined);
  return snapshot && sha256Hex(contentOfText(snapshot.text, kind));
}
