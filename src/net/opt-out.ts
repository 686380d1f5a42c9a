import { PRODUCT_TOKEN } from './robots-rules';

/**
 * What a site asks of machines that read for people. 0: nothing. 1: not to be retrieved or searched
 * by them. 2: not to be trained on, which forbids no retrieval by itself.
 */
export type OptOutTier = 0 | 1 | 2;

/** `narrow` honours opt-outs of retrieval; `broad` those of training too. */
export type OptOutPosture = 'narrow' | 'broad';

export interface OptOut {
  tier: OptOutTier;
  /** Where it says so, to be shown: `robots.txt (GPTBot)`, `X-Robots-Tag: noai`. */
  signals: string[];
}

export const NO_OPT_OUT: OptOut = { tier: 0, signals: [] };

/** Crawlers that fetch pages to answer somebody's question, as their operators document them. */
const RETRIEVAL_AGENTS = `OAI-SearchBot ChatGPT-User PerplexityBot Perplexity-User Claude-User
  Claude-SearchBot DuckAssistBot YouBot MistralAI-User Meta-ExternalFetcher PhindBot
  Google-CloudVertexBot Gemini-Deep-Research kagi-fetcher Amzn-SearchBot Amzn-User`.split(/\s+/);

/** Crawlers, and names that crawlers heed, that collect pages to train models. */
const TRAINING_AGENTS = `GPTBot ClaudeBot Claude-Web anthropic-ai CCBot Google-Extended
  Applebot-Extended Bytespider Meta-ExternalAgent FacebookBot cohere-ai
  cohere-training-data-crawler Diffbot omgili omgilibot AI2Bot Ai2Bot-Dolma img2dataset PanguBot
  Timpibot ICC-Crawler Webzio-Extended Kangaroo-Bot VelenPublicWebCrawler`.split(/\s+/);

/** By the lower-case product token, with the spelling that is shown. */
export const AI_AGENTS: ReadonlyMap<string, { name: string; tier: OptOutTier }> = new Map([
  ...RETRIEVAL_AGENTS.map((name) => agent(name, 1)),
  ...TRAINING_AGENTS.map((name) => agent(name, 2)),
]);

function agent(name: string, tier: OptOutTier) {
  return [name.toLowerCase(), { name, tier }] as const;
}

/** Directives that keep a page, or words of it, out of answers. */
const RETRIEVAL_DIRECTIVES = /^(?:none|noindex|nosnippet|max-snippet\s*:\s*0)$/;
/** `noai` and `noimageai` were made to keep works out of training sets. */
const TRAINING_DIRECTIVES = /^(?:noai|noimageai)$/;
const SCOPE = /^([a-z][a-z0-9_-]*)\s*:\s*(.+)$/;
/** Directives with a value, which look like an agent and its directive. */
const VALUED = new Set(['max-snippet', 'max-image-preview', 'max-video-preview']);
const EVERYBODY = new Set(['robots', '*', PRODUCT_TOKEN.toLowerCase()]);

/** Whether the body may not be used. */
export function isHonoured(tier: OptOutTier, posture: OptOutPosture): boolean {
  return tier === 1 || (tier === 2 && posture === 'broad');
}

/** Of several the strictest, with every place that says anything. */
export function joinOptOuts(all: readonly OptOut[]): OptOut {
  const said = all.filter(({ tier }) => tier > 0);
  const tier = said.some((one) => one.tier === 1) ? 1 : said.length > 0 ? 2 : 0;
  return { tier, signals: [...new Set(said.flatMap(({ signals }) => signals))] };
}

/** The crawlers of AI services that a robots.txt names and keeps from the page. */
export function robotsOptOut(forbiddenAgents: readonly string[]): OptOut {
  return joinOptOuts(
    forbiddenAgents.flatMap((token) => {
      const known = AI_AGENTS.get(token);
      return known ? [{ tier: known.tier, signals: [`robots.txt (${known.name})`] }] : [];
    }),
  );
}

/** The lines of `X-Robots-Tag`. A line may begin with the crawler that it is for. */
export function robotsTagOptOut(lines: readonly string[]): OptOut {
  return joinOptOuts(
    lines.flatMap((line) => {
      let asked = 'robots';
      return line.split(',').map((part) => {
        const text = part.trim().toLowerCase();
        const [, scope = '', rest = ''] = SCOPE.exec(text) ?? [];
        const isScoped = scope !== '' && !VALUED.has(scope) && scope !== 'unavailable_after';
        if (isScoped) asked = scope;
        return directiveOptOut(asked, isScoped ? rest : text, 'X-Robots-Tag');
      });
    }),
  );
}

/** `<meta name="robots" content="…">`, or one that names a crawler. */
export function metaOptOut(metas: readonly { agent: string; content: string }[]): OptOut {
  return joinOptOuts(
    metas.flatMap(({ agent, content }) =>
      content
        .toLowerCase()
        .split(',')
        .map((part) => directiveOptOut(agent, part.trim(), 'meta robots')),
    ),
  );
}

/** What is asked of everybody, or of us, holds as it says; what is asked of another AI's crawler
 * shows what is thought of its kind. What is asked of a search engine is its own affair. */
function directiveOptOut(asked: string, directive: string, place: string): OptOut {
  const isRetrieval = RETRIEVAL_DIRECTIVES.test(directive);
  if (!isRetrieval && !TRAINING_DIRECTIVES.test(directive)) return NO_OPT_OUT;
  if (EVERYBODY.has(asked)) {
    return { tier: isRetrieval ? 1 : 2, signals: [`${place}: ${directive}`] };
  }
  const other = AI_AGENTS.get(asked);
  if (!other) return NO_OPT_OUT;
  return { tier: other.tier, signals: [`${place}: ${other.name}: ${directive}`] };
}

/** The TDM Reservation Protocol (W3C community group, 2022): `1` reserves text and data mining. */
export function tdmOptOut(reservation: string, place: string): OptOut {
  return reservation.trim() === '1'
    ? { tier: 2, signals: [`TDM reservation (${place})`] }
    : NO_OPT_OUT;
}
