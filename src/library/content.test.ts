import { describe, expect, test } from 'bun:test';
import { pageContent } from './content';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('the content of a page', () => {
  test('as HTML is the page, in its own charset', () => {
    const page = new Uint8Array([...bytes('<p>caf'), 0xe9, ...bytes('</p>')]);
    const declaredType = 'text/html; charset=iso-8859-1';
    expect(pageContent({ bytes: page, declaredType, kind: 'html' })).toBe('<p>café</p>');
  });

  test('as Markdown keeps headings, lists and links, and no script or navigation', () => {
    const page = `<nav>Home</nav><h1>Tides</h1><ol><li>One</li></ol>
      <p><a href="https://a.example/">there</a></p><script>alert(1)</script><style>p {}</style>`;
    const markdown = pageContent({ bytes: bytes(page), kind: 'markdown' });
    expect(markdown).toBe('# Tides\n\n1.  One\n\n[there](https://a.example/)');
  });

  test('is none as Markdown when the page is nested too deep, and the page lives on', () => {
    const deep = bytes('<div>'.repeat(200_000));
    expect(pageContent({ bytes: deep, kind: 'markdown' })).toBeNull();
    expect(pageContent({ bytes: deep, kind: 'html' })).toHaveLength(1_000_000);
  });
});
