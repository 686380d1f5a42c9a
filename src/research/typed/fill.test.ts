import { describe, expect, test } from 'bun:test';
import type { Page, TypedOutput } from '../types';
import { fillTyped } from './fill';
import { finding, page } from './fixtures';
import { checkResponseSchema, validateTyped } from './schema';

type Properties = Record<string, unknown>;
const required = (properties: Properties) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const nullable = (type: string, more = {}) => ({ type: [type, 'null'], ...more });
const string = { type: 'string' };
const integer = { type: 'integer' };
const number = { type: 'number' };
const boolean = { type: 'boolean' };
const date = { type: 'string', format: 'date' };

const LAPTOP = page(
  1,
  `The Nimbus 14 is a lightweight laptop made by Acme Computers. The Nimbus 14 weighs 1.2 kg and is 31 cm wide, and it costs $1,299. ` +
    `It has 16 GB of memory and the battery lasts 18 hours. The laptop is not waterproof, but it supports Bluetooth. ` +
    `It was released on 12 March 2023. It is available in silver, midnight blue and red.`,
);
const ACME = page(
  1,
  `Acme Robotics was founded in 1999 by Jane Doe and Bob Lee. The company is headquartered in Austin, Texas. ` +
    `Acme Robotics has 1,200 employees in 30 countries. Its CEO is Maria Gómez. Revenue reached $8.3 million in 2022. ` +
    `Visit https://acme.example.com/about or write to press@acme.example.com for more.`,
);
const EINSTEIN = page(
  1,
  `Albert Einstein (14 March 1879 – 18 April 1955) was a theoretical physicist. Einstein was born in Ulm. ` +
    `He received the 1921 Nobel Prize in Physics. He married Mileva Marić in 1903.`,
);
const TREATY = page(
  1,
  `The Treaty of Lindau was signed on 3 May 1951 in Lindau. It entered into force on 1 January 1953. ` +
    `The signatories were France, Austria and Italy. The treaty has 48 articles. The treaty is still in force.`,
);
const DRUG = page(
  1,
  `Veloxan is indicated for the treatment of migraine. The usual dose is 50 mg. The maximum daily dose of Veloxan is 200 mg. ` +
    `Common side effects include nausea, headache and dizziness. Veloxan has a half-life of 6.5 hours. ` +
    `Veloxan requires a prescription. It was approved by the FDA in 2011.`,
);
const BENCHMARK = page(
  1,
  `On the MMLU benchmark, Orion scored 86.4% and Lyra scored 78.5%. Training of Orion used 1.5 trillion tokens.`,
);
const EVENT = page(
  1,
  `The Glass Summit 2024 takes place in Lisbon from 5 to 7 May 2024. More than 3,500 people attended the summit last time. ` +
    `Tickets cost €450. The keynote speaker is Ada Müller. The summit opens on 5 May 2024 at 09:30 UTC.`,
);
const UNICODE = page(
  1,
  `Škoda Auto má sídlo. Zürich is the largest city of Switzerland. São Paulo's mayor is Élodie Ångström. 😀 The population of Zürich is 443,000.`,
);

interface Case {
  name: string;
  question: string;
  pages: Page[];
  properties: Properties;
  expected: unknown;
}

const CASES: Case[] = [
  {
    name: 'a product: price, weight, width and memory each take their own number',
    question: 'What are the specifications of the Nimbus 14?',
    pages: [LAPTOP],
    properties: {
      price: number,
      weight_kg: number,
      width_cm: integer,
      memory_gb: integer,
      battery_hours: number,
    },
    expected: { price: 1299, weight_kg: 1.2, width_cm: 31, memory_gb: 16, battery_hours: 18 },
  },
  {
    name: 'a weight in grams is converted from kilograms exactly',
    question: 'How heavy is the Nimbus 14?',
    pages: [LAPTOP],
    properties: { weight_grams: integer },
    expected: { weight_grams: 1200 },
  },
  {
    name: 'booleans are affirmed or denied by the sentence',
    question: 'Nimbus 14 features',
    pages: [LAPTOP],
    properties: {
      is_waterproof: boolean,
      supports_bluetooth: boolean,
      has_touchscreen: nullable('boolean'),
    },
    expected: { is_waterproof: false, supports_bluetooth: true, has_touchscreen: null },
  },
  {
    name: 'a release date is written as ISO, a manufacturer is the maker named',
    question: 'When was the Nimbus 14 released and who makes it?',
    pages: [LAPTOP],
    properties: { release_date: date, manufacturer: string, name: string },
    expected: { release_date: '2023-03-12', manufacturer: 'Acme Computers', name: 'Nimbus 14' },
  },
  {
    name: 'a list of colours',
    question: 'Which colours does the Nimbus 14 come in?',
    pages: [LAPTOP],
    properties: { colors: { type: 'array', items: string } },
    expected: { colors: ['silver', 'midnight blue', 'red'] },
  },
  {
    name: 'a currency of an enum by its symbol',
    question: 'What does the Nimbus 14 cost?',
    pages: [LAPTOP],
    properties: { price: required({ amount: number, currency: { enum: ['USD', 'EUR'] } }) },
    expected: { price: { amount: 1299, currency: 'USD' } },
  },
  {
    name: 'a company: founders, year, place, head count and chief',
    question: 'Tell me about Acme Robotics',
    pages: [ACME],
    properties: {
      founders: { type: 'array', items: string },
      founded: integer,
      headquarters: string,
      employee_count: integer,
      ceo: string,
      revenue_usd: number,
    },
    expected: {
      founders: ['Jane Doe', 'Bob Lee'],
      founded: 1999,
      headquarters: 'Austin, Texas',
      employee_count: 1200,
      ceo: 'Maria Gómez',
      revenue_usd: 8_300_000,
    },
  },
  {
    name: 'addresses of the web and of mail',
    question: 'How to reach Acme Robotics?',
    pages: [ACME],
    properties: {
      website: { type: 'string', format: 'uri', description: 'Address to visit' },
      contact_email: { type: 'string', format: 'email', title: 'Write to' },
    },
    expected: {
      website: 'https://acme.example.com/about',
      contact_email: 'press@acme.example.com',
    },
  },
  {
    name: 'a person: life span, birthplace and spouse',
    question: 'Who was Albert Einstein?',
    pages: [EINSTEIN],
    properties: {
      birth_date: date,
      death_date: date,
      birthplace: string,
      spouse: string,
      year_of_death: integer,
    },
    expected: {
      birth_date: '1879-03-14',
      death_date: '1955-04-18',
      birthplace: 'Ulm',
      spouse: 'Mileva Marić',
      year_of_death: 1955,
    },
  },
  {
    name: 'a description is what the text says the subject is',
    question: 'Who was Albert Einstein?',
    pages: [EINSTEIN],
    properties: { description: string },
    expected: { description: 'a theoretical physicist' },
  },
  {
    name: 'a treaty: dates of two events, signatories and articles',
    question: 'When was the Treaty of Lindau signed?',
    pages: [TREATY],
    properties: {
      date_signed: date,
      entry_into_force: date,
      place_of_signature: string,
      signatories: { type: 'array', items: string, minItems: 2 },
      articles: integer,
      status: { enum: ['in_force', 'terminated'] },
    },
    expected: {
      date_signed: '1951-05-03',
      entry_into_force: '1953-01-01',
      place_of_signature: 'Lindau',
      signatories: ['France', 'Austria', 'Italy'],
      articles: 48,
      status: 'in_force',
    },
  },
  {
    name: 'a drug: the maximum is not the usual dose',
    question: 'What is the dosage of Veloxan?',
    pages: [DRUG],
    properties: {
      max_daily_dose_mg: number,
      dose: string,
      half_life_hours: number,
      side_effects: { type: 'array', items: string },
      requires_prescription: boolean,
      indication: string,
      approval_year: integer,
    },
    expected: {
      max_daily_dose_mg: 200,
      dose: '50 mg',
      half_life_hours: 6.5,
      side_effects: ['nausea', 'headache', 'dizziness'],
      requires_prescription: true,
      indication: 'treatment of migraine',
      approval_year: 2011,
    },
  },
  {
    name: 'an array of objects: one item a clause',
    question: 'How do models score on MMLU?',
    pages: [BENCHMARK],
    properties: { results: { type: 'array', items: required({ model: string, score: number }) } },
    expected: {
      results: [
        { model: 'Orion', score: 86.4 },
        { model: 'Lyra', score: 78.5 },
      ],
    },
  },
  {
    name: 'a share between 0 and 1 is what a maximum of 1 asks for',
    question: 'What did Lyra score?',
    pages: [page(1, 'Lyra scored 78.5% on the test.')],
    properties: { score: { type: 'number', minimum: 0, maximum: 1 } },
    expected: { score: 0.785 },
  },
  {
    name: 'scales are written out',
    question: 'How many tokens was Orion trained on?',
    pages: [BENCHMARK],
    properties: { training_tokens: integer },
    expected: { training_tokens: 1_500_000_000_000 },
  },
  {
    name: 'an event: both ends of a range, venue, price and speaker',
    question: 'When and where is the Glass Summit 2024?',
    pages: [EVENT],
    properties: {
      city: string,
      start_date: date,
      end_date: date,
      attendees: integer,
      ticket_price_eur: number,
      keynote_speaker: string,
      opens_at: { type: 'string', format: 'date-time' },
    },
    expected: {
      city: 'Lisbon',
      start_date: '2024-05-05',
      end_date: '2024-05-07',
      attendees: 3500,
      ticket_price_eur: 450,
      keynote_speaker: 'Ada Müller',
      opens_at: '2024-05-05T09:30:00Z',
    },
  },
  {
    name: 'names with marks and letters of any script',
    question: 'Who is the mayor of São Paulo, and how large is Zürich?',
    pages: [UNICODE],
    properties: { mayor: string, population: integer },
    expected: { mayor: 'Élodie Ångström', population: 443_000 },
  },
  {
    name: 'a field of which nothing is said is null',
    question: 'Nimbus 14',
    pages: [LAPTOP],
    properties: {
      warranty_years: nullable('integer'),
      designer: { anyOf: [string, { type: 'null' }] },
    },
    expected: { warranty_years: null, designer: null },
  },
  {
    name: 'the price of another product is no evidence',
    question: 'What does the Zephyr 9 cost?',
    pages: [LAPTOP],
    properties: { price: nullable('number') },
    expected: { price: null },
  },
  {
    name: 'a month and a year make no date',
    question: 'When was Atlas released?',
    pages: [page(1, 'Atlas was released in March 2021.')],
    properties: {
      release_date: nullable('string', { format: 'date' }),
      released: nullable('string'),
    },
    expected: { release_date: null, released: 'March 2021' },
  },
  {
    name: 'a date that reads in two ways is not used',
    question: 'When was Atlas released?',
    pages: [page(1, 'Atlas was released on 03/04/2021.')],
    properties: { release_date: nullable('string', { format: 'date' }) },
    expected: { release_date: null },
  },
  {
    name: 'a range is not one number, but its low end is a minimum',
    question: 'What is the dose of Veloxan?',
    pages: [page(1, 'The recommended dose of Veloxan is 5 to 10 mg.')],
    properties: { dose_mg: nullable('number'), min_dose_mg: nullable('number') },
    expected: { dose_mg: null, min_dose_mg: 5 },
  },
  {
    name: 'a year is not a count',
    question: 'How many employees does Acme have?',
    pages: [page(1, 'Acme hired its first employees in 1999.')],
    properties: { employees: nullable('integer') },
    expected: { employees: null },
  },
  {
    name: 'what is conditional or asked affirms nothing',
    question: 'Is Atlas recyclable?',
    pages: [page(1, 'Is Atlas recyclable? It is unclear whether Atlas is recyclable.')],
    properties: { recyclable: nullable('boolean') },
    expected: { recyclable: null },
  },
  {
    name: 'an enum member that is denied is not chosen',
    question: 'What is the status of Atlas?',
    pages: [page(1, 'The status of Atlas is not active.')],
    properties: { status: { enum: ['active', 'discontinued', null] } },
    expected: { status: null },
  },
  {
    name: 'a number outside its bounds is passed over',
    question: 'How many floors does the Vega Tower have?',
    pages: [page(1, 'The Vega Tower has 900 floors in the story, and 42 floors in the city.')],
    properties: { floors: { type: 'integer', maximum: 200 } },
    expected: { floors: 42 },
  },
  {
    name: 'numbers in words',
    question: 'How many members has the council?',
    pages: [page(1, 'The council has twenty-five members.')],
    properties: { members: integer },
    expected: { members: 25 },
  },
  {
    name: 'the only field is found by the question when its name says nothing',
    question: 'How many moons does Jupiter have?',
    pages: [page(1, 'Jupiter has 95 moons.')],
    properties: { answer: integer },
    expected: { answer: 95 },
  },
  {
    name: 'the only field is found by the question when no sentence has its words',
    question: 'How many people inhabit Mondas?',
    pages: [page(1, 'About 4.2 million people inhabit Mondas.')],
    properties: { demographic_total: integer },
    expected: { demographic_total: 4_200_000 },
  },
  {
    name: 'a spec sheet of labelled lines',
    question: 'Zephyr 15 Pro price and specs',
    pages: [
      page(
        1,
        '# Zephyr 15 Pro\n\nPrice: $999\nDisplay: 6.1-inch OLED\nWeight: 187 g\nStorage: 128 GB\nColors: Black, Sea Blue\nRelease date: September 22, 2023\nWaterproof: yes',
      ),
    ],
    properties: {
      price_usd: number,
      display: string,
      weight_g: number,
      storage: string,
      colors: { type: 'array', items: string },
      release_date: date,
      waterproof: boolean,
    },
    expected: {
      price_usd: 999,
      display: '6.1-inch OLED',
      weight_g: 187,
      storage: '128 GB',
      colors: ['Black', 'Sea Blue'],
      release_date: '2023-09-22',
      waterproof: true,
    },
  },
  {
    name: 'items that the question names, with what each sentence says of its own',
    question: 'Compare Orion 3 and Lyra 7B',
    pages: [
      page(
        1,
        'Orion 3 has 70 billion parameters and was released by Meteor on April 18, 2024. Lyra 7B has 7.3 billion parameters and was released by Zonda on September 27, 2023.',
      ),
    ],
    properties: {
      models: {
        type: 'array',
        items: required({ name: string, parameters: integer, release_date: date }),
      },
    },
    expected: {
      models: [
        { name: 'Orion 3', parameters: 70_000_000_000, release_date: '2024-04-18' },
        { name: 'Lyra 7B', parameters: 7_300_000_000, release_date: '2023-09-27' },
      ],
    },
  },
  {
    name: 'what a number counts is the noun behind it',
    question: 'How many visitors has the Vega Tower?',
    pages: [
      page(
        1,
        'The Vega Tower has three levels for visitors. In 2022, it was visited by 5,889,000 people.',
      ),
    ],
    properties: { visitors: integer, levels: integer },
    expected: { visitors: 5_889_000, levels: 3 },
  },
  {
    name: 'an adjective of nationality is not whom she married',
    question: 'Marie Curie biography',
    pages: [
      page(
        1,
        'Marie Curie (7 November 1867 – 4 July 1934) was a chemist. In 1895 she married the French physicist Pierre Curie.',
      ),
    ],
    properties: { spouse: string, born: string, death_year: integer },
    expected: { spouse: 'Pierre Curie', born: '7 November 1867', death_year: 1934 },
  },
  {
    name: 'a capital, a passive and an apposition',
    question: 'Facts about Freedonia',
    pages: [
      page(
        1,
        'The capital of Freedonia is Sylvan. Its anthem was composed by Otto Kern. Lina Park, the president of Freedonia, resigned.',
      ),
    ],
    properties: { capital: string, composer: string, president: string },
    expected: { capital: 'Sylvan', composer: 'Otto Kern', president: 'Lina Park' },
  },
  {
    name: 'a phrase over a broken line',
    question: 'What is the seat of the Grid Inspectorate?',
    pages: [page(1, 'The seat of the Grid Inspectorate is the old customs\nhouse of Vessby.')],
    properties: { seat: string },
    expected: { seat: 'old customs house of Vessby' },
  },
  {
    name: 'a list under its heading',
    question: 'What does Veloxan contain?',
    pages: [
      page(1, 'Veloxan\n\nIngredients:\n\n- lactose\n- corn starch\n- talc\n\nStore below 25 °C.'),
    ],
    properties: { ingredients: { type: 'array', items: string, maxItems: 2 } },
    expected: { ingredients: ['lactose', 'corn starch'] },
  },
  {
    name: 'a pattern picks the code that fits',
    question: 'What is the ISBN of Deep Water?',
    pages: [page(1, 'Deep Water, ISBN 978-3-16-148410-0, was published in 2009.')],
    properties: { isbn: { type: 'string', pattern: '^[0-9]+(-[0-9]+)*$' } },
    expected: { isbn: '978-3-16-148410-0' },
  },
  {
    name: 'names that every object inherits are names like others',
    question: 'Who is the constructor of the Lotus 25?',
    pages: [page(1, 'The constructor of the Lotus 25 is Colin Chapman.')],
    properties: { constructor: string, toString: nullable('string') },
    expected: { constructor: 'Colin Chapman', toString: null },
  },
];

function expectProven(pages: readonly Page[], output: TypedOutput): void {
  for (const { quotes, confidence } of output.basis) {
    expect(quotes.length).toBeGreaterThan(0);
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThan(1);
    for (const quote of quotes) {
      const from = pages.find((one) => one.source === quote.source);
      expect(from?.text.slice(quote.start, quote.end)).toBe(quote.text);
    }
  }
}

describe('fillTyped', () => {
  for (const { name, question, pages, properties, expected } of CASES) {
    test(name, () => {
      const schema = required(properties);
      checkResponseSchema(schema);
      const output = fillTyped({ schema, question, pages, findings: [] });
      expect(output).toMatchObject({ typed: expected as never, error: null });
      expect(output.typed).toEqual(expected);
      expect(validateTyped(schema, output.typed)).toEqual([]);
      expectProven(pages, output);
    });
  }

  test('two sources that agree are surer than one, and both are quoted', () => {
    const schema = required({ employees: integer });
    const one = page(1, 'Acme has 1,200 employees.');
    const two = page(2, 'In total, the staff of Acme is 1,200 people. Acme is old.');
    const ask = (pages: Page[]) =>
      fillTyped({ schema, question: 'How many employees has Acme?', pages, findings: [] });
    const [alone] = ask([one]).basis;
    const [both] = ask([one, two]).basis;
    expect(both!.quotes.map((quote) => quote.source).sort()).toEqual([1, 2]);
    expect(both!.confidence).toBeGreaterThan(alone!.confidence);
  });

  test('when sources disagree the value of most sources wins, at a lower confidence', () => {
    const schema = required({ height_m: number });
    const texts = [
      'Vega Tower is 310 m tall.',
      'Vega Tower is 320 m tall.',
      'The Vega Tower rises to a height of 320 m.',
    ];
    const ask = (count: number) =>
      fillTyped({
        schema,
        question: 'How tall is the Vega Tower?',
        pages: texts.slice(0, count).map((text, at) => page(at + 1, text)),
        findings: [],
      });
    expect(ask(3).typed).toEqual({ height_m: 320 });
    expect(ask(3).basis[0]!.confidence).toBeLessThanOrEqual(0.65);
    expect(ask(2).basis[0]!.confidence).toBeLessThanOrEqual(0.5);
  });

  test('a copied sentence is one source', () => {
    const schema = required({ height_m: number });
    const pages = [1, 2].map((source) => page(source, 'Vega Tower is 310 m tall.'));
    const output = fillTyped({ schema, question: 'How tall is Vega Tower?', pages, findings: [] });
    expect(output.basis[0]!.quotes).toHaveLength(1);
  });

  test('a finding is heard before a mere sentence', () => {
    const pages = [page(1, 'Vega Tower is 310 m tall.'), page(2, 'Vega Tower is 320 m tall.')];
    const schema = required({ height_m: number });
    const findings = [finding(pages[1]!, 'Vega Tower is 320 m tall.')];
    const output = fillTyped({ schema, question: 'How tall is Vega Tower?', pages, findings });
    expect(output.typed).toEqual({ height_m: 320 });
  });

  test('required fields without evidence are named by pointer, and nothing is returned', () => {
    const schema = required({
      price: number,
      maker: required({ name: string, 'a/b~c': integer }),
      warranty_years: integer,
    });
    const output = fillTyped({ schema, question: 'Nimbus 14', pages: [LAPTOP], findings: [] });
    expect(output.typed).toBeNull();
    expect(output.basis).toEqual([]);
    expect(output.error).toContain('/warranty_years');
    expect(output.error).toContain('/maker/a~1b~0c');
    expect(output.error).not.toContain('/price');
  });

  test('optional fields without evidence are left out', () => {
    const schema = { type: 'object', properties: { price: number, warranty_years: integer } };
    const output = fillTyped({ schema, question: 'Nimbus 14', pages: [LAPTOP], findings: [] });
    expect(output.typed).toEqual({ price: 1299 });
  });

  test('$ref, $defs and allOf are resolved', () => {
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'https://client.example/laptop.json',
      $ref: '#/definitions/laptop',
      definitions: {
        money: { type: 'number', exclusiveMinimum: 0 },
        laptop: {
          allOf: [
            { type: 'object', properties: { price: { $ref: '#/definitions/money' } } },
            { properties: { weight_kg: { $ref: '#/definitions/money' } }, required: ['weight_kg'] },
          ],
        },
      },
    };
    checkResponseSchema(schema);
    const output = fillTyped({ schema, question: 'Nimbus 14', pages: [LAPTOP], findings: [] });
    expect(output.typed).toEqual({ price: 1299, weight_kg: 1.2 });
  });

  test('what the schema forbids in other ways is not returned', () => {
    const schema = {
      ...required({ price: number }),
      not: { properties: { price: { const: 1299 } } },
    };
    const output = fillTyped({ schema, question: 'Nimbus 14', pages: [LAPTOP], findings: [] });
    expect(output.typed).toBeNull();
    expect(output.error).toContain('does not satisfy');
  });

  test('a quote of a paged source names its page', () => {
    const text = 'Nothing here.\n\nVega Tower is 310 m tall.';
    const pages = [page(1, text, { pageStarts: [0, 15] })];
    const schema = required({ height_m: number });
    const output = fillTyped({ schema, question: 'How tall is Vega Tower?', pages, findings: [] });
    expect(output.basis[0]!.quotes[0]!.page).toBe(2);
  });

  test('no pages, no evidence', () => {
    const schema = required({ price: nullable('number') });
    const output = fillTyped({ schema, question: '', pages: [], findings: [] });
    expect(output).toEqual({ typed: { price: null }, error: null, basis: [] });
  });
});
