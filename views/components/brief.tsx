import { renderMarkdown } from '../../src/lib/markdown';

/** Headings of a brief stand below those of the page. */
const HEADING_OFFSET = 2;

interface BriefProps {
  /** Markdown, parts of which come from pages that anybody wrote. */
  markdown: string;
  /** Where [n] leads; undefined for a number that no source has. */
  hrefOf: (source: number) => string | undefined;
}

/** The brief of a job, with links to its sources. */
export function Brief({ markdown, hrefOf }: BriefProps) {
  const safeBrief = renderMarkdown(markdown, {
    hrefOf,
    markClass: 'citation',
    heading: (depth) => ({ level: depth + HEADING_OFFSET }),
  });
  return <div class="brief">{safeBrief}</div>;
}
