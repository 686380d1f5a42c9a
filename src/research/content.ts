import type { ContentKind } from './types';

/** A text that is kept as it was read, in the form its asker wanted. */
export function contentOfText(text: string, kind: ContentKind): string {
  if (kind === 'markdown') return text;
  const paragraphs = text.split(/\n{2,}/).map((each) => `<p>${escaped(each)}</p>`);
  return `<!doctype html>\n<meta charset="utf-8">\n${paragraphs.join('\n')}\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
