import { isoFromMs } from '../../lib/clock';
import type { ResearchView } from '../view';

/** One entry of CSL-JSON, the format that reference managers read. */
interface CslItem {
  id: string;
  type: 'webpage' | 'document';
  title: string;
  URL?: string;
  'container-title'?: string;
  accessed: { 'date-parts': [[number, number, number]] };
  /** What the source said when it was read can be proven by this. */
  note: string;
}

/** The sources of a job as CSL-JSON, in the order of their numbers. */
export function cslReport({ job, state }: ResearchView): string {
  const [year = 0, month = 0, day = 0] = isoFromMs(job.endedMs ?? job.createdMs)
    .slice(0, 10)
    .split('-')
    .map(Number);
  const items = state.sources.map(({ number, url, title, domain, snapshotHash }): CslItem => {
    const isWeb = /^https?:\/\//i.test(url);
    return {
      id: `source-${number}`,
      type: isWeb ? 'webpage' : 'document',
      title,
      ...(isWeb ? { URL: url, 'container-title': domain } : {}),
      accessed: { 'date-parts': [[year, month, day]] },
      note: `SHA-256 of the text that was read: ${snapshotHash}`,
    };
  });
  return `${JSON.stringify(items, null, 2)}\n`;
}
