import { describe, expect, test } from 'bun:test';
import { createHash } from 'node:crypto';
import { buildPdf } from '../../../tests/support/pdf';
import { Fault } from '../../lib/fault';
import type { ParseInput } from '../types';
import { parseDocument } from './index';

const utf8 = (text: string) => new TextEncoder().encode(text);
const parse = (content: string | Uint8Array, name: string, rest: Partial<ParseInput> = {}) =>
  parseDocument({ bytes: typeof content === 'string' ? utf8(content) : content, name, ...rest });

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const thrown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

describe('what a file is', () => {
  const zip = new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0, ...new Array(60).fill(0x81)]);
  const png = new Uint8Array([
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52],
    ...[0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0, 0x1f, 0x15, 0xc4, 0x89, 0, 0, 0, 0],
    ...[0x49, 0x44, 0x41, 0x54],
  ]);
  const elf = new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, ...new Array(64).fill(0)]);
  const noise = Uint8Array.from({ length: 4_000 }, (_, at) => (at * at * 31 + at * 7) % 256);
  const refused: [string, Uint8Array, RegExp][] = [
    ['a zip called .pdf', zip, /zip/],
    ['an image called .txt', png, /image \(png\)/],
    ['an executable', elf, /elf/],
    ['random bytes', noise, /looks like/],
    ['rich text', utf8('{\\rtf1\\ansi Hello}'), /RTF/],
  ];
  test.each(refused)('%s is refused and named', async (_, bytes, words) => {
    const fault = await faultOf(parse(bytes, 'report.pdf'));
    expect(fault.code).toBe('unsupported_media');
    expect(fault.message).toMatch(words);
    expect(fault.message).toContain('supported are text, Markdown, HTML and PDF');
  });

  const unreadable: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(), /is empty/],
    ['white space only', utf8(' \n\t\r\n\u00a0 '), /is empty/],
    ['an HTML page without text', utf8('<html><body><script>1</script></body></html>'), /is empty/],
    ['a PDF cut off after its header', utf8('%PDF-1.4\n1 0 obj'), /damaged/],
    ['a PDF with a password', buildPdf({ pages: [['x']], encrypted: true }), /encrypted/],
    ['a PDF without a text layer', buildPdf({ pages: [[]] }), /no text layer/],
  ];
  test.each(unreadable)('%s is unprocessable, and says why', async (_, bytes, words) => {
    const fault = await faultOf(parse(bytes, 'x.pdf'));
    expect(fault.code).toBe('unprocessable');
    expect(fault.message).toMatch(words);
  });

  test('a PDF with a broken header is called that', async () => {
    const bytes = buildPdf({ pages: [['Hello there']] });
    bytes.set(utf8('XXXXX'), 0);
    const fault = await faultOf(parse(bytes, 'report.pdf'));
    expect(fault.code).toBe('unprocessable');
    expect(fault.message).toContain('header');
  });

  test('three control bytes in a short file make it no text, and white space and escapes do not', async () => {
    const refused: number[] = [];
    for (let byte = 1; byte < 256; byte++) {
      const bytes = new Uint8Array([...utf8('Plain words.'), byte, byte, byte]);
      const isRead = await parse(bytes, 'a.txt').then(Boolean, () => false);
      if (!isRead) refused.push(byte);
    }
    const controls = Array.from({ length: 32 }, (_, byte) => byte).concat(127);
    const allowed = [0, 9, 10, 11, 12, 13, 27];
    expect(refused).toEqual(controls.filter((byte) => !allowed.includes(byte)));
  });

  test('content decides against the suffix', async () => {
    const html = '<!doctype html><title>T</title><p>One paragraph of text.</p>';
    expect((await parse(html, 'a.txt')).mediaType).toBe('text/html');
    expect((await parse('Plain words, no more.', 'a.pdf')).mediaType).toBe('text/plain');
    const pdf = await parse(buildPdf({ pages: [['Some text here']] }), 'a.txt');
    expect(pdf.mediaType).toBe('application/pdf');
    expect((await parse('# H\n\n- a\n- b\n\n**bold** text', '')).mediaType).toBe('text/markdown');
  });

  test('whatever it is, it comes with the hash of its text', async () => {
    const files: [string, string | Uint8Array][] = [
      ['a.txt', 'Plain – and more.'],
      ['a.md', '# Title\n\nSome *words*.'],
      ['a.html', '<p>Some words of a page.</p>'],
      ['a.pdf', buildPdf({ pages: [['One page.'], ['Another.']] })],
    ];
    for (const [name, content] of files) {
      const { text, hash } = await parse(content, name);
      expect(hash).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    }
  });
});

describe('character encodings', () => {
  const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'));
  test('UTF-16 is read with and without a byte-order mark, in both orders', async () => {
    const text = 'Größe und Länge of a cable';
    const bigEndian = new Uint8Array(Buffer.from(text, 'utf16le').swap16());
    for (const bytes of [utf16(`\ufeff${text}`), utf16(text), bigEndian]) {
      expect((await parse(bytes, 'a.txt')).text).toBe(text);
    }
  });

  test('bytes that are no UTF-8 are read as windows-1252', async () => {
    const bytes = new Uint8Array(Buffer.from('caf\u00e9 cr\u00e8me', 'latin1'));
    expect((await parse(bytes, 'a.txt')).text).toBe('café crème');
  });

  test('a charset in the declared type or in <meta> is honoured', async () => {
    const cyrillic = new Uint8Array([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]);
    const declaredType = 'text/plain; charset=windows-1251';
    expect((await parse(cyrillic, 'a.txt', { declaredType })).text).toBe('Привет');
    const page = Buffer.concat([
      Buffer.from('<html><head><meta charset="windows-1251"></head><body><p>'),
      cyrillic,
      Buffer.from('</p></body></html>'),
    ]);
    expect((await parse(new Uint8Array(page), 'a')).text).toBe('Привет');
  });

  test('text is stored composed, without controls, soft hyphens or trailing spaces', async () => {
    const { text } = await parse(
      'Cafe\u0301 \r\nsoft\u00adly\u0007 \r\n\r\n\r\n\r\nend\u200b',
      'a.txt',
    );
    expect(text).toBe('Café\nsoftly\n\nend');
  });
});

describe('HTML', () => {
  const article = Array.from(
    { length: 6 },
    (_, at) =>
      `<p>Paragraph ${at} says, at some length and with commas, what the page is about.</p>`,
  ).join('');

  test('the main text is kept and the frame around it is not', async () => {
    const { text, title } = await parse(
      `<html><head><title>Page &amp; title</title></head><body>
       <nav><a href="/">Home</a> <a href="/x">Products</a></nav>
       <article><h1>Heading</h1>${article}<script>evil()</script></article>
       <footer>Imprint and cookies</footer></body></html>`,
      'x.html',
    );
    expect(title).toBe('Page & title');
    expect(text).toContain('Paragraph 0 says');
    expect(text).toContain('Paragraph 5 says');
    expect(text).not.toMatch(/Products|Imprint|evil/);
  });

  test('lists, tables, line breaks and preformatted text keep their form', async () => {
    const { text } = await parse(
      `<html><body><p>Intro&nbsp;text<br>second   line</p><ul><li>one</li><li><p>two</p></li></ul>
       <table><tr><th>Name</th><th>Size</th></tr><tr><td>Bolt <b>A</b></td><td>4 mm</td></tr></table>
       <pre>a\n  b</pre><p style="display:none">secret</p><p hidden>secret</p></body></html>`,
      'x.html',
    );
    expect(text).toBe(
      'Intro text\nsecond line\n\n- one\n- two\n\nName | Size\nBolt A | 4 mm\n\na\n  b',
    );
  });

  test('a fragment without html or body is read too', async () => {
    const { text } = await parse('<p>first</p><p>second</p><p>third</p>', 'x');
    expect(text).toBe('first\n\nsecond\n\nthird');
  });

  test('twenty thousand nested elements are read without a stack overflow', async () => {
    const depth = 20_000;
    const page = `<html><body>${'<div>'.repeat(depth)}deep down${'</div>'.repeat(depth)}</body></html>`;
    expect((await parse(page, 'x.html')).text).toBe('deep down');
  });

  test('a page of a million elements is refused before it is built', async () => {
    const fault = await faultOf(parse(`<html><body>${'<b>x</b>'.repeat(1_000_000)}`, 'x.html'));
    expect(fault.code).toBe('unprocessable');
    expect(fault.message).toContain('elements');
  });
});

describe('Markdown', () => {
  test('it is read as it is rendered, and front matter gives the title', async () => {
    const { title, text, mediaType } = await parse(
      '---\ntitle: "Field notes"\n---\n# Heading\n\nSome *strong* [link](http://x.y) &amp; more.\n\n- a\n- b\n',
      'notes.md',
    );
    expect({ title, mediaType }).toEqual({ title: 'Field notes', mediaType: 'text/markdown' });
    expect(text).toBe('Heading\n\nSome strong link & more.\n\n- a\n- b');
  });

  test('quotes nested thousands deep are still read', async () => {
    const { text } = await parse(`# T\n\n${'> '.repeat(5_000)}inner`, 'a.md');
    expect(text).toContain('inner');
  });
});

describe('PDF', () => {
  test('pages are apart by a blank line and their starts are recorded, empty ones too', async () => {
    const pages = [['First page line.', 'Its second line.'], [], ['Third page.']];
    const parsed = await parse(buildPdf({ pages, title: 'Yearly report' }), 'r.pdf');
    expect(parsed.title).toBe('Yearly report');
    expect(parsed.text).toBe('First page line.\nIts second line.\n\nThird page.');
    const lastStart = parsed.text.indexOf('Third');
    expect(parsed.pageStarts?.[0]).toBe(0);
    expect(parsed.pageStarts).toHaveLength(3);
    expect(parsed.pageStarts?.[2]).toBe(lastStart);
    expect(parsed.pageStarts?.[1]).toBeLessThan(lastStart);
  });

  test('a word broken at the end of a line is joined', async () => {
    const pages = [['The measure-', 'ment of well-', 'Known things']];
    const { text } = await parse(buildPdf({ pages }), 'r.pdf');
    expect(text).toBe('The measurement of well-\nKnown things');
  });

  test('a title that a program wrote gives way to the first line', async () => {
    const pages = [['Survey of bridges', 'text']];
    const named = await parse(buildPdf({ pages, title: 'Microsoft Word - a.doc' }), 'r.pdf');
    expect(named.title).toBe('Survey of bridges');
  });

  test('the bytes that were given stay usable', async () => {
    const bytes = buildPdf({ pages: [['Hello again']] });
    await parse(bytes, 'r.pdf');
    expect(bytes.length).toBeGreaterThan(0);
  });
});
