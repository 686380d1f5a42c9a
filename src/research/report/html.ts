import { Marked, type Tokens } from 'marked';

const STYLE =
  'body{font:1rem/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}blockquote{margin:.5rem 0;padding-left:1rem;border-left:3px solid #888}code{overflow-wrap:anywhere}a{overflow-wrap:anywhere}@media print{a{color:inherit}}';
/** `[3]`, by which a text names a source. */
const MARK = /^\[(\d{1,4})\](?!\()/;

/** The Markdown report as one HTML page that loads nothing. `title` is plain text. */
export function htmlReport(title: string, markdown: string): string {
  const body = renderer().parse(markdown, { async: false });
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

/** Raw HTML is shown and never interpreted, and only addresses of the web become links. */
function renderer(): Marked {
  return new Marked({
    renderer: {
      html: ({ text }: Tokens.HTML | Tokens.Tag) => Bun.escapeHTML(text),
      heading({ depth, text, tokens }: Tokens.Heading) {
        const number = MARK.exec(text)?.[1];
        const id = number === undefined ? '' : ` id="source-${number}"`;
        return `<h${depth}${id}>${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      image: ({ text }: Tokens.Image) => Bun.escapeHTML(text),
      link({ href, tokens }: Tokens.Link) {
        const text = this.parser.parseInline(tokens);
        if (!/^https?:\/\//i.test(href)) return text;
        return `<a href="${Bun.escapeHTML(href)}" rel="noopener noreferrer nofollow">${text}</a>`;
      },
    },
    extensions: [
      {
        name: 'mark',
        level: 'inline',
        start: (source: string) => source.indexOf('['),
        tokenizer(source: string) {
          const match = MARK.exec(source);
          return match ? { type: 'mark', raw: match[0], number: match[1] } : undefined;
        },
        renderer: ({ number }) => `<a href="#source-${number}">[${number}]</a>`,
      },
    ],
  });
}
