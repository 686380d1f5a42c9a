import { article } from './articles';
import { type Host, type Page, startHost, text } from './host';

/** How the body of an opted-out page begins: it must show up nowhere. */
export const SECRET = 'The vault below the northern pier holds the builder';
const page = (head = '', headers: Record<string, string> = {}) =>
  article({ title: 'Opted out', fact: `${SECRET} and his ledger.`, head }, headers);

export interface OptedOut {
  url: string;
  tier: 0 | 1 | 2;
  /** What the record of the refusal names. */
  signal: string;
}

/** Every way to opt out, each on a page of its own, and the tier that it is of. */
export function startOptOuts(): { hosts: Host[]; pages: OptedOut[] } {
  const robots = (name: string, file: string, more: Record<string, Page> = {}) =>
    startHost(name, { '/robots.txt': text(file), '/page': page(), '/free/page': page(), ...more });
  const closed = robots('closed', 'User-agent: *\nDisallow: /');
  const training = robots(
    'training',
    'User-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\nAllow: /free/\n\nUser-agent: *\nAllow: /',
  );
  const retrieval = robots('retrieval', 'User-agent: PerplexityBot\nDisallow: /');
  const unrelated = robots('unrelated', 'User-agent: BadBot\nDisallow: /');
  const reserved = startHost('reserved', {
    '/.well-known/tdmrep.json': text(
      JSON.stringify([
        { location: '/works/*', 'tdm-reservation': 1 },
        { location: '/works/open/*', 'tdm-reservation': 0 },
      ]),
    ),
    '/works/1': page(),
    '/works/open/1': page(),
    '/works/waived': page('', { 'tdm-reservation': '0' }),
  });
  const declared = startHost('declared', {
    '/noai-header': page('', { 'x-robots-tag': 'noai, noimageai' }),
    '/noai-meta': page('<meta name="robots" content="index, noai">'),
    '/none-header': page('', { 'x-robots-tag': 'none' }),
    '/none-meta': page('<meta name="ROBOTS" content="NONE">'),
    '/nosnippet-meta': page('<meta name="robots" content="nosnippet">'),
    '/gptbot-header': page('', { 'x-robots-tag': 'GPTBot: noindex' }),
    '/googlebot-header': page('', { 'x-robots-tag': 'googlebot: noindex' }),
    '/tdm-header': page('', { 'tdm-reservation': '1' }),
    '/tdm-meta': page('<meta name="tdm-reservation" content="1">'),
    '/max-image': page('<meta name="robots" content="max-image-preview:large, follow">'),
  });
  const at = (host: Host, path: string, tier: OptedOut['tier'], signal = '') => ({
    url: host.url(path),
    tier,
    signal,
  });
  return {
    hosts: [closed, training, retrieval, unrelated, reserved, declared],
    pages: [
      at(closed, '/page', 1, 'robots.txt'),
      at(training, '/page', 2, 'robots.txt (GPTBot)'),
      at(training, '/free/page', 0),
      at(retrieval, '/page', 1, 'robots.txt (PerplexityBot)'),
      at(unrelated, '/page', 0),
      at(reserved, '/works/1', 2, 'tdmrep.json'),
      at(reserved, '/works/open/1', 0),
      at(reserved, '/works/waived', 0),
      at(declared, '/noai-header', 2, 'X-Robots-Tag: noai'),
      at(declared, '/noai-meta', 2, 'noai'),
      at(declared, '/none-header', 1, 'X-Robots-Tag: none'),
      at(declared, '/none-meta', 1, 'none'),
      at(declared, '/nosnippet-meta', 1, 'nosnippet'),
      at(declared, '/gptbot-header', 2, 'GPTBot'),
      at(declared, '/googlebot-header', 0),
      at(declared, '/tdm-header', 2, 'TDM reservation (header)'),
      at(declared, '/tdm-meta', 2, 'TDM reservation (meta)'),
      at(declared, '/max-image', 0),
    ],
  };
}
