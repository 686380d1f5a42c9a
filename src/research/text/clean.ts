/**
 * What is not seen but changes what is seen: controls, direction marks, zero widths. The two
 * joiners are spared, because some scripts are spelled with them.
 */
const INVISIBLE = /(?![\n\r\t\u200c\u200d])[\p{Cc}\p{Cf}]/gu;
/** Most passages are all of this. */
const PLAINLY_VISIBLE = /^[\n\r\t -~]*$/;

const BROKEN_WORD = /(\p{Ll})[-\u00ad]\r?\n\s*(\p{Ll})/gu;

/**
 * The words of a passage without the noise of its setting: markup, reference marks, line breaks
 * and the hyphens they leave. Meaning is never altered.
 */
export function plainWords(passage: string): string {
  const joined = passage.includes('\n') ? passage.replace(BROKEN_WORD, '$1$2') : passage;
  const visible = PLAINLY_VISIBLE.test(joined) ? joined : joined.replace(INVISIBLE, '');
  return visible
    .replace(/!?\[([^\]\n]{0,200})\]\([^)\s]{0,2000}(?:\s"[^"\n]{0,200}")?\)/g, '$1')
    .replace(/^\s*(?:#{1,6}\s+|>\s+|[-*+•]\s+)+/, '')
    .replace(/\[\s?(?:\d{1,3}|edit|citation needed|note \d+|[a-z])\s?\]/gi, '')
    .replace(/(\*\*|__|`)(?=\S)([^*_`\n]{1,300}?)\1/g, '$2')
    .replace(/``/g, '“')
    .replace(/''/g, '”')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[,.;:!?)](?:\s|$))/g, '')
    .trim();
}

/** As inert Markdown: no link, image, heading, list, tag or entity of the passage comes alive. */
export function inertMarkdown(passage: string): string {
  return plainWords(passage)
    .replace(/[\\`*[\]<>~]|&(?=#?\w{1,32};)|(?<!\w)_|_(?!\w)/g, '\\$&')
    .replace(/:(?=\/\/|\S*@)|(?<=mailto|xmpp|javascript|data|vbscript):/gi, '\\:')
    .replace(/(www)\./gi, '$1\\.')
    .replace(/@/g, '\\@')
    .replace(/!(?=\\\[)/g, '\\!')
    .replace(/^([#+=-])/, '\\$1')
    .replace(/^(\d{1,9})([.)])(?=\s|$)/, '$1\\$2');
}
