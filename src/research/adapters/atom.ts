import { Parser } from 'htmlparser2';

/** What of an entry of an Atom feed (RFC 4287) tells where it leads. */
export interface AtomEntry {
  /** The text of each simple element, by its name: `title`, `arxiv:doi`. The first of a name counts. */
  texts: Map<string, string>;
  links: Record<string, string>[];
}

const MAX_ENTRIES = 300;
/** What has parts of its own is not looked at, but for these. */
const ENTRY_DEPTH = 2;

/** The entries of a feed, in order. Null for what is no feed. */
export function parseAtom(xml: string): AtomEntry[] | null {
  const entries: AtomEntry[] = [];
  let isFeed = false;
  let depth = 0;
  let entry: AtomEntry | null = null;
  let text: string[] = [];
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (depth === 0) isFeed = name === 'feed';
        if (depth === 1 && name === 'entry') entry = { texts: new Map(), links: [] };
        if (depth === ENTRY_DEPTH && name === 'link') entry?.links.push(attributes);
        depth += 1;
        text = [];
      },
      ontext(part) {
        text.push(part);
      },
      onclosetag(name) {
        depth -= 1;
        if (!entry) return;
        if (depth === 1) {
          if (isFeed && entries.length < MAX_ENTRIES) entries.push(entry);
          entry = null;
        } else if (depth === ENTRY_DEPTH && !entry.texts.has(name)) {
          entry.texts.set(name, text.join('').replace(/\s+/g, ' ').trim());
        }
      },
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return isFeed ? entries : null;
}
