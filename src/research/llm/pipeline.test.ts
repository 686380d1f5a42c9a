import { afterAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../../tests/support/cleanup';
import { ManualClock } from '../../../tests/support/clock';
import { tryJob } from '../../../tests/support/llm-job';
import {
  findingsIn,
  honest,
  type ReceivedCall,
  type Reply,
  says,
  startLlmServer,
} from '../../../tests/support/llm-server';
import { isAscii } from '../../lib/ascii';
import { creditsToMicros } from '../../lib/money';
import { analyse } from '../analyse';
import { synthesize } from '../stages/synthesize';
import { fillTyped } from '../typed/fill';
import type { ResearchState } from '../types';
import { verifyState } from '../verification';

afterAll(cleanUp);

const QUESTION = 'When was the Orrin bridge opened?';
const TEXTS = [
  'The Orrin bridge was opened on 4 May 1961 by the mayor. It has four lanes.',
  'After six years of work the Orrin bridge was opened on 4 May 1961.',
  'Bread was baked in the village every Tuesday. The Orrin bridge has a toll booth.',
];
const SCHEMA = {
  type: 'object',
  properties: { answer: { type: ['integer', 'null'] } },
  required: ['answer'],
};

type Snapshots = Awaited<ReturnType<typeof tryJob>>['snapshots'];

async function isProven(state: ResearchState, snapshots: Snapshots): Promise<boolean> {
  const { failures } = await verifyState(state, async (hash) => snapshots.get(hash));
  return failures.length === 0;
}

describe('a job with a model', () => {
  test('is planned, read, written and typed by it, and each stage says what it cost', async () => {
    const server = await startLlmServer(honest('opened'));
    const request = { responseSchema: SCHEMA };
    const { state, snapshots } = await tryJob({
      ...server,
      question: QUESTION,
      texts: TEXTS,
      request,
    });
    expect(server.calls.map(({ stage }) => stage)).toEqual([
      'plan',
      'findings',
      'findings',
      'findings',
      'brief',
      'fields',
    ]);
    expect(state.brief).toContain('4 May 1961');
    expect(state.brief).toMatch(/\[1\]/);
    expect(state.typed).toMatchObject({ typed: { answer: 1961 }, error: null });
    expect(state.typed?.basis[0]?.quotes.length).toBeGreaterThan(0);
    expect(await isProven(state, snapshots)).toBeTrue();
    const { stages, droppedQuotes, droppedSentences } = state.llm!.stats;
    expect([droppedQuotes, droppedSentences]).toEqual([0, 0]);
    expect(stages.read).toMatchObject({ calls: 3, failures: 0, inputTokens: 900 });
    // 300 tokens at $1 and 60 at $2 a million.
    expect(stages.write).toMatchObject({ calls: 1, costUsdMicros: 420 });
  });

  test('asks in ASCII: no prompt makes a page of one byte a unit into one of two', async () => {
    const server = await startLlmServer(honest('opened'));
    const request = { responseSchema: SCHEMA };
    await tryJob({ ...server, question: QUESTION, texts: TEXTS, request });
    const inAscii = server.calls.filter(({ body }) => isAscii(JSON.stringify(body)));
    expect([...TEXTS, QUESTION].every(isAscii)).toBeTrue();
    expect(inAscii.map(({ stage }) => stage)).toEqual(server.calls.map(({ stage }) => stage));
  });

  test('searches for the parts that the model names, and for no more than the budget has', async () => {
    const parts = ['Who opened the Orrin bridge?', 'Who built the Orrin bridge?', 'Third?', ' '];
    const server = await startLlmServer((call) =>
      call.stage === 'plan' ? says({ sub_questions: parts }) : honest('opened')(call),
    );
    const { queries } = await tryJob({ ...server, question: QUESTION, texts: TEXTS });
    expect(queries).toEqual([QUESTION, parts[0]!, parts[1]!]);
  });

  test('a quote that does not stand in the page it was read from is dropped and counted', async () => {
    const server = await startLlmServer((call) => {
      if (call.stage !== 'findings') return honest('opened')(call);
      const source = Number(/<<<source (\d+)/.exec(call.user)?.[1]);
      const quote = 'The Orrin bridge was opened on 5 May 1961 by the king.';
      return says({ findings: [{ source, question: 0, quote }] });
    });
    const { state, snapshots } = await tryJob({ ...server, question: QUESTION, texts: TEXTS });
    expect(state.llm?.stats.droppedQuotes).toBe(3);
    expect(state.llm?.proposals).toEqual([]);
    expect(JSON.stringify(state.findings)).not.toContain('king');
    expect(await isProven(state, snapshots)).toBeTrue();
  });

  test('a passage that shares no word with the question becomes a finding when it is pointed out', async () => {
    const texts = [...TEXTS, 'Traffic first crossed the river there in the spring of that year.'];
    const plain = await tryJob({ baseUrl: '', question: QUESTION, texts });
    expect(JSON.stringify(plain.state.findings)).not.toContain('Traffic');
    const server = await startLlmServer(honest('Traffic'));
    const { state, snapshots } = await tryJob({ ...server, question: QUESTION, texts });
    expect(JSON.stringify(state.findings)).toContain('Traffic first crossed');
    expect(await isProven(state, snapshots)).toBeTrue();
  });

  test('what no finding carries is removed from the brief', async () => {
    const server = await startLlmServer((call) => {
      if (call.stage !== 'brief') return honest('opened')(call);
      const told = findingsIn(call).map((text, at) => ({ text, findings: [at + 1] }));
      return says({ sentences: [...told, { text: 'It cost 40 million euros.', findings: [1] }] });
    });
    const { state } = await tryJob({ ...server, question: QUESTION, texts: TEXTS });
    expect(state.brief).not.toContain('40 million');
    expect(state.brief).toContain('4 May 1961');
    expect(state.llm?.stats.droppedSentences).toBe(1);
  });

  test('the brief is the one by rule when too little of what was written is carried', async () => {
    const server = await startLlmServer((call) =>
      call.stage === 'brief'
        ? says({ sentences: [{ text: 'Atlantis built it in 1200.', findings: [1] }] })
        : says(call.stage === 'plan' ? { sub_questions: [] } : { findings: [] }),
    );
    const trial = { question: QUESTION, texts: TEXTS };
    const { state } = await tryJob({ ...server, ...trial });
    const plain = await tryJob({ baseUrl: '', ...trial });
    expect(state.brief).toBe(plain.state.brief);
  });

  test('every call is in the trace with the hash of what was asked and all that was answered', async () => {
    const server = await startLlmServer(honest('opened'));
    const { trace } = await tryJob({ ...server, question: QUESTION, texts: TEXTS });
    const calls = trace.filter(({ port }) => port.startsWith('llm.'));
    expect(calls.map(({ port }) => port)).toEqual([
      'llm.plan',
      'llm.read',
      'llm.read',
      'llm.read',
      'llm.write',
    ]);
    const hashes = calls.map(({ request }) => (request as { hash: string }).hash);
    expect(new Set(hashes).size).toBe(calls.length);
    expect(calls[1]?.response).toMatchObject({ isCalled: true, inputTokens: 300 });
    expect(JSON.stringify(calls[1]?.response)).toContain('findings');
  });

  test('what was read before a restart is not read again', async () => {
    const server = await startLlmServer(honest('opened'));
    const trial = { ...server, question: QUESTION, texts: TEXTS };
    const { state } = await tryJob(trial);
    const callCount = server.calls.length;
    const resumed = await tryJob({ ...trial, committed: { ...state, stopReason: null } });
    expect(server.calls.slice(callCount).map(({ stage }) => stage)).toEqual(['brief']);
    expect(resumed.state.llm?.stats.stages.read.calls).toBe(3);
  });

  // With the bytes to a token in the worst of six vocabularies, by their own tokenizers.
  test.each([
    ['of many scripts', 'A 漢字 paragraph of no use 🙂 at all.', 2.3],
    ['of hashes', '6512bd43d9caa6e02c990b0a82652dca 9b74c9897bac770ffc029102a200c5de', 1.09],
    ['of English', 'Nothing is said here about what the question wants to know.', 4.3],
  ])(
    'a prompt never overflows the context with long pages %s, nor wastes it',
    async (_, filler, bytesOfToken) => {
      const server = await startLlmServer(honest('opened'));
      const long = `${TEXTS[0]}\n\n${`${filler}\n\n`.repeat(4_000)}${TEXTS[1]}`;
      const options = { llmContextTokens: 6_000 };
      await tryJob({ ...server, question: QUESTION, texts: [long, TEXTS[2]!], options });
      expect(server.calls.length).toBeGreaterThan(3);
      const most = server.calls.map(({ body }) => {
        const bytes = body.messages.reduce(
          (sum, { content }) => sum + Buffer.byteLength(content),
          0,
        );
        return bytes / bytesOfToken + body.max_tokens!;
      });
      expect(Math.max(...most)).toBeLessThanOrEqual(6_000);
      expect(Math.max(...most)).toBeGreaterThan(3_000);
    },
  );
});

const GARBAGE: Record<string, Reply> = {
  'status 429': { status: 429, body: '{}', headers: { 'retry-after': '1' } },
  'status 429 for an hour': { status: 429, body: '{}', headers: { 'retry-after': '3600' } },
  'status 500': { status: 500, body: 'oops' },
  'status 401': { status: 401, body: '{}' },
  silence: 'hang',
  'a broken connection': 'reset',
  'an empty message': { text: '' },
  nonsense: { text: 'I would love to help you with that!' },
  'cut off JSON': { text: '{"findings": [{"source": 1, "question": 0, "quo' },
  'another schema': says({ result: [1, 2, 3] }),
  'HTML under 200': { status: 200, body: '<html>Bad gateway</html>' },
  'an empty body': { status: 200, body: '' },
  'no choices': { status: 200, body: '{"choices":[]}' },
  'a mad count of tokens': {
    text: '{}',
    usage: { prompt_tokens: 90_000_000, completion_tokens: 90_000_000 },
  },
};
const CALLS = 6;
const CAP_MICROS = creditsToMicros(60);

describe('a job whose model fails', () => {
  const trial = {
    question: QUESTION,
    texts: TEXTS,
    options: { llmTimeoutMs: 120 },
    request: { responseSchema: SCHEMA, settings: { maxCostUsdMicros: CAP_MICROS / 100 } },
    capMicros: CAP_MICROS,
  };

  for (const [name, garbage] of Object.entries(GARBAGE)) {
    test(`completes when any one call meets ${name}`, async () => {
      const runs = Array.from({ length: CALLS }, (_, failing) => failing);
      await Promise.all(
        runs.map(async (failing) => {
          const server = await startLlmServer((call: ReceivedCall) =>
            call.index === failing ? garbage : honest('opened')(call),
          );
          const { state, snapshots, mostMicros } = await tryJob({ ...server, ...trial });
          expect(server.calls.length).toBeGreaterThan(failing);
          expect(state.stopReason).not.toBeNull();
          expect(state.brief).toContain('4 May 1961');
          expect(state.typed?.error).toBeNull();
          expect(await isProven(state, snapshots)).toBeTrue();
          expect(mostMicros + state.sources.length * creditsToMicros(10)).toBeLessThanOrEqual(
            CAP_MICROS,
          );
        }),
      );
    });

    test(`completes by its rules when every call meets ${name}`, async () => {
      const server = await startLlmServer(() => garbage);
      const { state } = await tryJob({ ...server, ...trial });
      const plain = await tryJob({ ...trial, baseUrl: '' });
      expect(state.brief).toBe(plain.state.brief);
      expect(state.findings).toEqual(plain.state.findings);
      expect(state.typed).toEqual(plain.state.typed);
      expect(server.calls.length).toBeLessThanOrEqual(2 * CALLS);
    });
  }

  test('completes when any one search fails', async () => {
    const server = await startLlmServer((call) =>
      call.stage === 'plan'
        ? says({ sub_questions: ['Who opened the Orrin bridge?', 'Who built the Orrin bridge?'] })
        : honest('opened')(call),
    );
    for (const failingSearch of [0, 1, 2]) {
      const { state, queries } = await tryJob({ ...server, ...trial, failingSearch });
      expect(queries).toHaveLength(3);
      expect(state.stopReason).not.toBeNull();
      expect(state.searches.filter(({ error }) => error !== null)).toHaveLength(1);
      expect(state.brief).toContain('4 May 1961');
    }
  });

  test('a cancel while a call hangs ends the job with what its rules say', async () => {
    const cancel = new AbortController();
    const server = await startLlmServer((call) => {
      if (call.stage !== 'findings') return honest('opened')(call);
      cancel.abort('canceled');
      return 'hang';
    });
    const options = { llmTimeoutMs: 60_000 };
    const { state } = await tryJob({ ...server, ...trial, options, signal: cancel.signal });
    expect(state.stopReason).toBe('canceled');
    expect(state.brief).toContain('4 May 1961');
    expect(server.calls.some(({ stage }) => stage === 'brief')).toBeFalse();
  });

  test.each(['plan', 'findings', 'brief'])(
    'a shutdown while the call %p hangs leaves nothing half done, and the next start does it all',
    async (stage) => {
      const stop = new AbortController();
      const server = await startLlmServer((call) => {
        if (call.stage !== stage || stop.signal.aborted) return honest('opened')(call);
        stop.abort('shutdown');
        return 'hang';
      });
      const options = { llmTimeoutMs: 60_000 };
      const dropped = await tryJob({ ...server, ...trial, options, signal: stop.signal });
      expect(dropped.checkpoints).toEqual([]);
      expect(dropped.state.stopReason).toBeNull();
      const { state } = await tryJob({ ...server, ...trial, options, committed: dropped.state });
      expect(state.llm?.stats.stages.write).toMatchObject({ calls: 1, failures: 0 });
    },
  );

  test('no call is made that the cost limit has no room for, and a source is read all the same', async () => {
    const server = await startLlmServer(honest('opened'));
    const capMicros = creditsToMicros(11);
    const { state, mostMicros } = await tryJob({
      ...server,
      question: QUESTION,
      texts: TEXTS,
      capMicros,
      options: { llmPrice: '30/60' },
    });
    expect(state.sources).toHaveLength(1);
    expect(mostMicros).toBeLessThanOrEqual(creditsToMicros(1));
    expect(state.llm?.stats.stages.read.refused).toBeGreaterThan(0);
    expect(state.brief).toContain('4 May 1961');
  });

  test('when reading takes all the time it has, the model still writes', async () => {
    const manual = new ManualClock();
    const server = await startLlmServer((call) => {
      if (call.stage !== 'findings') return honest('opened')(call);
      manual.advance(call.index === 1 ? 45_000 : 0);
      return 'hang';
    });
    const { state } = await tryJob({
      ...server,
      question: QUESTION,
      texts: TEXTS,
      options: { llmTimeoutMs: 60_000 },
      ports: { clock: manual },
    });
    expect(state.stopReason).toBe('budget');
    expect(state.llm?.stats.stages.write).toMatchObject({ calls: 1, failures: 0 });
  });

  test('when its time is over while the rules tell of a wave, the model still writes of that wave', async () => {
    const manual = new ManualClock();
    const server = await startLlmServer(honest('opened'));
    const told: boolean[] = [];
    const { state, checkpoints } = await tryJob({
      ...server,
      question: QUESTION,
      // More than the first wave reads.
      texts: Array.from({ length: 10 }, (_, at) => `${TEXTS[0]} Lane ${at} was closed.`),
      allowed: { maxWaves: 3 },
      ports: {
        clock: manual,
        stages: {
          analyse: async (input) => analyse(input),
          fillTyped: async (input) => fillTyped(input),
          async synthesize(input, { isLast }) {
            told.push(isLast);
            manual.advance(45_000);
            return synthesize(input);
          },
        },
      },
    });
    expect(told[0]).toBeFalse();
    expect([checkpoints.length, state.stopReason]).toEqual([1, 'budget']);
    expect(state.llm?.stats.stages.write).toMatchObject({ calls: 1, failures: 0 });
  });
});
