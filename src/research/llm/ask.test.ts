import { afterAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../../tests/support/cleanup';
import { ManualClock } from '../../../tests/support/clock';
import { tryJob } from '../../../tests/support/llm-job';
import {
  honest,
  type ReceivedCall,
  type Reply,
  startLlmServer,
} from '../../../tests/support/llm-server';
import { until } from '../../../tests/support/until';

afterAll(cleanUp);

const QUESTION = 'When was the Orrin bridge opened?';
const PAGE = 'The Orrin bridge was opened on 4 May 1961 by the mayor. It has four lanes.';
const FILLER = 'Nothing is said here about what the question wants to know.\n\n'.repeat(1_000);
const asked = { question: QUESTION, texts: [PAGE] };

const readings = (calls: readonly ReceivedCall[]) =>
  calls.filter(({ stage }) => stage === 'findings');

/** Honest, but for the first answers to one stage. */
function failing(stage: ReceivedCall['stage'], ...replies: Reply[]) {
  const left = [...replies];
  return (call: ReceivedCall): Reply =>
    (call.stage === stage ? left.shift() : undefined) ?? honest('opened')(call);
}

describe('a prompt that is too long for the model behind the server', () => {
  /** A token a letter, about: tokenizers of tiny models do no better. */
  const small = (units: number) => (call: ReceivedCall) => {
    const size = call.body.messages.reduce((sum, { content }) => sum + content.length, 0);
    if (size <= units) return honest('opened')(call);
    const message = `request (${size} tokens) exceeds the available context size (${units} tokens)`;
    const error = { code: 400, message, type: 'exceed_context_size_error' };
    return { status: 400, body: JSON.stringify({ error }) };
  };

  test('is shortened once to what the server says that it takes, and put in no other form', async () => {
    const server = await startLlmServer(small(6_000));
    const { state } = await tryJob({ ...server, ...asked, texts: [`${PAGE}\n\n${FILLER}`] });
    const [first, second, ...more] = readings(server.calls);
    expect(more).toEqual([]);
    expect(first?.body.response_format).toEqual(second?.body.response_format);
    expect(second?.user.length).toBeLessThan(6_000);
    expect(second?.user.length).toBeGreaterThan(1_000);
    expect(state.llm?.proposals.length).toBeGreaterThan(0);
    const { failures, costUsdMicros, errors } = state.llm!.stats.stages.read;
    // The refusal cost nothing.
    expect([failures, costUsdMicros]).toEqual([1, 420]);
    expect(errors?.[0]).toContain('exceeds the available context size (6000 tokens)');
    expect(errors?.[0]).toContain('SONDE_LLM_CONTEXT_TOKENS');
  });

  test('that cannot be shortened leaves the stage to its rules', async () => {
    const server = await startLlmServer(small(100));
    const { state } = await tryJob({ ...server, ...asked });
    const plain = await tryJob({ ...asked, baseUrl: '' });
    expect(state.brief).toBe(plain.state.brief);
    expect(server.calls.map(({ stage }) => stage)).toEqual(['plan', 'findings', 'brief']);
  });
});

describe('an answer that cannot be read', () => {
  test('because it was cut off may be longer the second time, and is asked to be brief', async () => {
    const cut: Reply = { text: 'Let me see. The bridge', finish: 'length' };
    const server = await startLlmServer(failing('findings', cut));
    const { state } = await tryJob({ ...server, ...asked });
    const [first, second] = readings(server.calls);
    expect(second?.body.max_tokens).toBe(2 * first!.body.max_tokens!);
    expect(second?.system).toContain('do not think aloud');
    expect(second?.user).toBe(first!.user);
    expect(state.llm?.proposals.length).toBeGreaterThan(0);
    expect(state.llm?.stats.stages.read.errors).toEqual([
      'its answer was cut off at its limit of tokens',
    ]);
  });

  test('is given no more room than the context has', async () => {
    const cut: Reply = { text: '<think>Well', finish: 'length' };
    const server = await startLlmServer(failing('findings', cut));
    const options = { llmContextTokens: 6_000 };
    await tryJob({ ...server, ...asked, texts: [`${PAGE}\n\n${FILLER}`], options });
    const [first, second] = readings(server.calls);
    expect(first?.body.max_tokens).toBe(1_500);
    expect(second?.body.max_tokens).toBeWithin(1_500, 3_000);
  });

  test('because it is thoughts alone is never asked for again in the same words', async () => {
    const server = await startLlmServer(failing('findings', { text: '' }, { text: '' }));
    const { state } = await tryJob({ ...server, ...asked });
    const [first, second, ...more] = readings(server.calls);
    expect(more).toEqual([]);
    expect(second?.system).not.toBe(first!.system);
    expect(second?.body.max_tokens).toBe(first!.body.max_tokens);
    expect(state.llm?.stats.stages.read).toMatchObject({
      failures: 2,
      errors: ['its answer was empty, or thoughts alone'],
    });
  });
});

describe('a model that rambles', () => {
  test('takes no more than its share of the time for the plan, so that there are searches', async () => {
    const manual = new ManualClock();
    const server = await startLlmServer((call) =>
      call.stage === 'plan' ? 'ramble' : honest('opened')(call),
    );
    const options = { llmTimeoutMs: 60_000 };
    const job = tryJob({ ...server, ...asked, options, ports: { clock: manual } });
    await until('the model rambles', () => server.calls.length === 1);
    manual.advance(11_250);
    const { state } = await job;
    expect(state.llm?.stats.stages.plan.errors).toEqual(['the time for it was over']);
    expect(state.stopReason).not.toBe('budget');
    expect(state.brief).toContain('4 May 1961');
    await until('the server is free', () => server.busyCount() === 0);
  });

  test('while it reads leaves the time for writing, and the server is free when it ends', async () => {
    const manual = new ManualClock();
    const server = await startLlmServer((call) =>
      call.stage === 'findings' ? 'ramble' : honest('opened')(call),
    );
    const options = { llmTimeoutMs: 60_000 };
    const job = tryJob({ ...server, ...asked, options, ports: { clock: manual } });
    await until('the model rambles', () => readings(server.calls).length === 1);
    manual.advance(45_000);
    const { state } = await job;
    expect(state.stopReason).toBe('budget');
    expect(state.llm?.stats.stages.write).toMatchObject({ calls: 1, failures: 0 });
    await until('the server is free', () => server.busyCount() === 0);
  });
});
