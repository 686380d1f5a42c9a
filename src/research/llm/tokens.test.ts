import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { excerpt } from './excerpt';
import { maxInputTokens, maxTokens, withinTokens } from './tokens';

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }));

describe('the bound of tokens', () => {
  test('is no less than the bytes, before and after the normalisation that some vocabularies do', () => {
    fc.assert(
      fc.property(text, (some) => {
        expect(maxTokens(some)).toBeGreaterThanOrEqual(Buffer.byteLength(some));
        expect(maxTokens(some)).toBeGreaterThanOrEqual(Buffer.byteLength(some.normalize('NFKC')));
      }),
    );
    // One character that becomes eighteen.
    expect(maxTokens('\ufdfa')).toBe(Buffer.byteLength('\ufdfa'.normalize('NFKC')));
  });

  test('of a call is more than that of its messages and its schema', () => {
    const messages = [{ role: 'user' as const, content: 'hello' }];
    const plain = maxInputTokens({ messages, maxOutputTokens: 1 });
    const schema = { name: 'a', schema: { type: 'object' } };
    expect(plain).toBeGreaterThan(5);
    expect(maxInputTokens({ messages, schema, maxOutputTokens: 1 })).toBeGreaterThan(plain + 20);
  });

  test('a text is cut to it, and inside no character', () => {
    fc.assert(
      fc.property(text, fc.nat(60), (some, limit) => {
        const cut = withinTokens(some, limit);
        expect(maxTokens(cut)).toBeLessThanOrEqual(limit);
        expect(some.startsWith(cut)).toBeTrue();
        if (some.isWellFormed()) expect(cut.isWellFormed()).toBeTrue();
      }),
    );
  });

  test('no excerpt of a page has more, and it holds what the question is about', () => {
    const page = (body: string) => ({ text: body, spans: null });
    fc.assert(
      fc.property(fc.array(text), fc.integer({ min: 60, max: 2_000 }), (parts, room) => {
        const questions = ['When was the Orrin bridge opened?'];
        const shown = excerpt({ page: page(parts.join('\n\n')), questions, maxTokens: room });
        expect(maxTokens(shown)).toBeLessThanOrEqual(room);
      }),
    );
    const filler = 'Nothing is said here about what is asked for.\n\n'.repeat(400);
    const shown = excerpt({
      page: page(`Lead.\n\n${filler}The Orrin bridge was opened in 1961.\n\n${filler}`),
      questions: ['When was the Orrin bridge opened?'],
      maxTokens: 1_000,
    });
    expect(shown).toStartWith('Lead.');
    expect(shown).toContain('opened in 1961');
  });
});
