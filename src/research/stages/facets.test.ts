import { describe, expect, test } from 'bun:test';
import { facets } from './facets';

describe('facets', () => {
  test('of a topic are as many as are wanted, all different, and name it as it was written', () => {
    const topic = 'LLM context window limits';
    for (const language of ['en', 'pl', 'de']) {
      const all = facets(topic, language, 9);
      expect(new Set(all).size).toBe(9);
      for (const each of all) expect(each).toStartWith(`${topic}: `);
      expect(facets(topic, language, 3)).toEqual(all.slice(0, 3));
    }
  });

  test.each(['How long is the bridge?', 'who built it', 'Kiedy otwarto most', 'The bridge, when?'])(
    'there are none of a question: %s',
    (question) => expect(facets(question, 'en', 9)).toEqual([]),
  );
});
