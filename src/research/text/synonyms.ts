import { terms } from './terms';

/** Words of one line ask for, and state, the same thing. */
const GROUPS = [
  'born birth birthdate birthplace',
  'died die death deceased killed',
  'built build builder constructed construction completed erected',
  'founded found founder established establishment formed created started inception launched opened',
  'located location situated lies headquartered based',
  'directed director',
  'written wrote writer author',
  'produced producer',
  'artist band singer musician rapper performed recorded duo',
  'married wife husband spouse',
  'released published release',
  'opened opening inaugurated',
  'begin began begun start started commenced',
  'sell sold',
  'lead led leader',
  'hold held',
  'buy bought acquired purchased',
  'teach taught teacher',
  'painted painter paint',
  'attend attended studied graduated educated',
  'become became',
  'invent inventor invention',
  'discover discoverer discovery',
  'population inhabitants residents people populous',
  'length long',
  'height tall high',
  'sport league player footballer played',
  'member membership',
  'occupation profession works',
  'capital seat',
  'nickname nicknamed',
  'genre style',
  'designed architect designer',
  'won winner victory champion',
  'played starred role portrayed actor',
  'harm damage hurt injure kill lost loss losses toxic poison threaten dangerous increases',
  'ban banned forbidden forbid prohibited prohibit outlawed',
  'cost costs price priced estimated estimates paid',
  'count counted found recorded',
  'supply supplies supplied provide provides provided serve serves',
  'cause caused causes because reason due',
  'close closed shut',
  'employ employs employees staff workers',
  'heavy heavier tonnes weight weighs',
  'deep depth deepest',
  'wide width',
  'fast speed',
  'expensive cost price',
  'own owns owner owned belongs',
  'recharge recharged rechargeable',
];

const BY_TERM = new Map<string, string[]>();
for (const group of GROUPS) {
  const members = [...new Set(terms(group))];
  for (const member of members) {
    const others = members.filter((other) => other !== member);
    BY_TERM.set(member, [...(BY_TERM.get(member) ?? []), ...others]);
  }
}

/** The terms that may stand for a term, itself not among them. */
export function synonyms(term: string): readonly string[] {
  return BY_TERM.get(term) ?? [];
}

const OPPOSITES = [
  ['increase', 'decrease'],
  ['increased', 'reduced'],
  ['rise', 'fall'],
  ['rose', 'fell'],
  ['grew', 'shrank'],
  ['higher', 'lower'],
  ['largest', 'smallest'],
  ['larger', 'smaller'],
  ['longest', 'shortest'],
  ['first', 'last'],
  ['before', 'after'],
  ['north', 'south'],
  ['east', 'west'],
  ['northern', 'southern'],
  ['eastern', 'western'],
  ['safe', 'dangerous'],
  ['safe', 'unsafe'],
  ['legal', 'illegal'],
  ['possible', 'impossible'],
  ['true', 'false'],
  ['accepted', 'rejected'],
  ['alive', 'dead'],
  ['won', 'lost'],
  ['opened', 'closed'],
  ['warmer', 'colder'],
  ['better', 'worse'],
  ['effective', 'ineffective'],
  ['success', 'failure'],
  ['guilty', 'innocent'],
  ['acquitted', 'convicted'],
  ['allowed', 'forbidden'],
  ['always', 'never'],
  ['public', 'private'],
] as const;

const OPPOSITE_OF = new Map<string, Set<string>>();
for (const [left, right] of OPPOSITES) {
  const [a, b] = [terms(left)[0], terms(right)[0]];
  if (!a || !b) continue;
  OPPOSITE_OF.set(a, (OPPOSITE_OF.get(a) ?? new Set()).add(b));
  OPPOSITE_OF.set(b, (OPPOSITE_OF.get(b) ?? new Set()).add(a));
}

interface Terms {
  has(term: string): boolean;
  keys(): Iterable<string>;
}

/**
 * True when each of two texts holds a term that the other does not, and one of these denies the
 * other where the rest is alike.
 */
export function holdOpposites(left: Terms, right: Terms): boolean {
  for (const term of left.keys()) {
    const opposites = OPPOSITE_OF.get(term);
    if (!opposites || right.has(term)) continue;
    for (const other of opposites) if (right.has(other) && !left.has(other)) return true;
  }
  return false;
}
