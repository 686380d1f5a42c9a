import { callOf, findingsIn, type ReceivedCall, says, wire } from '../../tests/support/llm-server';
import { Corpus } from './corpus';

/**
 * The world of a job as a process of its own, so that it takes no time of what is measured: a model,
 * a search engine and ten sites, each answering after a fixed wait. Prints one JSON line with its
 * addresses; `GET /waits` gives the waits since the last time it was asked for.
 */
const MODEL_MS = 300;
const SEARCH_MS = 200;
const PAGE_MS = 150;
const SITES = 10;
const PAGE_LENGTH = 20_000;

/** When something was waited for, in milliseconds of this process. */
export interface Wait {
  what: string;
  startMs: number;
  endMs: number;
}

let waits: Wait[] = [];

async function waited<T>(what: string, ms: number, answer: () => T): Promise<T> {
  const startMs = performance.now();
  const made = answer();
  await Bun.sleep(Math.max(0, ms - (performance.now() - startMs)));
  waits.push({ what, startMs, endMs: performance.now() });
  return made;
}

const FILLER = new Corpus(3);
/** What a page says beside the facts: its first paragraphs, those in the middle, and the last. */
const fillers = Array.from({ length: SITES }, (_, site) => {
  const paragraphs = FILLER.document(PAGE_LENGTH).split('\n\n');
  const marked = (from: number, to?: number) =>
    paragraphs
      .slice(from, to)
      .map((text) => `<p>${text}</p>`)
      .join('\n');
  return [marked(0, 2 + site), marked(2 + site, -2), marked(-2)];
});

/** What the sites agree on, each in its own surroundings. */
function factsOf(name: string): string[] {
  return [
    `The ${name} tidal power plant has 24 turbines of three sizes.`,
    `The ${name} tidal power plant was opened in 1998 by the harbour board.`,
  ];
}

function page(site: number, name: string): string {
  const [turbines = '', opened = ''] = factsOf(name);
  const [first, middle, last] = fillers[site] ?? [];
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name} power plant, report ${site}</title></head>
    <body><nav><a href="/">Front page</a></nav><main><article><h1>The ${name} power plant</h1>
    ${first}<p>${turbines}</p>${middle}<p>${opened}</p>${last}</article></main></body></html>`;
}

function hits(name: string, port: number) {
  return Array.from({ length: SITES }, (_, site) => ({
    url: `http://site-${site}.localhost:${port}/${encodeURIComponent(name)}`,
    title: `${name} power plant, report ${site}`,
    content: `All about the ${name} tidal power plant and its turbines.`,
  }));
}

/** The plant that a text is about. */
function nameIn(text: string): string {
  return /\bthe (\p{Lu}\p{L}+ \p{Lu}\p{L}+)/iu.exec(text)?.[1] ?? '';
}

function reply(call: ReceivedCall) {
  const findings = findingsIn(call);
  switch (call.stage) {
    case 'plan':
      return says({
        sub_questions: [`When was the ${nameIn(call.user)} tidal power plant opened?`],
      });
    case 'findings': {
      const source = Number(/<<<source (\d+)/.exec(call.user)?.[1]);
      const quotes = call.user.match(/The [^.<>\n]* (?:turbines|opened) [^.<>\n]*\./g) ?? [];
      return says({
        findings: quotes.map((quote) => ({
          source,
          question: quote.includes('opened') ? 1 : 0,
          quote,
        })),
      });
    }
    case 'brief':
      return says({ sentences: findings.map((text, at) => ({ text, findings: [at + 1] })) });
    case 'fields':
      return says({ fields: [] });
  }
}

const model = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 60,
  async fetch(request) {
    const call = callOf(await request.text(), { index: 0, headers: {} });
    const { body, type } = await waited(call.stage, MODEL_MS, () => wire(call, reply(call)));
    return new Response(body, { headers: { 'content-type': type } });
  },
});
const web = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 60,
  async fetch(request, server) {
    const { hostname, pathname, searchParams } = new URL(request.url);
    if (pathname === '/waits') {
      const taken = waits;
      waits = [];
      return Response.json(taken);
    }
    if (pathname === '/search') {
      const name = nameIn(searchParams.get('q') ?? '');
      return waited('search', SEARCH_MS, () =>
        Response.json({ results: hits(name, server.port ?? 0) }),
      );
    }
    const site = Number(/^site-(\d+)\./.exec(hostname)?.[1] ?? 0);
    if (/\.(?:txt|json)$/.test(pathname)) {
      return waited('robots', PAGE_MS, () => new Response('none', { status: 404 }));
    }
    const html = { headers: { 'content-type': 'text/html; charset=utf-8' } };
    const name = decodeURIComponent(pathname.slice(1));
    return waited('page', PAGE_MS, () => new Response(page(site, name), html));
  },
});
console.log(JSON.stringify({ modelUrl: `${model.url}v1`, webUrl: `http://127.0.0.1:${web.port}` }));
