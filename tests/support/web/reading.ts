import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { buildPdf } from '../pdf';
import { article, articlePage } from './articles';
import { bytes, hang, redirect, startHost, startRawHost, text } from './host';

export const MAX_BYTES = 400_000;

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const encoded = (body: string) => new TextEncoder().encode(body);

/** Pages that are well and say when the Orrin bridge was opened, in words of their own. */
export function startGazette() {
  const canonical = '<link rel="canonical" href="/bridge">';
  const bridge = {
    title: 'The Orrin bridge',
    fact: 'The Orrin bridge was opened on 4 May 1961 by the mayor of the town.',
  };
  return startHost('gazette', {
    '/bridge': article(bridge),
    '/bridge/print': article({ ...bridge, head: canonical }),
  });
}

/** A site that takes its texts over from another, and says so. */
export function startSyndicate(originalUrl: string) {
  return startHost('syndicate', {
    '/wire/7': article({
      title: 'Orrin bridge: the story',
      fact: 'The Orrin bridge was opened on 4 May 1961 by the mayor of the town.',
      head: `<link rel="canonical" href="${originalUrl}">`,
    }),
  });
}

export function startPapers() {
  const pages = [
    ['A survey of crossings'],
    ['Measured in spring, the Orrin bridge has a length of 312 metres between its abutments.'],
  ];
  const pdf = { 'content-type': 'application/pdf' };
  return startHost('papers', {
    '/survey.pdf': bytes(buildPdf({ pages, title: 'A survey of crossings' }), pdf),
    '/scan.pdf': bytes(buildPdf({ pages: [[]] }), pdf),
    '/locked.pdf': bytes(buildPdf({ pages: [['x']], encrypted: true }), pdf),
  });
}

/** Servers whose Content-Type is not what they send. */
export function startLiars() {
  const said = (fact: string) => encoded(articlePage({ title: 'A page', fact }));
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const pdf = buildPdf({ pages: [['The toll of the bridge was two pence.']] });
  return startHost('liar', {
    '/pdf-as-html': bytes(pdf, HTML),
    '/html-as-pdf': bytes(said('The keeper lived in a hut of tarred boards.'), {
      'content-type': 'application/pdf',
    }),
    '/html-as-binary': bytes(said('Its lamps were lit by hand until 1974.'), {
      'content-type': 'application/octet-stream',
    }),
    '/png-as-html': bytes(png, HTML),
    '/html-as-nothing': bytes(said('A plaque names the two who drowned.'), { 'content-type': '' }),
  });
}

/** The same words in every encoding, declared in every place, and once wrongly. */
export function startCharsets() {
  const russian =
    '<p>Мост через Оррин открыли четвёртого мая 1961 года при большом стечении народа.</p>';
  const page = (meta: string, body: string) =>
    `<html><head>${meta}<title>T</title></head><body>${body}`;
  const windows1251 = (html: string) =>
    Uint8Array.from([...html].map((sign) => cp1251(sign.codePointAt(0) ?? 0)));
  const french = Buffer.from(
    page('', '<p>Le pont de l’Orrin fut inauguré.</p>'.replace('’', "'")),
    'latin1',
  );
  return startHost('charset', {
    '/header': bytes(windows1251(page('', russian)), {
      'content-type': 'text/html; charset=windows-1251',
    }),
    '/meta': bytes(windows1251(page('<meta charset="windows-1251">', russian)), {
      'content-type': 'text/html',
    }),
    '/bom': bytes(encoded(`\ufeff${page('<meta charset="windows-1251">', russian)}`), {
      'content-type': 'text/html; charset=windows-1251',
    }),
    '/utf16': bytes(Buffer.from(`\ufeff${page('', russian)}`, 'utf16le'), {
      'content-type': 'text/html',
    }),
    '/wrongly-utf8': bytes(french, HTML),
  });
}

function cp1251(codePoint: number): number {
  if (codePoint >= 0x410 && codePoint <= 0x44f) return codePoint - 0x410 + 0xc0;
  return codePoint === 0x451 ? 0xb8 : codePoint;
}

/** Compressed pages, whole and made to do harm. */
export function startPacked() {
  const page = encoded(
    articlePage({ title: 'Packed', fact: 'The arch was cut in the dry season.' }),
  );
  const packed = (body: Uint8Array, encoding: string) =>
    bytes(body, { ...HTML, 'content-encoding': encoding });
  return startHost('packed', {
    '/gzip': packed(gzipSync(page), 'gzip'),
    '/brotli': packed(brotliCompressSync(page), 'br'),
    '/deflate': packed(deflateSync(page), 'deflate'),
    '/zstd': packed(zstdCompressSync(page), 'zstd'),
    '/bomb': packed(gzipSync(new Uint8Array(50_000_000)), 'gzip'),
    '/damaged': packed(gzipSync(page).subarray(0, 300).fill(7, 100), 'gzip'),
    '/unknown': packed(page, 'sdch'),
    '/huge': new Response(new Uint8Array(3 * MAX_BYTES).fill(0x61), { headers: HTML }),
  });
}

export function startMoved(targetUrl: string) {
  return startHost('moved', {
    '/once': redirect(targetUrl),
    '/self': redirect('/self'),
    '/a': redirect('/b'),
    '/b': redirect('/a'),
    ...Object.fromEntries(
      Array.from({ length: 9 }, (_, at) => [`/step${at}`, redirect(`/step${at + 1}`)]),
    ),
    '/inside': redirect('http://10.0.0.1/'),
    '/metadata': redirect('http://169.254.169.254/latest/meta-data/'),
    '/script': redirect('javascript:alert(1)'),
    '/nowhere': redirect('http://[::'),
  });
}

export function startSlow() {
  return startHost('slow', {
    '/never': hang,
    '/drip': () =>
      new Response(
        new ReadableStream({
          start: (stream) => stream.enqueue(encoded('<html><body><p>It goes on and')),
        }),
        { headers: HTML },
      ),
  });
}

export function startBroken() {
  return startRawHost('broken', (socket, path) => {
    if (path === '/reset') socket.resetAndDestroy();
    if (path === '/babble') socket.end('this is no HTTP at all\r\n\r\n');
    if (path === '/short') {
      socket.end(
        'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9000\r\n\r\n<p>cut',
      );
    }
    if (path === '/teapot') socket.end('HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n');
    if (path === '/empty') {
      socket.end('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n');
    }
  });
}

/** Its robots.txt answers with an error: nobody knows what may be read. */
export function startFlaky() {
  return startHost('flaky', {
    '/robots.txt': new Response('busy', { status: 503 }),
    '/page': text('What nobody may read while nobody knows.'),
  });
}
