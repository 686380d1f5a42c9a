import { escapeHtml } from '@kitajs/html';
import { Marked, type Tokens } from 'marked';

/** Headings of a brief stand below those of the page. */
const HEADING_OFFSET = 2;
const HEADING_MAX = 6;

interface BriefProps {
  /** Markdown, parts of which come from pages that anybody wrote. */
  markdown: string;
  /** Where [n] leads; undefined for a number that no source has. */
  hrefOf: (source: number) => string | undefined;
}

/** The brief of a job: raw HTML stays text, images become their words, and links lead to the web or
 * to the sources that [n] stands for, and nowhere else. */
export function Brief({ markdown, hrefOf }: BriefProps) {
  const safeBrief = rendererOf(hrefOf).parse(markdown, { async: false });
  return <div class="brief">{safeBrief}</div>;
}

interface Citation extends Tokens.Generic {
  type: 'citation';
  raw: string;
  href: string;
}

function rendererOf(hrefOf: BriefProps['hrefOf']): Marked {
  return new Marked({
    gfm: true,
    extensions: [
      {
        name: 'citation',
        level: 'inline',
        start: (text) => text.search(/\[\d/),
        tokenizer(text): Citation | undefined {
          const [raw, number] = /^\[(\d{1,4})\](?!\()/.exec(text) ?? [];
          const href = raw && hrefOf(Number(number));
          return raw && href ? { type: 'citation', raw, href } : undefined;
        },
        renderer: (token) =>
          `<a class="citation" href="${escapeHtml(token.href)}">${escapeHtml(token.raw)}</a>`,
      },
    ],
    // What is not recognised here stays text, and is escaped as such.
    tokenizer: { html: () => undefined, tag: () => undefined, def: () => undefined },
    renderer: {
      heading({ tokens, depth }) {
        const level = Math.min(depth + HEADING_OFFSET, HEADING_MAX);
        return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        if (!isWebUrl(href)) return text;
        return `<a href="${escapeHtml(href)}" rel="noopener nofollow">${text}</a>`;
      },
      image: ({ text }) => escapeHtml(text),
      html: ({ text }) => escapeHtml(text),
    },
  });
}

export function isWebUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}
