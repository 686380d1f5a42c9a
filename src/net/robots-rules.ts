import robotsParser from 'robots-parser';

/** The product token that site owners address us by. */
export const PRODUCT_TOKEN = 'SondeBot';

export interface RobotsRules {
  allows(url: URL): boolean;
  /** Of the crawlers asked about, in lower case, those that are named and kept from the page. */
  forbiddenAmong(agents: Iterable<string>, url: URL): string[];
  /** About how much memory the rules take. */
  readonly size: number;
}

interface Group {
  agents: Set<string>;
  rules: string[];
}

const LINE = /^\s*(user-agent|allow|disallow)\s*:\s*([^#]*)/i;
const EVERYBODY = '*';

/** Matching a path costs about two nanoseconds for each of these: one for each rule and character of
 * the path, and one more for each character of a rule with a wildcard. A file and a path made to
 * multiply would hold up the process for seconds: past 0.1 s, the page counts as disallowed. */
const MAX_MATCHING_STEPS = 50_000_000;
/** No site says more of another crawler; past it, all pages count as disallowed to that one. */
const MAX_RULES_OF_OTHERS = 1_000;

/**
 * The rules of a robots.txt (RFC 9309) for us, and for the crawlers in `others`. The library matches
 * them; it is given the group of one agent only, because it stores each rule once for each agent
 * named, and a file that names thousands would fill the memory.
 */
export function parseRobots(
  origin: string,
  text: string,
  others: ReadonlySet<string> = new Set(),
): RobotsRules {
  const own = PRODUCT_TOKEN.toLowerCase();
  const groups = groupsOf(text, new Set([own, EVERYBODY, ...others]));
  const ownRules = rulesOf(groups, own) ?? rulesOf(groups, EVERYBODY) ?? [];
  const allows = matcher(origin, ownRules);
  const named = new Map<string, (url: URL) => boolean>();
  let size = totalLength(ownRules);
  for (const agent of others) {
    const rules = rulesOf(groups, agent);
    if (rules === undefined) continue;
    const isTooLong = rules.length > MAX_RULES_OF_OTHERS;
    named.set(agent, isTooLong ? () => false : matcher(origin, rules));
    if (!isTooLong) size += totalLength(rules);
  }
  return {
    size,
    allows,
    forbiddenAmong: (agents, url) =>
      [...agents].filter((agent) => named.get(agent)?.(url) === false),
  };
}

function matcher(origin: string, rules: string[]): (url: URL) => boolean {
  const robots = robotsParser(`${origin}/robots.txt`, ['User-agent: *', ...rules].join('\n'));
  const stepsPerCharacter = rules.length + totalLength(rules.filter((rule) => rule.includes('*')));
  return (url) => {
    const pathLength = url.pathname.length + url.search.length;
    if (stepsPerCharacter * pathLength > MAX_MATCHING_STEPS) return false;
    return robots.isAllowed(url.href) !== false;
  };
}

/** Several groups of one agent are one (RFC 9309, 2.2.1). Undefined when none names it. */
function rulesOf(groups: Group[], agent: string): string[] | undefined {
  const own = groups.filter(({ agents }) => agents.has(agent));
  return own.length === 0 ? undefined : own.flatMap(({ rules }) => rules);
}

/** The groups that name one of the `wanted` agents. */
function groupsOf(text: string, wanted: ReadonlySet<string>): Group[] {
  const groups: Group[] = [];
  let group: Group = { agents: new Set(), rules: [] };
  let inAgents = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, field = '', value = ''] = LINE.exec(line) ?? [];
    if (field.toLowerCase() === 'user-agent') {
      if (!inAgents) group = { agents: new Set(), rules: [] };
      const agent = value.trim().split('/', 1)[0]?.trim().toLowerCase() ?? '';
      if (wanted.has(agent)) {
        if (group.agents.size === 0) groups.push(group);
        group.agents.add(agent);
      }
      inAgents = true;
    } else if (field !== '') {
      if (group.agents.size > 0) group.rules.push(`${field}: ${value.trim()}`);
      inAgents = false;
    }
  }
  return groups;
}

function totalLength(lines: string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
