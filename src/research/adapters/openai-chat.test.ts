import { afterAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../../tests/support/cleanup';
import { ManualClock } from '../../../tests/support/clock';
import {
  type ReceivedCall,
  type Reply,
  says,
  startLlmServer,
} from '../../../tests/support/llm-server';
import { until } from '../../../tests/support/until';
import { systemClock } from '../../lib/clock';
import { createApiFetch } from '../../net/api-fetch';
import type { Llm, LlmCall } from '../ports';
import { createOpenAiChat, type OpenAiChatOptions } from './openai-chat';

afterAll(cleanUp);

const CALL: LlmCall = {
  messages: [{ role: 'user', content: 'Split this.' }],
  schema: { name: 'plan', schema: { type: 'object' } },
  maxOutputTokens: 50,
};
const chance = { id: () => '', bytes: () => new Uint8Array(0), fraction: () => 0 };
const never = new AbortController().signal;

function chat(baseUrl: string, change: Partial<OpenAiChatOptions> = {}, clock = systemClock): Llm {
  const api = createApiFetch({
    clock: systemClock,
    userAgent: 'SondeBot/0.1',
    allow: ['127.0.0.0/8'],
    limits: { maxBytes: 3_000_000, timeoutMs: 2_000, maxRedirects: 0 },
  });
  const price = { inputUsdMicros: 1_000_000, outputUsdMicros: 2_000_000 };
  const base = { apiKey: 'hush', model: 'small', contextTokens: 8_000, price, timeoutMs: 2_000 };
  return createOpenAiChat({ api, clock, chance }, { ...base, baseUrl, ...change });
}

function scripted(...replies: Reply[]) {
  return startLlmServer(({ index }) => replies[Math.min(index, replies.length - 1)]!);
}

const formOf = ({ body }: ReceivedCall) => body.response_format?.type ?? 'text';

describe('the OpenAI chat API', () => {
  test('an answer comes with what it cost', async () => {
    const usage = { prompt_tokens: 11, completion_tokens: 7 };
    const server = await scripted({ text: 'hello', usage });
    const answer = await chat(`${server.baseUrl}/`).complete(CALL, never);
    expect(answer).toEqual({
      text: 'hello',
      isCutOff: false,
      usage: { inputTokens: 11, outputTokens: 7 },
      model: 'small',
      costUsdMicros: 25,
    });
    const [{ headers, body }] = server.calls as [ReceivedCall];
    expect(headers.authorization).toBe('Bearer hush');
    expect(body).toEqual({
      model: 'small',
      messages: CALL.messages,
      max_tokens: 50,
      stream: true,
      stream_options: { include_usage: true },
      temperature: 0,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'plan', strict: true, schema: { type: 'object' } },
      },
    } as never);
  });

  test('a server without a key is sent none, and one that counts nothing costs the most it can', async () => {
    const server = await scripted({ text: 'hello', usage: null });
    const answer = await chat(server.baseUrl, { apiKey: '' }).complete(CALL, never);
    expect(server.calls[0]?.headers.authorization).toBeUndefined();
    expect(answer.usage.outputTokens).toBe(50);
    expect(answer.usage.inputTokens).toBeGreaterThan(10);
  });

  test('a server that knows no schema is asked in a form that it knows, and from then on at once', async () => {
    const server = await startLlmServer((call) =>
      formOf(call) === 'text' ? says({}) : { status: 400, body: '{"error":"unknown"}' },
    );
    const llm = chat(server.baseUrl);
    await llm.complete(CALL, never);
    await llm.complete(CALL, never);
    expect(server.calls.map(formOf)).toEqual([
      'json_schema',
      'json_schema',
      'json_object',
      'text',
      'text',
    ]);
  });

  test('a call that no form makes right fails, and the next begins as if it had not been', async () => {
    const server = await scripted(...Array(5).fill({ status: 400, body: '' }), says({}));
    const llm = chat(server.baseUrl);
    await expect(llm.complete(CALL, never)).rejects.toMatchObject({ status: 400 });
    await llm.complete(CALL, never);
    expect(server.calls.map(formOf).at(-1)).toBe('json_schema');
  });

  test.each([
    ['HTML', { status: 200, body: '<html></html>' }],
    ['no choices', { status: 200, body: '{"choices": []}' }],
    ['an answer of megabytes', { status: 200, body: 'x'.repeat(2_500_000) }],
    ['a broken connection', 'reset'],
    ['a redirect', { status: 307, body: '', headers: { location: 'http://127.0.0.1:1/' } }],
  ] as [string, Reply][])('%s is a Fault', async (_name, reply) => {
    const server = await scripted(reply);
    const answer = chat(server.baseUrl).complete(CALL, never);
    await expect(answer).rejects.toThrow(expect.objectContaining({ code: expect.any(String) }));
    expect(server.calls).toHaveLength(1);
  });

  test('a server that takes no streams is asked for whole answers from then on, in the same form', async () => {
    const server = await startLlmServer(({ body }) =>
      body.stream
        ? { status: 422, body: '{"detail":[{"loc":["body","stream_options"],"msg":"Extra"}]}' }
        : { text: 'hello', usage: { prompt_tokens: 11, completion_tokens: 7 } },
    );
    const llm = chat(server.baseUrl);
    const answer = await llm.complete(CALL, never);
    expect(answer).toMatchObject({ text: 'hello', usage: { outputTokens: 7 } });
    await llm.complete(CALL, never);
    expect(server.calls.map(({ body }) => [body.stream, body.temperature])).toEqual([
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    expect(server.calls.map(formOf)).toEqual(Array(3).fill('json_schema'));
  });

  test('a prompt that is too long is put in no other form, and its fault says what the server says', async () => {
    const error = { code: 400, type: 'exceed_context_size_error', message: 'too long for hush' };
    const server = await scripted({ status: 400, body: JSON.stringify({ error }) });
    const fault = await chat(server.baseUrl)
      .complete(CALL, never)
      .catch((thrown) => thrown);
    expect(fault.said).toBe('exceed_context_size_error: too long for …');
    expect(server.calls).toHaveLength(1);
  });

  test('an answer that came to its limit says so', async () => {
    const server = await scripted({ text: 'hel', finish: 'length' });
    expect(await chat(server.baseUrl).complete(CALL, never)).toMatchObject({ isCutOff: true });
  });

  test('a call that is left frees the server at once', async () => {
    const server = await scripted('ramble');
    const abort = new AbortController();
    const asked = chat(server.baseUrl).complete(CALL, abort.signal);
    await until('the answer begins', () => server.busyCount() === 1);
    abort.abort('canceled');
    await expect(asked).rejects.toBe('canceled');
    await until('the server is free', () => server.busyCount() === 0);
    const late = chat(server.baseUrl, { timeoutMs: 50 }).complete(CALL, never);
    await expect(late).rejects.toMatchObject({ reason: 'timeout' });
    await until('the server is free', () => server.busyCount() === 0);
  });

  test('a message without content is an empty text', async () => {
    const body = '{"choices":[{"message":{"role":"assistant","content":null}}]}';
    const server = await scripted({ status: 200, body });
    expect((await chat(server.baseUrl).complete(CALL, never)).text).toBe('');
  });

  test('silence ends with its time, or when the caller has no more use for it', async () => {
    const server = await scripted('hang');
    const late = chat(server.baseUrl, { timeoutMs: 50 }).complete(CALL, never);
    await expect(late).rejects.toMatchObject({ reason: 'timeout' });
    const abort = new AbortController();
    const left = chat(server.baseUrl).complete(CALL, abort.signal);
    abort.abort('canceled');
    await expect(left).rejects.toBe('canceled');
  });

  test('a server that is asked too often is left alone as long as it says', async () => {
    const clock = new ManualClock();
    const refusal = { status: 429, body: '', headers: { 'retry-after': '30' } };
    const server = await scripted(refusal, says({}));
    const llm = chat(server.baseUrl, {}, clock);
    await expect(llm.complete(CALL, never)).rejects.toMatchObject({ status: 429 });
    await expect(llm.complete(CALL, never)).rejects.toThrow('left alone');
    expect(server.calls).toHaveLength(1);
    clock.advance(31_000);
    await llm.complete(CALL, never);
    expect(server.calls).toHaveLength(2);
  });
});
