import { describe, expect, test } from 'bun:test';
import { costUsdMicros, priceOf } from './price';

const AWAY = 'https://api.example.com/v1';

describe('the price of a model', () => {
  test.each([
    ['gpt-4o-mini', 150_000],
    ['gpt-4o-2024-08-06', 2_500_000],
    ['openai/gpt-4o', 2_500_000],
    ['claude-sonnet-4-20250514', 3_000_000],
    ['models/gemini-2.5-flash', 300_000],
  ])('%s has its list price, under any of its names', (model, input) => {
    expect(priceOf(model, AWAY, '', 'X').inputUsdMicros).toBe(input);
  });

  test.each(['gpt-4o-audio-preview', 'gpt-9', 'llama3'])(
    'nobody knows what %s costs elsewhere, and a budget needs it',
    (model) => expect(() => priceOf(model, AWAY, '', 'SONDE_LLM_PRICE')).toThrow('SONDE_LLM_PRICE'),
  );

  test.each([
    'http://localhost:11434/v1',
    'http://127.0.0.1:8080/v1',
    'http://10.0.0.7/v1',
    'http://[::1]:80/v1',
    'http://ollama:11434/v1',
    'http://gpu.local/v1',
  ])('a model at %s costs nothing', (url) => {
    expect(priceOf('llama3', url, '', 'X')).toEqual({ inputUsdMicros: 0, outputUsdMicros: 0 });
  });

  test("the operator's own price goes before all", () => {
    const price = { inputUsdMicros: 150_000, outputUsdMicros: 600_000 };
    expect(priceOf('gpt-4o', AWAY, '0.15/0.6', 'X')).toEqual(price);
    expect(priceOf('llama3', 'http://localhost/v1', '0.15 / 0.60', 'X')).toEqual(price);
  });

  test.each(['1', 'free', '1/2/3', '-1/2', '1,5/2', '1e9/1'])('%p is no price', (own) =>
    expect(() => priceOf('gpt-4o', AWAY, own, 'SONDE_LLM_PRICE')).toThrow('0.15/0.60'),
  );

  test('no fraction of a cost is lost', () => {
    const price = { inputUsdMicros: 150_000, outputUsdMicros: 600_000 };
    expect(costUsdMicros(price, { inputTokens: 1, outputTokens: 0 })).toBe(1);
    expect(costUsdMicros(price, { inputTokens: 1_000_000, outputTokens: 500_000 })).toBe(450_000);
  });
});
