import { expect, test } from 'bun:test';
import { isWebUrl, renderMarkdown } from './markdown';

const render = (markdown: string) =>
  renderMarkdown(markdown, {
    hrefOf: (number) => (number <= 2 ? `#at-${number}` : undefined),
    heading: (depth) => ({ level: depth + 2 }),
  });

test('a text of strangers brings no tag, no image and no link but to the web', () => {
  for (const evil of [
    '<script>alert(1)</script>',
    'so <img src=x onerror=alert(1)> it is',
    '[here](javascript:alert(1))',
    '[here](data:text/html,x)',
    '![word](https://pixel.example/x.png)',
    '<https://a.example/"onmouseover="alert(1)>',
    '[a](https://a.example/"onmouseover="alert(1))',
  ]) {
    const html = render(evil);
    expect(html).not.toMatch(/<(?!\/?(?:p|a)\b)/);
    expect(html).not.toMatch(/<a(?! href="https:\/\/[^"]*" rel="noopener noreferrer nofollow">)/);
  }
});

test('a number leads to what it names, and no definition leads it elsewhere', () => {
  expect(render('So [1].')).toBe('<p>So <a href="#at-1">[1]</a>.</p>\n');
  expect(render('So [3].')).toBe('<p>So [3].</p>\n');
  expect(render('So [3].\n\n[3]: https://evil.example')).toStartWith('<p>So [3].</p>');
});

test('headings stand below those of the page', () => {
  expect(render('# One')).toBe('<h3>One</h3>\n');
  expect(render('##### Five')).toBe('<h6>Five</h6>\n');
});

test('an address of the web is one that a browser would open there', () => {
  expect(['https://a.example/', 'HTTP://a.example'].every(isWebUrl)).toBe(true);
  expect(['ftp://a.example', 'https://', 'javascript:1', '/a'].some(isWebUrl)).toBe(false);
});
