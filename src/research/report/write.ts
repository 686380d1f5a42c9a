import type { ResearchView } from '../view';
import { cslReport } from './csl';
import { htmlReport } from './html';
import { markdownReport } from './markdown';

export type ReportFormat = 'md' | 'html' | 'csl';

export interface Report {
  text: string;
  mediaType: string;
  /** As a saved file is best called. */
  fileName: string;
}

const MEDIA_TYPE: Record<ReportFormat, string> = {
  md: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
  csl: 'application/vnd.citationstyles.csl+json; charset=utf-8',
};

/** A job as a document, whatever state it is in: a running one is told as far as it has come. */
export function writeReport(view: ResearchView, format: ReportFormat): Report {
  const fileName = `research-${view.job.id}.${format === 'csl' ? 'csl.json' : format}`;
  return { text: textOf(view, format), mediaType: MEDIA_TYPE[format], fileName };
}

function textOf(view: ResearchView, format: ReportFormat): string {
  if (format === 'csl') return cslReport(view);
  const markdown = markdownReport(view);
  return format === 'md' ? markdown : htmlReport(view.row.question, markdown);
}
