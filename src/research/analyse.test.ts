import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Analysis, analyse } from './analyse';
import { plan } from './stages/plan';
import type { Finding, Page } from './types';

function pagesOf(...texts: (string | [title: string, text: string])[]): Page[] {
  return texts.map((entry, index) => {
    const [title, text] = typeof entry === 'string' ? ['', entry] : entry;
    return {
      source: index + 1,
      snapshotHash: `hash-${index}`,
      url: `https://site${index}.example/page`,
      title,
      domain: `site${index}.example`,
      text,
      pageStarts: null,
    };
  });
}

function ask(question: string, pages: Page[], critic = true): Analysis {
  const planned = plan({ question, branches: 3 });
  const searched = planned.subQuestions.map((text, subQuestion) => ({
    subQuestion,
    queries: [text],
    foundCount: 7,
    unreadCount: 2,
  }));
  return analyse({ plan: planned, pages, maxFindings: 8, critic, searched });
}

const finding = (analysis: Analysis, words: string): Finding => {
  const found = analysis.findings.find(({ quotes }) => quotes[0]?.text.includes(words));
  if (!found) throw new Error(`no finding with "${words}"`);
  return found;
};

const MILL = 'The Corran Mill stands by the river Esk.';

test('what is kept of a page from an earlier analysis changes no finding', () => {
  const texts = [
    `${MILL} The Corran Mill was built in 1784 by Ann Reid.`,
    `${MILL} The Corran Mill was built in 1790. It has two wheels.`,
    `The Corran Mill was built in 1784. Its weir was rebuilt in 1902 after the flood.`,
  ];
  const wider = (kept: string) =>
    pagesOf(...texts.map((text) => `${text} ${kept}`), 'Other words.');
  const asked = 'When was the Corran Mill built?';
  const fresh = ask(asked, wider('It is open.'));
  expect(ask(asked, wider('It is open.'))).toEqual(fresh);

  // Read before in another order, beside fewer pages and for another question.
  const later = wider('It is shut.');
  ask('How many wheels has the Corran Mill?', later.slice(0, 3).reverse());
  const replaced = JSON.stringify(fresh).replaceAll('It is open.', 'It is shut.');
  expect(JSON.stringify(ask(asked, later))).toBe(replaced);
});

describe('what is found', () => {
  test('the sentence that answers comes first, and boilerplate does not come', () => {
    const analysis = ask(
      'When was the Corran Mill built?',
      pagesOf(
        `We use cookies on Corran Mill pages. Subscribe to our newsletter. ${MILL} The Corran Mill was built in 1784 by Ann Reid. When was the Corran Mill built?`,
        'The Tarn Abbey is a ruin. Its monks kept bees.',
      ),
    );
    expect(analysis.findings[0]?.text).toBe('The Corran Mill was built in 1784 by Ann Reid.');
    expect(analysis.findings.some(({ text }) => /cookies|newsletter|bees/.test(text))).toBe(false);
    expect(analysis.gaps).toEqual([]);
  });

  test('a second step that shares no word with the question is found over its title', () => {
    const analysis = ask(
      'Where was the director of the film Silent Harbour born?',
      pagesOf(
        ['Silent Harbour', 'Silent Harbour is a 1971 drama film directed by Ines Calder.'],
        ['Ines Calder', 'Ines Calder grew up with four sisters. She was born in Dunmore.'],
        ['Tom Hale', 'Tom Hale was born in York. He sold boats.'],
        ['Boats', 'A boat was built there every year. Boats are sold in autumn.'],
      ),
    );
    const sources = analysis.findings.slice(0, 2).map(({ quotes }) => quotes[0]?.source);
    expect(sources).toEqual([1, 2]);
  });

  test('a name that has no page yet becomes a query of the next wave, unless the critic is off', () => {
    const pages = pagesOf(['Silent Harbour', 'Silent Harbour is a film directed by Ines Calder.']);
    const question = 'Where was the director of the film Silent Harbour born?';
    expect(ask(question, pages).followUps.map(({ text }) => text)).toContain('Ines Calder');
    expect(ask(question, pages, false).followUps).toEqual([]);
  });

  test('pages about something else give no finding, and the gap says where was searched', () => {
    const question = 'What is the boiling point of osmium?';
    const analysis = ask(question, pagesOf('The Tarn Abbey is a ruin. Its monks kept bees.'));
    expect(analysis.findings).toEqual([]);
    expect(analysis.gaps).toEqual([
      { subQuestion: 0, text: question, searched: [question], foundCount: 7, unreadCount: 2 },
    ]);
  });
});

describe('verdicts', () => {
  const QUESTION = 'When was the Corran Mill built?';

  test('two independent sources establish; one only reports', () => {
    const one = ask(QUESTION, pagesOf(`${MILL} The Corran Mill was built in 1784.`));
    const two = ask(
      QUESTION,
      pagesOf(
        `${MILL} The Corran Mill was built in 1784.`,
        'Historians agree: in 1784 the Corran Mill was built here.',
      ),
    );
    expect(finding(one, '1784').status).toBe('reported');
    expect(finding(two, '1784').status).toBe('established');
    expect(
      finding(two, '1784')
        .quotes.map(({ source }) => source)
        .sort(),
    ).toEqual([1, 2]);
    expect(finding(two, '1784').confidence).toBeGreaterThan(finding(one, '1784').confidence);
  });

  test('a copy, a second page of one site and a sentence quoted word by word add no voice', () => {
    const long = Array.from({ length: 12 }, (_, at) => `Line ${at} tells of flour and stones.`);
    const text = `The Corran Mill was built in 1784. ${long.join(' ')}`;
    const copied = ask(QUESTION, pagesOf(text, `${text} Shared by us.`));
    expect(copied.copies).toEqual([{ source: 2, copyOf: 1 }]);
    expect(finding(copied, '1784').status).toBe('reported');

    const site = pagesOf(
      'The Corran Mill was built in 1784.',
      'In 1784 the Corran Mill was built.',
    );
    const oneSite = site.map((page) => ({
      ...page,
      url: `https://p${page.source}.mills.example/`,
    }));
    expect(finding(ask(QUESTION, oneSite), '1784').status).toBe('reported');

    const sentence =
      'The Corran Mill was built in 1784 by Ann Reid for the weavers of the northern valley.';
    const quoted = ask(QUESTION, pagesOf(`${MILL} ${sentence}`, `A leaflet of ours. ${sentence}`));
    expect(finding(quoted, '1784').status).toBe('reported');
  });

  test('documents of the library are publishers of their own', () => {
    const library = pagesOf(
      `${MILL} The Corran Mill was built in 1784.`,
      'Historians agree: in 1784 the Corran Mill was built here.',
    ).map((page) => ({ ...page, url: `library:doc-${page.source}`, domain: '' }));
    expect(finding(ask(QUESTION, library), '1784').status).toBe('established');
  });

  test.each([
    ['another date', 'The Corran Mill was built in 1784.', 'The Corran Mill was built in 1801.'],
    [
      'another amount',
      'The Corran Mill was built in a year with 40 masons at work.',
      'The Corran Mill was built in a year with 90 masons at work.',
    ],
    [
      'another name',
      'The Corran Mill was built in 1784 by Ann Reid for weavers.',
      'The Corran Mill was built in 1784 by Hugh Dunn for weavers.',
    ],
    [
      'a negation',
      'The Corran Mill was built before the great flood came.',
      'The Corran Mill was not built before the great flood came.',
    ],
    [
      'an opposite word',
      'The Corran Mill was built and opened to the public that year.',
      'The Corran Mill was built and closed to the public that year.',
    ],
  ])('%s is contested, with both quotes', (_, left, right) => {
    const analysis = ask(QUESTION, pagesOf(`Visit us. ${left}`, `A leaflet. ${right}`));
    const [first] = analysis.findings;
    expect(first?.status).toBe('contested');
    const both = [first?.quotes[0]?.text, first?.disputedBy[0]?.text].sort();
    expect(both).toEqual([left, right].sort());
  });

  test.each([
    ['different things', 'The Corran Mill was built in 1784.', 'The Tarn Mill was built in 1801.'],
    [
      'a rounded number',
      'The Corran Mill was built for 4,001 crowns.',
      'The Corran Mill was built for 4,000 crowns.',
    ],
    [
      'a finer date',
      'The Corran Mill was built in 1784.',
      'The Corran Mill was built on 3 May 1784.',
    ],
    [
      'a time that leaves room for it',
      'The Corran Mill was built between 1780 and 1784.',
      'The Corran Mill was built by May 1784.',
    ],
    [
      'another unit',
      'The Corran Mill was built with 3 floors.',
      'The Corran Mill was built with 9 windows.',
    ],
    [
      'other facts',
      'The Corran Mill was built in 1784.',
      'The Corran Mill burned down and was sold in 1930.',
    ],
  ])('%s do not contradict', (_, left, right) => {
    const analysis = ask(QUESTION, pagesOf(`Visit us. ${left}`, `A leaflet. ${right}`));
    expect(analysis.findings.map(({ status }) => status)).not.toContain('contested');
  });

  test('what "it" stands for is named before, and another thing disputes nothing', () => {
    const pages = (before: string) =>
      pagesOf(
        'A leaflet. The Corran Mill was built by Ann Reid.',
        `Visit us. ${before} It was built by Bob Lee.`,
      );
    const statuses = (before: string) =>
      ask('Who built the Corran Mill?', pages(before)).findings.map(({ status }) => status);
    expect(statuses('The Corran Mill has a weir.')).toContain('contested');
    expect(statuses('The Tarn Weir lies above the Corran Mill.')).not.toContain('contested');
  });

  test('whether something was in a year is disputed by who gives another one', () => {
    const opened = 'Line 4 of the Lysmark tram opened';
    const statuses = (other: string) => {
      const pages = pagesOf(`${opened} in 2020.`, other);
      const { findings } = ask('Did line 4 of the Lysmark tram open in 2020?', pages);
      return findings.map(({ status }) => status);
    };
    expect(statuses(`${opened} on 12 September 2021, a Sunday, in heavy rain.`)).toContain(
      'contested',
    );
    expect(statuses(`${opened} on 1 May 2020, a Friday.`)).not.toContain('contested');
    expect(statuses('Line 4 of the Lysmark tram was extended in 2023.')).not.toContain('contested');
  });

  test('a source speaks for a date, or against one, only by a sentence that gives it', () => {
    const pages = pagesOf(
      'Line 4 of the Lysmark tram opened on 12 September 2021.',
      'Line 4 of the Lysmark tram opened in 2020 and connects the central station with the hospital and the airport.',
      'Line 4 of the Lysmark tram runs from the central station by the hospital to the airport.',
      'Passengers remember how line 4 of the Lysmark tram opened in 2020.',
    );
    const { findings } = ask('When did line 4 of the Lysmark tram open?', pages);
    const sources = findings.map(({ quotes, disputedBy }) =>
      [quotes, disputedBy].map((side) => side.map(({ source }) => source).sort()),
    );
    expect(sources.sort()).toEqual([
      [[1], [2, 4]],
      [[2, 4], [1]],
    ]);
  });

  test('what tells more in one place of nearly the same sentence does not dispute it', () => {
    const pages = pagesOf(
      'Line 4 of the Lysmark tram opened in 2020 and connects the central station with the hospital and the airport.',
      'Line 4 of the Lysmark tram runs from the central station by the hospital to the airport.',
    );
    const { findings } = ask('Which line of the Lysmark tram goes to the airport?', pages);
    expect(findings.map(({ status }) => status)).not.toContain('contested');
  });

  test('what bears a statement less out disputes it by a word of denial alone', () => {
    const statusBeside = (other: string) => {
      const banned = 'Veltrin has been banned in the Orrin valley since 1 May 2022.';
      const pages = pagesOf(banned, ['Veltrin in the Orrin valley', other]);
      return finding(ask('Is Veltrin banned in the Orrin valley?', pages), '1 May').status;
    };
    expect(statusBeside('We will train every farm in the valley, free of charge.')).toBe(
      'reported',
    );
    expect(statusBeside('Veltrin was never banned in the Orrin valley by the council.')).toBe(
      'contested',
    );
  });

  test('a rumour is unverified', () => {
    const analysis = ask(QUESTION, pagesOf('The Corran Mill was reportedly built in 1784.'));
    expect(finding(analysis, '1784').status).toBe('unverified');
  });

  test('what a page asks is no finding, and leaves the gap that it asks about', () => {
    const asked = 'How many windows has the Corran Mill?';
    const analysis = ask(asked, pagesOf(`${asked} Come and count them.`));
    expect([analysis.findings, analysis.gaps.length]).toEqual([[], 1]);
  });

  test('an attributed quotation is a quote, an opinion a claim', () => {
    const analysis = ask(
      QUESTION,
      pagesOf(
        '“The Corran Mill was built on a bed of oak and hope,” said Ann Reid.',
        'The Corran Mill, built in 1784, is probably the best mill of the valley.',
      ),
    );
    expect(finding(analysis, 'oak and hope').kind).toBe('quote');
    expect(finding(analysis, 'probably').kind).toBe('claim');
  });
});

describe('whatever the pages hold', () => {
  const words = fc.constantFrom(
    'The',
    'Corran',
    'Mill',
    'was',
    'built',
    'in',
    '1784',
    '1801',
    'not',
    'by',
    'Ann Reid',
    '.',
    '?',
    '\n\n',
    '- ',
    '“',
    '”',
    '<b>',
    '[x](y)',
    '12 %',
    '€ 5',
    '中文字',
    '😀',
    '|',
    '# ',
    'Dr.',
  );
  const text = fc.oneof(
    fc.array(words, { maxLength: 60 }).map((parts) => parts.join(' ')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  const texts = fc.array(text, { maxLength: 5 });
  const questions = fc.oneof(fc.constant('When was the Corran Mill built?'), text);

  test('every quote stands in its page, confidence lies in (0, 1), and nothing throws', () => {
    fc.assert(
      fc.property(questions, texts, (question, bodies) => {
        const pages = pagesOf(...bodies);
        for (const { quotes, disputedBy, confidence, status } of ask(question, pages).findings) {
          expect(quotes.length).toBeGreaterThan(0);
          expect(confidence).toBeGreaterThan(0);
          expect(confidence).toBeLessThan(1);
          expect(disputedBy.length > 0).toBe(status === 'contested');
          for (const quote of [...quotes, ...disputedBy]) {
            const page = pages.find(({ source }) => source === quote.source);
            expect(page?.text.slice(quote.start, quote.end)).toBe(quote.text);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('the order of the pages changes nothing', () => {
    fc.assert(
      fc.property(texts, fc.infiniteStream(fc.nat()), (bodies, keys) => {
        const pages = pagesOf(...bodies);
        const shuffled = pages
          .map((page) => ({ page, key: keys.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ page }) => page);
        const question = 'When was the Corran Mill built?';
        expect(ask(question, shuffled)).toEqual(ask(question, pages));
      }),
      { numRuns: 60 },
    );
  });

  test('the result survives the way out of a Worker', () => {
    const analysis = ask(
      'When was the Corran Mill built?',
      pagesOf('The Corran Mill was built in 1784.'),
    );
    expect(structuredClone(analysis)).toEqual(analysis);
    expect(JSON.parse(JSON.stringify(analysis))).toEqual(analysis);
  });
});
