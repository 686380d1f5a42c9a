import { stemOf, wordsOf } from './words';

/** What a field's words say about the form of its value. */
export type Role =
  | 'person'
  | 'organisation'
  | 'place'
  | 'name'
  | 'definition'
  | 'date'
  | 'year'
  | 'currency'
  | 'text';

/** Each line is one class: any of these phrases speaks of what any other one asks for. */
const CLASSES = `
ceo, chief executive, chief executive officer
cfo, chief financial officer
cto, chief technology officer
founder, cofounder, co-founder, founded, founding, started, set up, co-founded
author, writer, written, wrote, authored
founded, established, founding, foundation, incorporated, inception, formed, set up, started
released, release, launched, launch, introduced, published, came out, debuted, went on sale, unveiled
published, publication, publisher, released
price, cost, costs, priced, sells for, retails, msrp, fee, sold for, starts at
headquarters, headquartered, head office, hq, based, located
population, inhabitants, residents, people live, populated, populous
birth, born, birthplace, birthdate, birthday
death, died, dies, dead, passed away
height, tall, high, rises, elevation, altitude
length, long
width, wide
depth, deep, thickness, thick
weight, weighs, weigh, heavy, weighing, mass
age, old, aged
employees, employee, staff, workers, workforce, employs, headcount, employed
revenue, revenues, sales, turnover
profit, net income, earnings, earned
location, located, venue, place, held in, takes place, took place, situated
venue, held at, held in, takes place, took place, hosted
dose, dosage, dosing, doses
side effects, adverse effects, adverse reactions, side effect, undesirable effects
indication, indications, indicated, used to treat, treats, treatment of, prescribed for, used for
contraindications, contraindicated, should not be used, should not take, must not be taken
manufacturer, maker, manufactured, made by, produced by, built by, makes, manufactures, producer
developer, developed, created by, built by, develops
creator, created, invented, designed
inventor, invented, invention
director, directed, directs, filmmaker
designer, designed, designs
architect, designed, architects
composer, composed, wrote the music
winner, won, wins, winning, champion, awarded to
runner up, second place, finished second, came second
score, scored, scores, accuracy, achieves, achieved, reached, obtains
accuracy, accurate, score
attendance, attended, attendees, visitors, spectators, participants, attracted
attendees, attended, participants, delegates
capacity, holds, seats, accommodates, capacities
speed, fast, velocity
battery, battery life, charge
life, lasts, lifetime, lasting
duration, lasts, lasted, runs for, lasting, long
area, covers, square
start, starts, began, begins, started, beginning, opens, opened, commenced, kicks off, from
end, ends, ended, concluded, concludes, finished, closes, closed, until
signed, signing, signature, concluded
signatories, signatory, signed, parties, signers
ratified, ratification, ratifies
entry force, entered into force, came into force, entry into force, took effect, in force, effective
treaty, agreement, convention, accord
discovery, discovered, discoverer
introduction, introduced
adoption, adopted
creation, created
completion, completed, finished
construction, constructed, built
election, elected
discontinuation, discontinued
visitors, visited
parameters, parameter
license, licence, licensed, licenced
language, languages, written in, spoken
spouse, wife, husband, married
children, child, sons, daughters
educated, education, studied, graduated, alma mater, university, degree
nationality, citizen, citizenship
occupation, profession, worked as
acquired, acquisition, bought, purchased, takeover
acquirer, acquired by, bought by, purchased by
investors, investor, backed by, funded by, invested
funding, raised, funds, investment, round
competitors, competitor, rivals, competes with
colors, colours, color, colour, available in
features, feature, includes, offers, comes with
ingredients, ingredient, contains, made from, made with, made of
material, materials, made of, made from, constructed of, built of
purpose, aims, aim, goal, intended, designed to, seeks to
cause, caused, causes, due to
mechanism, works by, mode of action, acts by, action, inhibits, inhibiting
warranty, guarantee, guaranteed
storage, memory, ssd
deaths, killed, died, fatalities, casualties, dead
injured, injuries, wounded
members, member, membership
organizer, organiser, organized, organised, hosted by
host, hosted, hosts
keynote, keynote speaker
speaker, speakers, spoke, talk by
url, website, web site, site, homepage, home page, available at, visit
email, e-mail, mail, contact
phone, telephone, call
half life, elimination half
route, administered, administration
approved, approval, approves
waterproof, water resistant, watertight
owner, owned, owns
parent, parent company, subsidiary of, owned by
subsidiaries, subsidiary, owns
successor, succeeded, replaced by
predecessor, preceded, replaced
capital, capital city
country, countries, nation
city, town
status, currently
topic, subject, theme, focus
maximum, max, up to, at most, no more than, exceed, highest, upper limit
minimum, min, at least, no less than, lowest, lower limit
average, mean, typical, typically, on average
total, altogether, in total, overall, combined
free, free of charge, no cost, gratis
active, still operates, operating, in operation
`;

/** Words that say of what form a value is, or nothing: alone they make no evidence. */
const LIGHT = `name names title value values number numbers count counts date dates year years day time
datetime timestamp amount quantity figure type kind text string info information detail details data
list items item id label is has have was were are be can does do did will in of the a an at on by for to
from into with and or its their iso utc full official exact current currently no num nr how what which who
when where entity object field result answer level person place city country company organization
organisation percent percentage pct rate currency unit units size`;

const ROLES: [Role, string][] = [
  ['currency', 'currency currencies'],
  [
    'person',
    `ceo cfo cto coo founder cofounder author writer director inventor president chairman chairwoman
     chair king queen leader minister mayor winner creator designer architect composer painter artist
     actor actress player coach editor discoverer spouse wife husband father mother person who
     scientist researcher investigator speaker captain laureate champion candidate governor senator
     singer poet narrator translator illustrator photographer cast attendee keynote lead founders
     runner child children engineer`,
  ],
  [
    'organisation',
    `company manufacturer maker developer publisher organization organisation employer university
     institution agency sponsor brand vendor team club studio producer parent acquirer owner
     organizer organiser host investor competitor subsidiary operator supplier customer partner
     school regulator party signatory`,
  ],
  [
    'place',
    `city country capital location place venue headquarters headquarter hq birthplace state region town
     hometown continent where province county district nation address site`,
  ],
  ['year', 'year'],
  ['date', 'date day when datetime timestamp birthday birthdate born'],
  ['definition', 'description summary definition overview abstract about'],
  [
    'name',
    'name product model title book event treaty drug award successor predecessor film movie river',
  ],
];

/** Fields whose time is when something happened, though they do not say "date". */
export const EVENT_WORDS = stemSet(
  `founded established born died released published launched signed invented discovered started ended
   opened closed ratified acquired completed created built introduced inception incorporated
   discontinued approved held began founding deadline`,
);
/** Modifiers of a figure that must be met: a maximum is no average. */
export const STRICT_MODIFIERS = stemSet('maximum max minimum min average mean');

function stemSet(words: string): ReadonlySet<string> {
  return new Set(words.split(/\s+/).map(stemOf));
}

const lightStems = stemSet(LIGHT);
const roleOfStem = new Map<string, Role>();
for (const [role, words] of ROLES) {
  for (const stem of stemSet(words)) if (!roleOfStem.has(stem)) roleOfStem.set(stem, role);
}

const classes = CLASSES.trim()
  .split('\n')
  .map((line) => line.split(', ').map((phrase) => wordsOf(phrase).map((word) => word.stem)));
const classesOfStem = new Map<string, string[][][]>();
for (const phrases of classes) {
  for (const phrase of phrases) {
    const key = phrase.join(' ');
    classesOfStem.set(key, [...(classesOfStem.get(key) ?? []), phrases]);
  }
}

/** "(14 March 1879 – 18 April 1955)": birth, then death. */
export const LIFE_SPAN =
  /\(([^()]{0,60}?\b\d{4}\b[^()]{0,40}?)\s*[–—-]\s*([^()]{0,60}?\b\d{4})\b[^()]{0,60}\)/u;
const MONTHS = '(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)';
/** "5–7 May", "May 5 to 7": a start, and an end. */
export const DATE_RANGE = new RegExp(
  `\\b\\d{1,2}\\s?(?:[–—-]|to|until)\\s?\\d{1,2}\\s${MONTHS}|\\b${MONTHS}[a-z]{0,6}\\s\\d{1,2}\\s?(?:[–—-]|to|until)\\s?\\d{1,2}\\b`,
  'i',
);

/** Words that a form implies without saying them; no word of a text has them for its stem. */
export const LIFE_SPAN_STEM = '(life span)';
export const DATE_RANGE_STEM = '(date range)';
const IMPLIED: [string, string[]][] = [
  [LIFE_SPAN_STEM, ['birth', 'born', 'birthday', 'birthdate', 'death', 'died']],
  [DATE_RANGE_STEM, ['start', 'begin', 'end']],
];
for (const [implied, words] of IMPLIED) {
  for (const stem of words.map(stemOf)) {
    classesOfStem.set(stem, [...(classesOfStem.get(stem) ?? []), [[stem], [implied]]]);
  }
}

export function isLight(stem: string): boolean {
  return lightStems.has(stem);
}

export function roleOf(stem: string): Role | undefined {
  return roleOfStem.get(stem);
}

/** The stemmed phrases of every class that `phrase` (stems joined by spaces) is in. */
export function synonymsOf(phrase: string): string[][] {
  return (classesOfStem.get(phrase) ?? []).flat();
}

const AGENT = /(?:or|er|ee|ist)s?$/;

/** `director` speaks of who directed. */
export function verbOfAgent(word: string): string | null {
  return AGENT.test(word) && word.length > 6 ? stemOf(word.replace(AGENT, '')) : null;
}
