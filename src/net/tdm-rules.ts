import robotsParser from 'robots-parser';

/** Where a site keeps its reservations of text and data mining. */
export const TDM_PATH = '/.well-known/tdmrep.json';
export const MAX_TDM_BYTES = 64 * 1024;

const MAX_RULES = 200;
const MAX_LOCATION_LENGTH = 500;

/** What the file says of one address: `1`, `0`, or null when it says nothing. */
export type TdmRules = (url: URL) => string | null;

/**
 * The rules of a tdmrep.json: `location` is a pattern as in robots.txt, and the longest that fits
 * decides. What is no such file says nothing.
 */
export function parseTdmRules(origin: string, text: string): TdmRules {
  const rules = rulesOf(text).map(({ location, reservation }) => {
    const pattern = location.startsWith('/') ? location : `/${location}`;
    const robots = robotsParser(`${origin}/robots.txt`, `User-agent: *\nDisallow: ${pattern}`);
    return { pattern, reservation, fits: (url: URL) => robots.isDisallowed(url.href) === true };
  });
  rules.sort((a, b) => b.pattern.length - a.pattern.length);
  return (url) => rules.find((rule) => rule.fits(url))?.reservation ?? null;
}

function rulesOf(text: string): { location: string; reservation: string }[] {
  const list = parsedOrNull(text);
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_RULES).flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const location: unknown = Reflect.get(entry, 'location');
    const reservation: unknown = Reflect.get(entry, 'tdm-reservation');
    if (typeof location !== 'string' || location.length > MAX_LOCATION_LENGTH) return [];
    // A line break would begin a rule of its own.
    if (/[\r\n#]/.test(location)) return [];
    return [{ location, reservation: String(reservation) }];
  });
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
