import { describe, expect, test } from 'bun:test';
import { readableHtml } from './html';

const SENTENCES = [
  'The lock was dug by hand in the summer of 1823, and lined with clay from the common.',
  'Boats of up to forty tons passed it until the railway took their freight away.',
  'Its gates were replaced three times, the last pair being of steel with oak sills.',
];
const paragraphs = SENTENCES.map((line) => `<p>${line}</p>`).join('');
const text = SENTENCES.join('\n\n');

function read(body: string, head = '<title>The lock</title>') {
  return readableHtml(`<!doctype html><html><head>${head}</head><body>${body}</body></html>`);
}

describe('what is not the article is left out:', () => {
  const link = '<a href="/">Somewhere else that is worth a visit by everybody who reads</a>';
  test.each([
    ['a menu', `<ul class="main-menu"><li>${link}</li></ul>`],
    [
      'a sidebar',
      `<div class="sidebar"><p>${'Our shop sells maps of every canal. '.repeat(3)}</p></div>`,
    ],
    [
      'comments',
      `<div id="comments"><p>${'I was there in May, and it rained. '.repeat(3)}</p></div>`,
    ],
    [
      'a cookie notice',
      `<div class="cookieBanner"><p>We value your privacy and store cookies.</p></div>`,
    ],
    ['related pages', `<div><h3>Read on</h3><ul><li>${link}</li><li>${link}</li></ul></div>`],
    [
      'a caption',
      `<figure><img src="/a"><figcaption>The lock, seen from the east.</figcaption></figure>`,
    ],
    ['a byline', `<p class="byline">By somebody who was there at the time.</p>`],
    ['a paragraph that is one link', `<p>${link}</p>`],
    ['the title', '<h1>The lock</h1>'],
  ])('%s', (_, noise) => {
    for (const body of [`${noise}<div>${paragraphs}</div>`, `<div>${paragraphs}</div>${noise}`]) {
      expect(read(body).text).toBe(text);
    }
    expect(read(`<main><article>${noise}${paragraphs}</article></main>`).text).toBe(text);
  });
});

describe('what belongs to the article is kept:', () => {
  test.each([
    ['headings', '<h2>The boats</h2>', 'The boats'],
    ['lists', '<ul><li>oak</li><li>steel</li></ul>', '- oak\n- steel'],
    ['tables', '<table><tr><th>Year</th><td>1823</td></tr></table>', 'Year | 1823'],
    ['quotes', '<blockquote class="tweet-embed">It leaks!</blockquote>', 'It leaks!'],
    ['code, however it is coloured', '<pre><span class="comment">// a</span>\nb</pre>', '// a\nb'],
    ['short loose lines', '<div>Width: 4 m</div>', 'Width: 4 m'],
  ])('%s', (_, part, expected) => {
    const body = `<article>${paragraphs}${part}${paragraphs}</article>`;
    expect(read(body).text).toBe(`${text}\n\n${expected}\n\n${text}`);
  });

  test('a text in two parts with an advertisement between them', () => {
    const part = `<div class="article-body">${paragraphs.repeat(2)}</div>`;
    const { text: found } = read(`<article>${part}<div class="ad">Buy!</div>${part}</article>`);
    expect(found).toBe([text, text, text, text].join('\n\n'));
  });

  test('the whole of an article whose class is a suspicious word', () => {
    expect(read(`<div class="with-comments share">${paragraphs}</div>`).text).toBe(text);
  });

  test('the comments of a page that has nothing else', () => {
    expect(read(`<div class="comments">${paragraphs}</div>`).text).toBe(text);
  });
});

test('the head is read: title, canonical address, what it asks of machines', () => {
  const { title, head } = readableHtml(
    `<html><head><title>Site: The lock</title><meta property="og:title" content="The lock">
     <link rel="canonical" href="/lock"><meta name="Robots" content="noai, follow">
     <meta name="description" content="no noai here"><meta name="tdm-reservation" content=" 1">
     </head><body><svg><title>An icon</title></svg>${paragraphs}</body></html>`,
    'https://site.example/a?b',
  );
  expect(title).toBe('The lock');
  expect(head).toEqual({
    canonicalUrl: 'https://site.example/lock',
    robots: [{ agent: 'robots', content: 'noai, follow' }],
    tdmReservation: '1',
  });
});

describe('pages made to use up time are read in time:', () => {
  test.each([
    ['thousands of suspects in one another', '<div class="share">x'.repeat(20_000)],
    ['thousands of bodies in one another', '<div class="article-body">a b c. '.repeat(20_000)],
    ['tables in one another', '<table><tr><td>'.repeat(20_000)],
    ['a class of a megabyte', `<p class="${'share-'.repeat(200_000)}">x</p>`],
    ['a paragraph that never ends', `<p>${'. " '.repeat(300_000)}`],
  ])('%s', (_, body) => {
    const startMs = performance.now();
    read(body);
    expect(performance.now() - startMs).toBeLessThan(5_000);
  });
});
