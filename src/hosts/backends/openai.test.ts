import { afterAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../../tests/support/cleanup';
import { ManualClock } from '../../../tests/support/clock';
import { type Answer, hang, startSite } from '../../../tests/support/site';
import { until } from '../../../tests/support/until';
import { systemClock } from '../../lib/clock';
import type { ChatMessage, HostBackend } from '../types';
import { createBackend } from './create';
import { BackendFault } from './fault';
import { assignment, counted, everything, finished, said, sse } from './fixtures';
import { plainHttp } from './plain-http';

afterAll(cleanUp);

// biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
type Body = any;

const CHAT = '/v1/chat/completions';

/** A backend that answers by script, and what it was sent. */
function scripted(
  pages: Record<string, (body: Body, request: Request) => Response | Promise<Response>>,
  kind: HostBackend = 'vllm',
  clock = systemClock,
) {
  const sent: { path: string; body: Body; headers: Headers }[] = [];
  const answers = Object.entries(pages).map(([path, page]): [string, Answer] => [
    path,
    async (request) => {
      const body = request.method === 'POST' ? await request.json() : null;
      sent.push({ path, body, headers: request.headers });
      return page(body, request);
    },
  ]);
  const { url } = startSite(Object.fromEntries(answers));
  return {
    url,
    sent,
    backend: createBackend({ http: plainHttp, clock, kind, url, key: 's3cret' }),
  };
}

const chat = (messages: ChatMessage[], parameters: Record<string, unknown> = {}) => ({
  task: 'chat' as const,
  inputText: '',
  messages,
  parameters,
});
const user: ChatMessage = { role: 'user', content: 'Say hello.' };

async function failureOf(work: Promise<unknown>): Promise<BackendFault> {
  const thrown = await work.then(
    () => 'nothing was thrown',
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(BackendFault);
  return thrown as BackendFault;
}

const text = (parts: object[]) => parts.map((part) => ('delta' in part ? part.delta : '')).join('');

describe('an answer', () => {
  test('has a piece a token, white space too, then its finish with the usage', async () => {
    const { backend, sent } = scripted({
      [CHAT]: () =>
        sse(
          { choices: [{ delta: { role: 'assistant', content: '' } }] },
          said('Hi'),
          said('\n'),
          said(' '),
          said('there'),
          finished('length'),
          counted(7, 4),
        ),
    });
    const parts = await everything(backend, assignment({ request: { parameters: { seed: 7 } } }));
    expect(parts).toEqual([
      { delta: 'Hi' },
      { delta: '\n' },
      { delta: ' ' },
      { delta: 'there' },
      { finish: 'length', usage: { promptTokens: 7, completionTokens: 4 } },
    ]);
    expect(sent[0]?.body).toEqual({
      seed: 7,
      model: 'a-model',
      messages: [user],
      max_tokens: 50,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(sent[0]?.headers.get('authorization')).toBe('Bearer s3cret');
  });

  test('keeps to itself what the model thinks', async () => {
    const { backend } = scripted({
      [CHAT]: () =>
        sse(
          { choices: [{ delta: { reasoning_content: 'They greet me.' } }] },
          { choices: [{ delta: { reasoning: 'So I greet.' } }] },
          said('Hi'),
          finished(),
        ),
    });
    expect(await everything(backend, assignment())).toEqual([{ delta: 'Hi' }, { finish: 'stop' }]);
  });

  test('gives calls of tools once, whole, and as what ended it', async () => {
    const call = (fragment: object) => ({ choices: [{ delta: { tool_calls: [fragment] } }] });
    const { backend, sent } = scripted({
      [CHAT]: () =>
        sse(
          call({ index: 1, id: 'b', function: { name: 'time', arguments: '{}' } }),
          call({
            index: 0,
            id: 'a',
            type: 'function',
            function: { name: 'sum', arguments: '{"x"' },
          }),
          call({ index: 0, function: { arguments: ':1}' } }),
          finished('stop'),
        ),
    });
    const tools = [{ type: 'function', function: { name: 'sum' } }];
    expect(await everything(backend, assignment({ request: chat([user], { tools }) }))).toEqual([
      {
        finish: 'tool_calls',
        toolCalls: [
          { id: 'a', type: 'function', function: { name: 'sum', arguments: '{"x":1}' } },
          { id: 'b', type: 'function', function: { name: 'time', arguments: '{}' } },
        ],
      },
    ]);
    expect(sent[0]?.body.tools).toEqual(tools);
  });

  test('arrives whole however the bytes are cut', async () => {
    const bytes = await sse(said('Zażółć'), said('日本'), finished()).bytes();
    const { backend } = scripted({
      [CHAT]: () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
              controller.close();
            },
          }),
        ),
    });
    expect(text(await everything(backend, assignment()))).toBe('Zażółć日本');
  });

  test('of a model without a chat is a completion, and the chat is not asked again', async () => {
    const { backend, sent } = scripted({
      [CHAT]: () =>
        Response.json({ object: 'error', message: 'provide a chat template' }, { status: 400 }),
      '/v1/completions': () =>
        sse({ choices: [{ text: 'Hello' }] }, { choices: [{ text: '', finish_reason: 'stop' }] }),
    });
    const job = assignment({ acceptedText: 'Oh. ', nextSeq: 3, maxTokens: 48 });
    expect(text(await everything(backend, job))).toBe('Hello');
    expect(text(await everything(backend, job))).toBe('Hello');
    expect(sent.map(({ path }) => path)).toEqual([CHAT, '/v1/completions', '/v1/completions']);
    expect(sent[1]?.body).toMatchObject({ prompt: 'Say hello.Oh. ', max_tokens: 48 });
  });

  test('of a model without a chat goes on with a chat as a text, unless it is to call tools', async () => {
    const { backend, sent } = scripted({
      '/v1/completions': () =>
        sse({ choices: [{ text: 'Hello' }] }, { choices: [{ text: '', finish_reason: 'stop' }] }),
    });
    expect(text(await everything(backend, assignment({ request: chat([user]) })))).toBe('Hello');
    expect(sent[0]?.body.prompt).toBe('user: Say hello.\n\nassistant: ');
    const calling = assignment({ request: chat([user], { tools: [{}] }) });
    expect((await failureOf(everything(backend, calling))).status).toBe(404);
  });
});

describe('an answer that goes on', () => {
  const job = (messages: ChatMessage[]) =>
    assignment({ acceptedText: 'Hello wor', nextSeq: 4, maxTokens: 47, request: chat(messages) });

  test('is told to vLLM', async () => {
    const { backend, sent } = scripted({ [CHAT]: () => sse(said('ld'), finished()) });
    expect(text(await everything(backend, job([user])))).toBe('ld');
    expect(sent).toHaveLength(1);
    expect(sent[0]?.body).toMatchObject({
      messages: [user, { role: 'assistant', content: 'Hello wor' }],
      max_tokens: 47,
      continue_final_message: true,
      add_generation_prompt: false,
    });
  });

  test.each(['llamacpp', 'ollama'] as const)('joins the last message for %s', async (kind) => {
    const { backend, sent } = scripted({ [CHAT]: () => sse(said('ld'), finished()) }, kind);
    await everything(backend, job([user, { role: 'assistant', content: 'Yes: ' }]));
    expect(sent.at(-1)?.body.messages).toEqual([
      user,
      { role: 'assistant', content: 'Yes: Hello wor' },
    ]);
  });

  test('is not repeated by a backend that repeats, which is tried once', async () => {
    const { backend, sent } = scripted(
      {
        [CHAT]: ({ messages }) => {
          const { role, content } = messages.at(-1);
          return sse(said(`${role === 'assistant' ? content : ''}ld`), said('!'), finished());
        },
      },
      'llamacpp',
    );
    expect(await everything(backend, job([user]))).toEqual([
      { delta: 'ld' },
      { delta: '!' },
      { finish: 'stop' },
    ]);
    expect(text(await everything(backend, job([user])))).toBe('ld!');
    expect(sent).toHaveLength(3);
    expect(sent[0]?.body.max_tokens).toBe(1);
  });

  test('of a model that stutters keeps what only looks repeated', async () => {
    const { backend } = scripted(
      { [CHAT]: () => sse(said('\n'), said('\n'), finished()) },
      'llamacpp',
    );
    const stutter = assignment({ acceptedText: '\n', nextSeq: 2, request: chat([user]) });
    expect(text(await everything(backend, stutter))).toBe('\n\n');
  });

  test('is made anew where it must be, and what was accepted is passed over', async () => {
    const { backend, sent } = scripted(
      { [CHAT]: () => sse(said('Hel'), said('lo '), said('world'), said('!'), finished()) },
      'openai',
    );
    expect(await everything(backend, job([user]))).toEqual([
      { delta: 'ld' },
      { delta: '!' },
      { finish: 'stop' },
    ]);
    expect(sent[0]?.body).toMatchObject({ messages: [user], max_tokens: 50 });
  });

  test.each([['Good day'], ['Hello']])('fails when it is another one: %s', async (other) => {
    const { backend } = scripted({ [CHAT]: () => sse(said(other), finished()) }, 'openai');
    expect(await failureOf(everything(backend, job([user])))).toMatchObject({ retryable: true });
  });
});

describe('a backend that is broken', () => {
  const stream = (body: string) => () => new Response(body);
  test.each<[string, () => Response]>([
    ['sends garbage', stream('data: {{{\n\n')],
    ['sends another JSON', stream('data: {"choices":"none"}\n\n')],
    ['sends a page', stream('<html>hello</html>')],
    ['ends before its end', stream('data: {"choices":[{"delta":{"content":"Hi"}}]}\n\n')],
    ['says that it broke', stream('data: {"error":{"message":"out of memory","code":500}}\n\n')],
    ['sends a line without an end', stream(`data: ${'x'.repeat(2_000_000)}`)],
    ['sends an endless event', stream('data: x\n'.repeat(1_000_000))],
    ['breaks off its answer', stream('data: {"choices":[{"finish_reason":"abort"}]}\n\n')],
    ['is busy', () => new Response('later', { status: 503 })],
    ['is asked too often', () => new Response('later', { status: 429 })],
    ['has the model no more', () => Response.json({ error: 'no model' }, { status: 404 })],
    ['refuses its key', () => new Response('', { status: 401 })],
    ['sends elsewhere', () => Response.redirect('http://127.0.0.1:1/', 307)],
  ])('%s: another may do better', async (_, answer) => {
    const { backend } = scripted({ [CHAT]: answer });
    const failure = await failureOf(everything(backend, assignment({ request: chat([user]) })));
    expect(failure).toMatchObject({ retryable: true });
  });

  test('refuses a request in its own words, for good, and not at any length', async () => {
    const message = `This model takes 4096 tokens.\n${'x'.repeat(5_000)}`;
    const { backend } = scripted({
      [CHAT]: () => Response.json({ error: { message } }, { status: 400 }),
    });
    const failure = await failureOf(everything(backend, assignment({ request: chat([user]) })));
    expect(failure.retryable).toBe(false);
    expect(failure.message).toStartWith(
      'The backend answered with HTTP status 400: This model takes 4096 tokens. xxx',
    );
    expect(failure.message.length).toBeLessThan(600);
  });

  test('is not there', async () => {
    const backend = createBackend({
      http: plainHttp,
      clock: systemClock,
      kind: 'vllm',
      url: 'http://127.0.0.1:1',
      key: '',
    });
    expect(await failureOf(everything(backend, assignment()))).toMatchObject({ retryable: true });
  });

  test('hangs before its answer, or in it', async () => {
    for (const [begin, words] of [
      ['', 'did not begin'],
      [`data: ${JSON.stringify(said('Hi'))}\n\n`, 'did not go on'],
    ] as const) {
      const clock = new ManualClock();
      const asked = Promise.withResolvers<AbortSignal>();
      const { backend } = scripted(
        {
          [CHAT]: (_, request) => {
            asked.resolve(request.signal);
            const start = (controller: ReadableStreamDefaultController) =>
              controller.enqueue(new TextEncoder().encode(`: ping\n\n${begin}`));
            return new Response(new ReadableStream({ start }));
          },
        },
        'vllm',
        clock,
      );
      const parts = backend.generate(assignment(), new AbortController().signal);
      const iterator = parts[Symbol.asyncIterator]();
      if (begin !== '') expect((await iterator.next()).value).toEqual({ delta: 'Hi' });
      const failing = failureOf(iterator.next());
      const gone = await asked.promise;
      clock.advance(begin === '' ? 240_000 : 60_000);
      const failure = await failing;
      expect(failure).toMatchObject({ retryable: true });
      expect(failure.message).toContain(words);
      expect(clock.pending).toBe(0);
      await until('the request is ended', () => gone.aborted);
    }
  });

  test('is let go as soon as nobody wants its answer', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    const { backend } = scripted({
      [CHAT]: (_, request) => {
        asked.resolve(request.signal);
        return hang(request);
      },
    });
    const abort = new AbortController();
    const failing = everything(backend, assignment(), abort.signal).catch((reason) => reason);
    const gone = await asked.promise;
    abort.abort('canceled');
    expect(await failing).toBe('canceled');
    await until('the request is ended', () => gone.aborted);
  });
});

describe('models', () => {
  test('come with what each takes, as vLLM and llama.cpp tell it', async () => {
    const data = [
      { id: 'a', max_model_len: 8_192 },
      { id: 'b', meta: { n_ctx: 2_048, n_ctx_train: 4_000 } },
      { id: 'c' },
    ];
    const { backend } = scripted({ '/v1/models': () => Response.json({ data }) });
    expect(await backend.models(new AbortController().signal)).toEqual([
      { name: 'a', maxTokens: 8_192 },
      { name: 'b', maxTokens: 2_048 },
      { name: 'c', maxTokens: 4_096 },
    ]);
  });

  test('of Ollama come with the context of each', async () => {
    const { backend } = scripted(
      {
        '/api/tags': () => Response.json({ models: [{ name: 'llama3:8b' }, { name: 'odd' }] }),
        '/api/show': ({ model }) =>
          Response.json({
            model_info: model === 'odd' ? {} : { 'llama.context_length': 8_192, 'llama.vocab': 1 },
          }),
      },
      'ollama',
    );
    expect(await backend.models(new AbortController().signal)).toEqual([
      { name: 'llama3:8b', maxTokens: 8_192 },
      { name: 'odd', maxTokens: 4_096 },
    ]);
  });
});

describe('embeddings', () => {
  const job = assignment({ request: { task: 'embedding', inputs: ['a', 'b'] } });

  test('are in the order of what was asked', async () => {
    const { backend, sent } = scripted({
      '/v1/embeddings': () =>
        Response.json({
          data: [
            { index: 1, embedding: [0.3, 0.4] },
            { index: 0, embedding: [0.1, 0.2] },
          ],
          usage: { prompt_tokens: 2, total_tokens: 2 },
        }),
    });
    expect(await backend.embed(job, new AbortController().signal)).toEqual({
      embeddings: [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
      usage: { promptTokens: 2, completionTokens: 0 },
    });
    expect(sent[0]?.body).toMatchObject({ model: 'a-model', input: ['a', 'b'] });
  });

  test('are refused when some are missing', async () => {
    const { backend } = scripted({
      '/v1/embeddings': () => Response.json({ data: [{ index: 0, embedding: [0.1] }] }),
    });
    const failure = await failureOf(backend.embed(job, new AbortController().signal));
    expect(failure.retryable).toBe(true);
  });
});

describe('text-generation-inference', () => {
  const token = (content: string, special = false) => ({ token: { text: content, special } });
  const details = { finish_reason: 'eos_token', generated_tokens: 2, input_length: 3 };

  test('goes on with a text in its own terms', async () => {
    const { backend, sent } = scripted(
      {
        '/generate_stream': () =>
          sse(token(' wor'), token('ld'), { ...token('</s>', true), details }),
      },
      'huggingface',
    );
    const parameters = { temperature: 0, top_p: 1, stop: '\n', seed: 3 };
    const request = { task: 'completion' as const, inputText: 'Say: ', parameters };
    const job = assignment({ acceptedText: 'Hello', nextSeq: 2, maxTokens: 9, request });
    expect(await everything(backend, job)).toEqual([
      { delta: ' wor' },
      { delta: 'ld' },
      { finish: 'stop', usage: { promptTokens: 3, completionTokens: 2 } },
    ]);
    expect(sent[0]?.body).toEqual({
      inputs: 'Say: Hello',
      parameters: {
        do_sample: false,
        stop: ['\n'],
        seed: 3,
        max_new_tokens: 9,
        return_full_text: false,
        details: true,
      },
      stream: true,
    });
  });

  test('is asked for a chat first, and says what it serves', async () => {
    const { backend, sent } = scripted(
      {
        [CHAT]: () => sse(said('Hi'), finished()),
        '/info': () => Response.json({ model_id: 'm', max_total_tokens: 2_048 }),
      },
      'huggingface',
    );
    expect(text(await everything(backend, assignment()))).toBe('Hi');
    expect(sent.map(({ path }) => path)).toEqual([CHAT]);
    expect(await backend.models(new AbortController().signal)).toEqual([
      { name: 'm', maxTokens: 2_048 },
    ]);
  });

  test('at an endpoint with a path takes texts alone', async () => {
    const { url, sent } = scripted({
      '/infer': () => sse({ ...token('Hi'), details }),
    });
    const backend = createBackend({
      http: plainHttp,
      clock: systemClock,
      kind: 'huggingface',
      url: `${url}/infer`,
      key: '',
    });
    expect(text(await everything(backend, assignment()))).toBe('Hi');
    expect(sent[0]?.body).toMatchObject({ inputs: 'Say hello.', stream: true });
    expect(backend.features).toEqual(['completions']);
    const failure = await failureOf(everything(backend, assignment({ request: chat([user]) })));
    expect(failure.retryable).toBe(true);
  });
});
