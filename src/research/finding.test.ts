import { describe, expect, test } from 'bun:test';
import { isUuid } from '../lib/ids';
import { type FindingInput, makeFinding, quoteAt } from './finding';
import type { Page } from './types';

const page: Page = {
  source: 1,
  snapshotHash: 'a1',
  url: 'https://example.org/bridge',
  title: 'Bridge',
  domain: 'example.org',
  text: 'The bridge opened in 1932. It is steel.',
  pageStarts: [0, 27],
};
const pages = new Map([[page.snapshotHash, page]]);
const input = (change: Partial<FindingInput> = {}): FindingInput => ({
  text: 'The bridge opened in 1932.',
  kind: 'fact',
  status: 'reported',
  confidence: 0.5,
  quotes: [quoteAt(page, 0, 26)],
  disputedBy: [],
  subQuestion: 0,
  ...change,
});

describe('a finding', () => {
  test('carries quotes that stand in their page, with the page they stand on', () => {
    expect(quoteAt(page, 27, 39)).toMatchObject({ text: 'It is steel.', page: 2, source: 1 });
    expect(makeFinding(input(), pages).quotes[0]?.text).toBe('The bridge opened in 1932.');
  });

  test('cannot be made without a quote', () => {
    expect(() => makeFinding(input({ quotes: [] }), pages)).toThrow('a finding has a quote');
  });

  test('cannot be made from an invented, a moved or an unread quote', () => {
    const quote = quoteAt(page, 0, 26);
    for (const wrong of [
      { ...quote, text: 'The bridge opened in 1933.' },
      { ...quote, start: 1, end: 27 },
      { ...quote, snapshotHash: 'b2' },
      { ...quote, text: '', start: 3, end: 3 },
    ]) {
      expect(() => makeFinding(input({ quotes: [wrong] }), pages)).toThrow('a quote');
      expect(() => makeFinding(input({ status: 'contested', disputedBy: [wrong] }), pages)).toThrow(
        'a quote',
      );
    }
  });

  test('is contested exactly when it carries the other side', () => {
    expect(() => makeFinding(input({ status: 'contested' }), pages)).toThrow('contested');
    expect(() => makeFinding(input({ disputedBy: [quoteAt(page, 27, 39)] }), pages)).toThrow();
  });

  test('has a UUID that depends on nothing but what it says and quotes', () => {
    const first = makeFinding(input(), pages);
    expect(isUuid(first.id)).toBe(true);
    expect(makeFinding(input({ confidence: 0.9 }), pages).id).toBe(first.id);
    expect(makeFinding(input({ subQuestion: 1 }), pages).id).not.toBe(first.id);
  });

  test('a quote outside of its page is refused', () => {
    expect(() => quoteAt(page, 0, 400)).toThrow();
    expect(() => quoteAt(page, 5, 5)).toThrow();
    expect(() => quoteAt(page, -1, 5)).toThrow();
  });
});
