import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Parser, type Tokenizer } from 'htmlparser2';
import { brokenPages } from '../../../tests/support/markup';
import { PageTokenizer } from './tokenizer';

/** Every event of a page, and where the parser says that it is. */
function eventsOf(html: string, options: { Tokenizer?: typeof Tokenizer }): unknown[] {
  const events: unknown[] = [];
  const note =
    (name: string) =>
    (...values: unknown[]) =>
      events.push([name, ...values, parser.startIndex, parser.endIndex]);
  const parser: Parser = new Parser(
    {
      onopentagname: note('name'),
      onattribute: note('attribute'),
      onopentag: (name, attribs) => events.push(['open', name, { ...attribs }]),
      onclosetag: note('close'),
      ontext: note('text'),
      oncomment: note('comment'),
      onprocessinginstruction: note('instruction'),
      onend: note('end'),
    },
    options,
  );
  parser.end(html);
  return events;
}

test('the tokenizer that leaps says what the library’s says', () => {
  fc.assert(
    fc.property(brokenPages, (html) => {
      expect(eventsOf(html, { Tokenizer: PageTokenizer })).toEqual(eventsOf(html, {}));
    }),
    { numRuns: 2_000 },
  );
});

test('marks that never come are looked for once', () => {
  const length = 300_000;
  const startedMs = performance.now();
  eventsOf('&x'.repeat(length), { Tokenizer: PageTokenizer });
  eventsOf(`<a b="${"&'".repeat(length)}`, { Tokenizer: PageTokenizer });
  expect(performance.now() - startedMs).toBeLessThan(10_000);
});
