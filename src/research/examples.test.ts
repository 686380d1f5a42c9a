import { describe, expect, test } from 'bun:test';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import questions from '../../docs/example-questions.json';
import { parseDocument } from '../library/parse';
import { type Analysis, analyse } from './analyse';
import { plan } from './stages/plan';
import { synthesize } from './stages/synthesize';
import type { Finding, Page, Source } from './types';

const FOLDER = join(import.meta.dir, '../../docs/examples');

async function readExamples(): Promise<Page[]> {
  const names = (await readdir(FOLDER)).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const bytes = await Bun.file(join(FOLDER, name)).bytes();
      const { title, text, pageStarts } = await parseDocument({ bytes, name });
      const [url, snapshotHash] = [`library:${name}`, `hash-${index}`];
      return { source: index + 1, snapshotHash, url, title, domain: 'local', text, pageStarts };
    }),
  );
}

const pages = await readExamples();

function ask(question: string): { analysis: Analysis; brief: string } {
  const planned = plan({ question, branches: 4 });
  const searched = planned.subQuestions.map((text, subQuestion) => ({
    subQuestion,
    queries: [text],
    foundCount: pages.length,
    unreadCount: 0,
  }));
  const analysis = analyse({ plan: planned, pages, maxFindings: 24, critic: false, searched });
  const { findings, gaps } = analysis;
  const sources: Source[] = pages.map(({ source, url, title, domain, snapshotHash }) => ({
    number: source,
    url,
    title,
    domain,
    provider: 'library',
    snapshotHash,
    summary: null,
    copyOf: analysis.copies.find((copy) => copy.source === source)?.copyOf ?? null,
  }));
  const { brief } = synthesize({ plan: planned, findings, sources, gaps, maxWords: 250 });
  return { analysis, brief };
}

/** What a finding says, on both sides, on one line. */
function wordsOf({ text, quotes, disputedBy }: Finding): string {
  const said = [text, ...quotes.map((quote) => quote.text), ...disputedBy.map(({ text }) => text)];
  return said.join(' ').replace(/\s+/g, ' ');
}

describe('the example questions', () => {
  for (const { question, expect: expected } of questions) {
    test(question, () => {
      const { analysis, brief } = ask(question);
      for (const { status, mentions } of expected) {
        if (status === 'NEI') {
          expect(analysis.findings).toEqual([]);
          expect(analysis.gaps.length).toBeGreaterThan(0);
          expect(brief).toStartWith('No source that was read answers the question');
          continue;
        }
        const holding = analysis.findings.filter(
          (finding) =>
            finding.status === status &&
            mentions.every((mention) => wordsOf(finding).includes(mention)),
        );
        expect({ status, mentions, found: holding.length > 0 }).toEqual({
          status,
          mentions,
          found: true,
        });
        for (const mention of mentions) expect(brief).toContain(mention);
      }
    });
  }
});

describe('the brief on the tidal power plant', () => {
  const { analysis, brief } = ask(questions[0]?.question ?? '');

  test('answers the three parts in the order they were asked', () => {
    const places = ['megawatts', '3 June 2019', '31,000 homes'].map((said) => brief.indexOf(said));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(analysis.gaps).toEqual([]);
  });

  test('says each thing once, and nothing that nobody asked for', () => {
    expect(brief.match(/3 June 2019/g)).toHaveLength(1);
    expect(brief).not.toMatch(/17 minutes|bell|Frisk|out of service|Inspection of|61 metres/);
    expect(brief.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(5);
  });

  test('a copy of a wire story is no second voice', () => {
    expect(analysis.copies).toHaveLength(1);
    expect(brief).not.toMatch(/\[2\]\[6\]/);
  });
});

test('only the plant’s own number of turbines is told as such, and nobody contradicts it', () => {
  const { analysis } = ask('How many turbines does the Halden Strait tidal power plant have?');
  expect(analysis.findings[0]?.text).toContain('16 turbines');
  expect(analysis.findings.map(({ status }) => status)).not.toContain('contested');
});
