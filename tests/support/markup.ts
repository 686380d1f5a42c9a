import fc from 'fast-check';

const pieces = fc.constantFrom(
  ...['<', '>', '&', '"', "'", '=', '/', '!', '?', '-', ';', ' ', '\n', 'a', 'é', '한', '\ud83d'],
  ...['<p>', '</p>', '<p', '</p', '<br/>', '<a href="', "<a href='", '<a href=', ' class="x y"'],
  ...['&amp;', '&amp', '&lt', '&#38;', '&#x26', '&nbsp;', '&notit;', '&unknown;'],
  ...['<script>', '</script>', '</scrip', '<title>', '</title>', '<textarea>', '</textarea>'],
  ...['<style x="', '</style>', '<xmp>', '</xmp>', '<svg>', '<![CDATA[', ']]>', '<?xml ', '?>'],
  ...['<!--', '-->', '--->', '--!>', '<!doctype html>', 'some words, and more of them'],
);
/** Pages in which every piece of HTML may stand anywhere, whole or cut off. */
export const brokenPages = fc
  .array(fc.oneof({ weight: 9, arbitrary: pieces }, fc.string({ unit: 'binary' })), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''));
