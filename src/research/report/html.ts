import { renderMarkdown } from '../../lib/markdown';

const STYLE =
  'body{font:1rem/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}blockquote{margin:.5rem 0;padding-left:1rem;border-left:3px solid #888}code{overflow-wrap:anywhere}a{overflow-wrap:anywhere}@media print{a{color:inherit}}';
/** The number of the source that a heading is about. */
const MARK = /^\[(\d{1,4})\]/;

/** The Markdown report as one HTML page that loads nothing. `title` is plain text. */
export function htmlReport(title: string, markdown: string): string {
  const body = renderMarkdown(markdown, {
    hrefOf: (source) => `#source-${source}`,
    heading(depth, text) {
      const source = MARK.exec(text)?.[1];
      return source === undefined ? { level: depth } : { level: depth, id: `source-${source}` };
    },
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${Bun.escapeHTML(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}</body>
</html>
`;
}
