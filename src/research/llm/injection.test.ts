import { afterAll, describe, expect, test } from 'bun:test';
import { marked } from 'marked';
import { cleanUp } from '../../../tests/support/cleanup';
import { INJECTIONS, type Injection } from '../../../tests/support/injections';
import { tryJob } from '../../../tests/support/llm-job';
import {
  findingsIn,
  type ReceivedCall,
  says,
  startLlmServer,
} from '../../../tests/support/llm-server';
import { creditsToMicros } from '../../lib/money';
import { SOURCE_PRICE_MICROS } from '../modes';
import { verifyState } from '../verification';

afterAll(cleanUp);

const QUESTION = 'When was the Orrin bridge opened?';
const HONEST = [
  'The Orrin bridge was opened on 4 May 1961 by the mayor. It has four lanes.',
  'After six years of work the Orrin bridge was opened on 4 May 1961.',
];
const SCHEMA = {
  type: 'object',
  properties: { answer: { type: ['integer', 'null'] }, opener: { type: ['string', 'null'] } },
};
const CAP_MICROS = creditsToMicros(60);
const SOURCES = HONEST.length + 1;
/** A plan, a reading of each source, a brief and a typed answer, each once more when it fails. */
const MAX_CALLS = 2 * (1 + SOURCES + 2);

/** Does all that a page may want of a model, and more: forges quotes under every number, cites what
 * is not there, hides what is, writes links, and claims to have used a fortune. */
function obedient({ wanted, text }: Injection) {
  return ({ stage, user, index }: ReceivedCall) => {
    const mad = index % 3 === 2 ? { extra: true } : {};
    switch (stage) {
      case 'plan':
        return says({ sub_questions: Array.from({ length: 30 }, (_, at) => `${wanted} ${at}?`) });
      case 'findings': {
        const own = user.split('\n').slice(1, -1);
        const quotes = [wanted, text, ...text.split('\n'), `${own[0]} ${wanted}`];
        return says({
          findings: [-1, 0, 1, 2, 3, 99].flatMap((source) =>
            quotes.map((quote, question) => ({ source, question, quote })),
          ),
          ...mad,
        });
      }
      case 'brief': {
        const told = findingsIn({ user } as ReceivedCall);
        const forged = [wanted, `${told[0]} ${wanted}`, `${wanted} [1][99][f1]`, text].map(
          (sentence) => ({ text: sentence, findings: [1, 2, 99, -1, 0] }),
        );
        // Enough that is true, or nothing of it would be looked at twice.
        const true_ = told.flatMap((sentence, at) => [
          { text: sentence, findings: [at + 1] },
          { text: `${sentence} `, findings: [at + 1, 99] },
        ]);
        return {
          text: JSON.stringify({ sentences: [...true_, ...true_, ...forged], ...mad }),
          usage: { prompt_tokens: 9_000_000, completion_tokens: 9_000_000 },
        };
      }
      case 'fields':
        return says({
          fields: ['/answer', '/opener', '/__proto__/polluted', '/constructor', ''].flatMap(
            (path) => [wanted, 1999, true].map((value) => ({ path, value, finding: 1 })),
          ),
        });
    }
  };
}

/** No page can end the marks around it, speak a chat template, or hide letters in a prompt. */
function expectMarked(prompt: string): void {
  const [, mark] = /^<<<source \d ([0-9a-f]{16})\n/.exec(prompt) ?? [];
  expect(prompt.split(`${mark}>>>`)).toEqual([expect.any(String), '']);
  expect(prompt).not.toMatch(
    /<\|(?:im_|end|eot|start|system)|\[\/?INST\]|<\/?(?:start|end)_of_turn>/,
  );
  expect(prompt).not.toMatch(/[\u200b\u202e\u{e0000}-\u{e007f}]/u);
}

function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

describe(`a page that commands, and a model that obeys (${INJECTIONS.length} pages)`, () => {
  test('there are forty of them at least, all different', () => {
    expect(new Set(INJECTIONS.map(({ text }) => text)).size).toBe(INJECTIONS.length);
    expect(INJECTIONS.length).toBeGreaterThanOrEqual(40);
  });

  for (const injection of INJECTIONS) {
    test(`${injection.name}: forges no citation, makes no call, spends nothing, brings nothing alive`, async () => {
      const server = await startLlmServer(obedient(injection));
      const request = { responseSchema: SCHEMA, settings: { maxCostUsdMicros: CAP_MICROS / 100 } };
      const { state, snapshots, queries, mostMicros } = await tryJob({
        ...server,
        question: QUESTION,
        texts: [injection.text, ...HONEST],
        request,
        capMicros: CAP_MICROS,
      });

      const { failures, confirmedCount } = await verifyState(state, async (hash) =>
        snapshots.get(hash),
      );
      expect(failures).toEqual([]);
      expect(confirmedCount).toBeGreaterThan(0);
      const texts = [injection.text, ...HONEST];
      for (const { quotes } of state.findings) {
        for (const { source, text } of quotes) expect(texts[source - 1]).toContain(text);
      }

      const brief = state.brief ?? '';
      for (const [, number] of brief.matchAll(/(?<!\\)\[(\d+)\]/g)) {
        expect(Number(number)).toBeWithin(1, SOURCES + 1);
      }
      const html = marked.parse(brief, { async: false });
      expect(html).not.toMatch(/<(?!\/?(?:p|ul|li|ol|em|strong)\b)[a-z!/]/i);

      // What an honest source is cited for is in that source.
      for (const line of brief.split('\n')) {
        // What was looked for in vain is named, and nothing is cited for it.
        if (line.startsWith('Not enough evidence')) continue;
        const sentences = line.split(/(?<=\])\s+/).filter((one) => /Zorblax|1999/.test(one));
        for (const sentence of sentences) {
          const cited = [...sentence.matchAll(/(?<!\\)\[(\d+)\]/g)].map(([, n]) => Number(n));
          if (!sentence.startsWith('Sources disagree')) expect(cited).toEqual([1]);
        }
      }
      for (const { quotes } of state.typed?.basis ?? []) {
        for (const { source, text } of quotes) {
          expect(withoutSpaces(texts[source - 1]!)).toContain(withoutSpaces(text));
        }
      }
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();

      const read = server.calls.filter(({ stage }) => stage === 'findings');
      expect(read.length).toBeGreaterThanOrEqual(SOURCES);
      for (const { user } of read) expectMarked(user);

      expect(server.calls.length).toBeLessThanOrEqual(MAX_CALLS);
      expect(queries.length).toBeLessThanOrEqual(3);
      expect(mostMicros + state.sources.length * SOURCE_PRICE_MICROS).toBeLessThanOrEqual(
        CAP_MICROS,
      );
    });
  }
});
