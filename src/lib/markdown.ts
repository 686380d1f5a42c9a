import { Marked, type Tokens } from 'marked';

/** How a text of strangers is shown. */
export interface MarkdownStyle {
  /** Where `[n]` leads; undefined for a number that names nothing, which stays text. */
  hrefOf(number: number): string | undefined;
  /** The class of the link that `[n]` becomes. */
  markClass?: string;
  /** What a heading becomes. */
  heading(depth: number, text: string): { level: number; id?: string };
}

interface Mark extends Tokens.Generic {
  type: 'mark';
  raw: string;
  href: string;
}

const MAX_LEVEL = 6;

/**
 * Markdown as HTML that can do nothing: raw HTML stays text, images become their words, and links
 * lead to the web, or to where `[n]` leads, and nowhere else.
 */
export function renderMarkdown(markdown: string, style: MarkdownStyle): string {
  return rendererOf(style).parse(markdown, { async: false });
}

export function isWebUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

function rendererOf({ hrefOf, markClass, heading }: MarkdownStyle): Marked {
  const ofClass = markClass === undefined ? '' : ` class="${Bun.escapeHTML(markClass)}"`;
  return new Marked({
    gfm: true,
    extensions: [
      {
        name: 'mark',
        level: 'inline',
        start: (text) => text.search(/\[\d/),
        tokenizer(text): Mark | undefined {
          const [raw, number] = /^\[(\d{1,4})\](?!\()/.exec(text) ?? [];
          const href = raw && hrefOf(Number(number));
          return raw && href ? { type: 'mark', raw, href } : undefined;
        },
        renderer: ({ raw, href }) =>
          `<a${ofClass} href="${Bun.escapeHTML(href)}">${Bun.escapeHTML(raw)}</a>`,
      },
    ],
    // What is not recognised here stays text, and is escaped as such.
    tokenizer: { html: () => undefined, tag: () => undefined, def: () => undefined },
    renderer: {
      heading({ tokens, depth, text }) {
        const { level, id } = heading(depth, text);
        const tag = `h${Math.min(level, MAX_LEVEL)}`;
        const ofId = id === undefined ? '' : ` id="${Bun.escapeHTML(id)}"`;
        return `<${tag}${ofId}>${this.parser.parseInline(tokens)}</${tag}>\n`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        if (!isWebUrl(href)) return text;
        return `<a href="${Bun.escapeHTML(href)}" rel="noopener noreferrer nofollow">${text}</a>`;
      },
      image: ({ text }) => Bun.escapeHTML(text),
      html: ({ text }) => Bun.escapeHTML(text),
    },
  });
}
