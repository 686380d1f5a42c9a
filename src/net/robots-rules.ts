import robotsParser from 'robots-parser';

/** The product token that site owners address us by. */
export const PRODUCT_TOKEN = 'SondeBot';

export interface RobotsRules {
  allows(url: URL): boolean;
  /** About how much memory the rules take. */
  readonly size: number;
}

const LINE = /^\s*(user-agent|allow|disallow)\s*:\s*([^#]*)/i;

/** Matching a path costs about two nanoseconds for each of these: one for each rule and character of
 * the path, and one more for each character of a rule with a wildcard. A file and a path made to
 * multiply would hold up the process for seconds: past 0.1 s, the page counts as disallowed. */
const MAX_MATCHING_STEPS = 50_000_000;

/**
 * The rules of a robots.txt (RFC 9309) for us. The library matches them; it is given our own group
 * only, because it stores each rule once for each agent named, and a file that names thousands
 * would fill the memory.
 */
export function parseRobots(origin: string, text: string): RobotsRules {
  const rules = ownRules(text);
  const robots = robotsParser(`${origin}/robots.txt`, ['User-agent: *', ...rules].join('\n'));
  const stepsPerCharacter = rules.length + totalLength(rules.filter((rule) => rule.includes('*')));
  return {
    size: totalLength(rules),
    allows(url) {
      const pathLength = url.pathname.length + url.search.length;
      if (stepsPerCharacter * pathLength > MAX_MATCHING_STEPS) return false;
      return robots.isAllowed(url.href) !== false;
    },
  };
}

/** The groups that name us, else those for everybody. Several groups of one agent are one group
 * (RFC 9309, 2.2.1). */
function ownRules(text: string): string[] {
  const ours: string[] = [];
  const everybodys: string[] = [];
  let isOurs = false;
  let isEverybodys = false;
  let isNamed = false;
  let inAgents = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, field = '', value = ''] = LINE.exec(line) ?? [];
    if (field.toLowerCase() === 'user-agent') {
      const agent = value.trim().split('/', 1)[0]?.trim().toLowerCase();
      isOurs = (inAgents && isOurs) || agent === PRODUCT_TOKEN.toLowerCase();
      isEverybodys = (inAgents && isEverybodys) || agent === '*';
      isNamed ||= isOurs;
      inAgents = true;
    } else if (field !== '') {
      const rule = `${field}: ${value.trim()}`;
      if (isOurs) ours.push(rule);
      if (isEverybodys) everybodys.push(rule);
      inAgents = false;
    }
  }
  return isNamed ? ours : everybodys;
}

function totalLength(lines: string[]): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}
