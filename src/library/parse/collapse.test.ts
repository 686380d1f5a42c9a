import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { BlockWriter } from './block-writer';
import { parseDom } from './page-tree';
import { flowOf } from './runs';

const texts = (others: string) => {
  const ascii = fc.constantFrom(...'aab.  \t\n\r\v\f');
  const unit = fc.oneof({ weight: 5, arbitrary: ascii }, fc.constantFrom(...others));
  return fc.oneof(fc.string({ unit: ascii }), fc.string({ unit }));
};

test('a line is written with its white space collapsed, wherever the text is cut', () => {
  fc.assert(
    fc.property(fc.array(texts('é\u00a0\u3000한')), (pieces) => {
      const writer = new BlockWriter();
      let line = '';
      for (const piece of pieces) {
        writer.text(piece);
        const collapsed = piece.replace(/[ \t\n\r\f]+/g, ' ');
        line += /^$|\s$/.test(line) ? collapsed.replace(/^ /, '') : collapsed;
      }
      expect(writer.toString()).toBe(line.trimEnd());
    }),
    { numRuns: 1_000 },
  );
});

test('a run is as long as its text with white space collapsed, and three for a wide character', () => {
  fc.assert(
    fc.property(texts('é\u00a0\u2003\u3000\ufeff漢한'), (text) => {
      const [run] = flowOf(parseDom(`<p>${text}<a>${text}</a></p>`)).runs;
      const collapsed = (text + text).trim().replace(/\s+/g, ' ');
      expect(run?.text ?? '').toBe(collapsed);
      expect(run?.length ?? 0).toBe(collapsed.replace(/[漢한]/g, '***').length);
      const link = text.trim().replace(/\s+/g, ' ');
      expect(run?.linkLength ?? 0).toBe(link.replace(/[漢한]/g, '***').length);
    }),
    { numRuns: 1_000 },
  );
});
