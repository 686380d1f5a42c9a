import { describe, expect, test } from 'bun:test';
import {
  isHonoured,
  joinOptOuts,
  metaOptOut,
  robotsOptOut,
  robotsTagOptOut,
  tdmOptOut,
} from './opt-out';
import { parseRobots } from './robots-rules';
import { parseTdmRules } from './tdm-rules';

const ORIGIN = 'http://site.invalid';
const at = (path: string) => new URL(path, ORIGIN);

test('narrow honours opt-outs of retrieval, broad those of training too', () => {
  const honoured = ([0, 1, 2] as const).map((tier) => [
    isHonoured(tier, 'narrow'),
    isHonoured(tier, 'broad'),
  ]);
  expect(honoured).toEqual([
    [false, false],
    [true, true],
    [false, true],
  ]);
});

test('of several opt-outs the strictest counts, and all are named once', () => {
  const joined = joinOptOuts([
    tdmOptOut('1', 'header'),
    robotsTagOptOut(['noai']),
    robotsTagOptOut(['none, noai']),
    tdmOptOut('0', 'meta'),
  ]);
  expect(joined).toEqual({
    tier: 1,
    signals: ['TDM reservation (header)', 'X-Robots-Tag: noai', 'X-Robots-Tag: none'],
  });
});

describe('X-Robots-Tag', () => {
  test.each([
    [['noai'], 2],
    [['NOIMAGEAI'], 2],
    [['noindex, nofollow'], 1],
    [['nofollow, noarchive, max-image-preview:large'], 0],
    [['max-snippet: 0'], 1],
    [['max-snippet: 50'], 0],
    [['unavailable_after: 25 Jun 2030 15:00:00 PST, noai'], 2],
    [['googlebot: noindex, nosnippet'], 0],
    [['googlebot: noindex', 'noindex'], 1],
    [['SondeBot: none'], 1],
    [['ClaudeBot: noindex'], 2],
    [['PerplexityBot: noindex'], 1],
    [[''], 0],
    [[], 0],
  ] as const)('%p is of tier %d', (lines, tier) => {
    expect(robotsTagOptOut(lines).tier).toBe(tier);
  });
});

test.each([
  ['robots', 'noai', 2],
  ['robots', 'index,follow', 0],
  ['robots', 'none', 1],
  ['googlebot', 'noindex', 0],
  ['gptbot', 'noindex', 2],
] as const)('<meta name=%s content=%s> is of tier %d', (agent, content, tier) => {
  expect(metaOptOut([{ agent, content }]).tier).toBe(tier);
});

describe('robots.txt', () => {
  const AGENTS = new Set(['gptbot', 'perplexitybot', 'ccbot']);
  const forbidden = (file: string, path: string) =>
    parseRobots(ORIGIN, file, AGENTS).forbiddenAmong(AGENTS, at(path));

  test('forbids an AI crawler only what it forbids it by name', () => {
    const file =
      'User-agent: *\nDisallow: /all\n\nUser-agent: GPTBot\nuser-agent: CCBot/2\nDisallow: /no';
    expect(forbidden(file, '/no/page')).toEqual(['gptbot', 'ccbot']);
    expect(forbidden(file, '/all')).toEqual([]);
    expect(robotsOptOut(['gptbot', 'ccbot'])).toEqual({
      tier: 2,
      signals: ['robots.txt (GPTBot)', 'robots.txt (CCBot)'],
    });
    expect(robotsOptOut(forbidden('User-agent: PerplexityBot\nDisallow: /', '/')).tier).toBe(1);
  });

  test('made to fill the memory by the rules of others forbids those everything', () => {
    const rules = 'Allow: /aaaaaaaaaaaaaaaa\n'.repeat(5_000);
    const rulesOfAll = parseRobots(ORIGIN, `User-agent: GPTBot\n${rules}`, AGENTS);
    expect(rulesOfAll.forbiddenAmong(AGENTS, at('/a'))).toEqual(['gptbot']);
    expect(rulesOfAll.size).toBe(0);
    expect(rulesOfAll.allows(at('/a'))).toBe(true);
  });
});

describe('tdmrep.json', () => {
  const rules = parseTdmRules(
    ORIGIN,
    JSON.stringify([
      { location: '/works/open/', 'tdm-reservation': 0 },
      { location: '/works/*', 'tdm-reservation': 1 },
      { location: '/*.pdf$', 'tdm-reservation': '1' },
      { location: 7 },
      null,
      { location: '/x\nAllow: /', 'tdm-reservation': 1 },
    ]),
  );
  test.each([
    ['/works/1', '1'],
    ['/works/open/1', '0'],
    ['/a.pdf', '1'],
    ['/a.pdf?x', null],
    ['/', null],
    ['/x', null],
  ])('decides for %s by the longest location that fits: %p', (path, reservation) => {
    expect(rules(at(path))).toBe(reservation);
  });

  test.each(['', '<html>', '{}', 'null', '[[]]'])('that is none says nothing: %p', (text) => {
    expect(parseTdmRules(ORIGIN, text)(at('/'))).toBeNull();
  });
});
