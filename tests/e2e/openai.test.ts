import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import OpenAI, { APIError, AuthenticationError, NotFoundError, RateLimitError } from 'openai';
import {
  EXAMPLES,
  run,
  type SeededUser,
  type Server,
  seedUser,
  sondeJson,
  startServer,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { clientOf } from '../support/client';
import { startLlmServer } from '../support/llm-server';
import {
  type GivenJob,
  type Script,
  type ScriptedHost,
  startScriptedHost,
} from '../support/scripted-host';
import { startSite } from '../support/site';
import { until } from '../support/until';

afterAll(cleanUp);

const MODEL = 'team/llama-3:8b';
const PLAIN = 'plain';
const WORDS = ['Once', ' upon', ' a', ' time', ' there', ' was "€" \n', ' 🦊', '.'];
const STORY = WORDS.join('');
const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
/** A host is told to stop within this time. */
const CANCEL_MS = 1_000;

const tool = {
  type: 'function' as const,
  function: { name: 'clock', parameters: { type: 'object', properties: {} } },
};
const call = {
  id: 'call_1',
  type: 'function',
  function: { name: 'clock', arguments: '{"zone":1}' },
};

/** The last thing that the user said is what the host does. */
const script: Script = function* (job) {
  if (job.task === 'embedding') {
    yield {
      done: 'stop',
      embeddings: job.inputs.map((text) => [text.length, 0.5, -1]),
      usage: { prompt_tokens: 5, completion_tokens: 0 },
    };
    return;
  }
  switch (wish(job)) {
    case 'call':
      yield {
        done: 'tool_calls',
        tool_calls: [call],
        usage: { prompt_tokens: 9, completion_tokens: 6 },
      };
      return;
    case 'break':
      yield ['a', 'b'];
      yield { fail: 'the GPU is on fire', retryable: false };
      return;
    case 'refuse':
      yield { fail: 'the prompt is too long for it', retryable: false };
      return;
    case 'hang':
      yield 'a';
      yield new Promise(() => {});
      return;
    case 'silence':
      yield new Promise(() => {});
      return;
    default:
      yield WORDS.slice(0, 3);
      for (const word of WORDS.slice(3)) yield word;
      yield { done: 'stop', usage: { prompt_tokens: 7, completion_tokens: WORDS.length } };
  }
};

function wish({ messages, input_text }: GivenJob): unknown {
  return messages.at(-1)?.content ?? input_text;
}

let server: Server;
let ada: SeededUser;
let host: ScriptedHost;
let openai: OpenAI;

const ask = (content: string) => ({
  model: MODEL,
  messages: [{ role: 'user' as const, content }],
});

beforeAll(async () => {
  server = await startServer({ env: { SONDE_FETCH_ALLOW: '127.0.0.0/8' } });
  ada = await seedUser(server.data, { credits: 100_000 });
  await sondeJson(['library', 'add', EXAMPLES, '--user', ada.email], { data: server.data });
  host = await startScriptedHost(
    server.url,
    {
      userKey: ada.key,
      models: [{ name: MODEL, max_tokens: 1_000 }],
      features: ['chat', 'completions', 'embeddings', 'tools', 'response_format'],
      slots: 64,
    },
    script,
  );
  await startScriptedHost(server.url, { userKey: ada.key, models: [PLAIN], features: [] }, script);
  openai = clientFor(ada.key);
});

function clientFor(apiKey: string, maxRetries = 0, url = server.url): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries });
}

/** What a request is refused with; fails when it is not. */
async function refusalOf(request: Promise<unknown>): Promise<APIError> {
  const refusal = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (refusal instanceof APIError) return refusal;
  throw new Error(`no refusal: ${String(refusal)}`);
}

describe('the official client of npm', () => {
  test('chats, and is told what it cost', async () => {
    const before = (await clientOf(server.url, ada.key).balance()).credits_micros;
    const answer = await openai.chat.completions.create(ask('tell'));
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: MODEL,
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: STORY, refusal: null },
        },
      ],
      usage: {
        prompt_tokens: 7,
        completion_tokens: WORDS.length,
        total_tokens: 15,
        credits: 0.008,
      },
    });
    expect(answer.id).toBe(`chatcmpl-${answer._request_id}`);
    const after = (await clientOf(server.url, ada.key).balance()).credits_micros;
    expect(before - after).toBe(8_000);
  });

  test('streams a chat, its reason and its usage', async () => {
    const stream = await openai.chat.completions.create({
      ...ask('tell'),
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    const said = chunks.map(({ choices }) => choices[0]?.delta.content ?? '');
    expect(said.filter((text) => text !== '')).toEqual(WORDS);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 8 } });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
  });

  test('has its parameters handed to the host', async () => {
    await openai.chat.completions.create({
      ...ask('tell'),
      temperature: 0.25,
      top_p: 0.5,
      seed: 42,
      stop: ['END'],
      presence_penalty: 0.5,
      frequency_penalty: -0.5,
      max_completion_tokens: 77,
      response_format: { type: 'json_object' },
      user: 'somebody',
      metadata: { purpose: 'test' },
    });
    expect(host.jobs.at(-1)).toMatchObject({
      task: 'chat',
      max_tokens: 77,
      messages: [{ role: 'user', content: 'tell' }],
      parameters: {
        temperature: 0.25,
        top_p: 0.5,
        seed: 42,
        stop: ['END'],
        presence_penalty: 0.5,
        frequency_penalty: -0.5,
        response_format: { type: 'json_object' },
      },
    });
    expect(host.jobs.at(-1)?.parameters).not.toHaveProperty('user');
  });

  test('without a limit asks for what the model has', async () => {
    await openai.chat.completions.create(ask('tell'));
    expect(host.jobs.at(-1)?.max_tokens).toBe(1_000);
  });

  test('calls tools, whole and streamed, and answers them', async () => {
    const asked = { ...ask('call'), tools: [tool], tool_choice: 'auto' as const };
    const answer = await openai.chat.completions.create(asked);
    const [choice] = answer.choices;
    expect(choice).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [call] },
    });
    expect(host.jobs.at(-1)?.parameters).toEqual({ tools: [tool], tool_choice: 'auto' });
    const streamed = await openai.chat.completions.stream(asked).finalChatCompletion();
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject([call]);
    await openai.chat.completions.create({
      ...asked,
      messages: [
        ...asked.messages,
        choice!.message,
        { role: 'tool', tool_call_id: 'call_1', content: 'noon' },
      ],
    });
    expect(host.jobs.at(-1)?.messages.slice(1)).toEqual([
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', content: 'noon', tool_call_id: 'call_1' },
    ] as never);
  });

  test('completes a text, whole and streamed', async () => {
    const asked = { model: MODEL, prompt: 'tell', max_tokens: 20 };
    const answer = await openai.completions.create(asked);
    expect(answer.choices).toEqual([
      { index: 0, text: STORY, logprobs: null, finish_reason: 'stop' },
    ]);
    let text = '';
    for await (const chunk of await openai.completions.create({ ...asked, stream: true }))
      text += chunk.choices[0]?.text ?? '';
    expect(text).toBe(STORY);
    expect(host.jobs.at(-1)).toMatchObject({ task: 'completion', input_text: 'tell' });
  });

  test('embeds texts, as numbers or packed', async () => {
    const input = ['a', 'long'];
    for (const encoding_format of ['float', 'base64', undefined] as const) {
      const answer = await openai.embeddings.create({
        model: MODEL,
        input,
        ...(encoding_format ? { encoding_format } : {}),
      });
      expect(answer.usage).toMatchObject({ total_tokens: answer.usage.prompt_tokens });
      const vectors = answer.data.map(({ embedding }) => embedding as unknown);
      const packed = vectors.map((vector) =>
        typeof vector === 'string'
          ? [...new Float32Array(Uint8Array.from(Buffer.from(vector, 'base64')).buffer)]
          : vector,
      );
      expect(packed).toEqual([
        [1, 0.5, -1],
        [4, 0.5, -1],
      ]);
    }
  });

  test('lists the models, and finds one whose name has slashes', async () => {
    const models = (await openai.models.list()).data;
    expect(models.map(({ id }) => id)).toEqual([
      PLAIN,
      MODEL,
      'sonde-lite',
      'sonde-standard',
      'sonde-pro',
    ]);
    const found = await openai.models.retrieve(MODEL);
    expect(found).toMatchObject({
      id: MODEL,
      object: 'model',
      owned_by: 'pool',
      max_tokens: 1_000,
    });
    expect(found.created * 1_000).toBeCloseTo(Date.now(), -6);
    const raw = await clientOf(server.url, ada.key).get(`/v1/models/${MODEL}`);
    expect([raw.status, raw.json.id]).toEqual([200, MODEL]);
    expect(await refusalOf(openai.models.retrieve('no/such'))).toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  test('sends a request again under its key, and pays once', async () => {
    const options = { headers: { 'Idempotency-Key': 'twice' } };
    const asked = ask('tell');
    const jobs = host.jobs.length;
    const first = await openai.chat.completions.create(asked, options);
    const again = await openai.chat.completions.create(asked, options);
    expect(again).toEqual(first);
    expect(host.jobs.length).toBe(jobs + 1);
    const other = openai.chat.completions.create(ask('call'), options);
    expect(await refusalOf(other)).toMatchObject({ status: 409 });
  });
});

describe('a refusal, as the client knows it', () => {
  test.each(['nonsense', 'inf_live_0000000000000000000000000000000000000000'])(
    'of the key "%s"',
    async (key) => {
      const refusal = await refusalOf(clientFor(key).models.list());
      expect(refusal).toBeInstanceOf(AuthenticationError);
      expect(refusal).toMatchObject({ status: 401, code: 'invalid_api_key' });
    },
  );

  test('of a model that is not there names those which are', async () => {
    const refusal = await refusalOf(
      openai.chat.completions.create({ ...ask('tell'), model: 'gpt-4o' }),
    );
    expect(refusal).toBeInstanceOf(NotFoundError);
    expect(refusal).toMatchObject({ code: 'model_not_found', param: 'model' });
    expect(refusal.message).toContain(MODEL);
  });

  test('of too few credits is one of quota, and not tried again', async () => {
    const bob = await seedUser(server.data, { email: 'bob@example.com', credits: 0 });
    const jobs = host.jobs.length;
    const startedMs = performance.now();
    const refusal = await refusalOf(clientFor(bob.key, 5).chat.completions.create(ask('tell')));
    expect(refusal).toBeInstanceOf(RateLimitError);
    expect(refusal).toMatchObject({ status: 429, code: 'insufficient_quota' });
    expect(performance.now() - startedMs).toBeLessThan(400);
    expect(host.jobs.length).toBe(jobs);
  });

  const bad: [field: string, body: object][] = [
    ['n', { n: 2 }],
    [
      'messages[0].content[1]',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
            ],
          },
        ],
      },
    ],
    ['temperature', { temperature: 9 }],
    ['max_tokens', { max_tokens: 1_001 }],
    ['tools', { model: PLAIN, tools: [tool] }],
    ['response_format', { model: PLAIN, response_format: { type: 'json_object' } }],
    ['top_k', { top_k: 4 }],
  ];
  test.each(bad)('of a body names %s', async (param, body) => {
    const asked = { ...ask('tell'), ...body } as ReturnType<typeof ask>;
    const refusal = await refusalOf(openai.chat.completions.create(asked));
    expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error', param });
  });

  test('of what is no JSON, and of what is too large', async () => {
    const api = clientOf(server.url, ada.key);
    const broken = await api.post('/v1/chat/completions', '{');
    expect([broken.status, broken.json.error.type]).toEqual([400, 'invalid_request_error']);
    const large = await api.post('/v1/chat/completions', `"${'x'.repeat(1_048_577)}"`);
    expect([large.status, large.json.error.code]).toEqual([413, 'too_large']);
  });

  test('of a job that failed before it said anything has a status', async () => {
    for (const stream of [false, true]) {
      const refusal = await refusalOf(
        openai.chat.completions.create({ ...ask('refuse'), stream } as ReturnType<typeof ask>),
      );
      expect(refusal.status).toBe(503);
      expect(refusal.message).toContain('too long for it');
    }
  });

  test('of a job that failed later ends the stream, and costs what was said', async () => {
    const stream = await openai.chat.completions.create({ ...ask('break'), stream: true });
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    })();
    const refusal = await refusalOf(reading);
    expect(text).toBe('ab');
    expect(refusal.message).toContain('on fire');
  });
});

describe('a client that goes away', () => {
  /** When the host was told, in ms after the client left. */
  async function toldAfter(leave: () => void, jobs: number): Promise<number> {
    const job = await until('the host has the job', () => host.jobs[jobs]);
    const leftMs = performance.now();
    leave();
    const toldMs = await until('the host is told', () => host.canceledAt.get(job.job_id), 5_000);
    return toldMs - leftMs;
  }

  test('in mid-stream cancels its job at the host', async () => {
    const jobs = host.jobs.length;
    const stream = await openai.chat.completions.create({ ...ask('hang'), stream: true });
    const told = await toldAfter(() => stream.controller.abort(), jobs);
    expect(told).toBeLessThan(CANCEL_MS);
  });

  test.each([
    ['before the first token, streamed', true, 'silence'],
    ['before the first token', false, 'silence'],
    ['in mid-answer', false, 'hang'],
  ])('%s cancels its job at the host', async (_, stream, wanted) => {
    const jobs = host.jobs.length;
    const leaving = new AbortController();
    const asked = openai.chat.completions.create(
      { ...ask(wanted), stream },
      { signal: leaving.signal },
    );
    void asked.catch(() => {});
    expect(await toldAfter(() => leaving.abort(), jobs)).toBeLessThan(CANCEL_MS);
  });

  test('leaves a job to another who asked under the same key', async () => {
    const jobs = host.jobs.length;
    const options = { headers: { 'Idempotency-Key': 'shared' } };
    const asked = { ...ask('hang'), stream: true as const };
    const one = await openai.chat.completions.create(asked, options);
    const two = await openai.chat.completions.create(asked, options);
    const job = await until('the host has the job', () => host.jobs[jobs]);
    one.controller.abort();
    await Bun.sleep(CANCEL_MS);
    expect(host.canceledAt.has(job.job_id)).toBe(false);
    two.controller.abort();
    await until('the host is told', () => host.canceledAt.has(job.job_id));
  });
});

describe('a server that stops', () => {
  test('tells who still reads, and leaves no job behind', async () => {
    const stopping = await startServer();
    const { key } = await seedUser(stopping.data);
    const hanging = await startScriptedHost(
      stopping.url,
      { userKey: key, models: [MODEL] },
      script,
    );
    const client = clientFor(key, 0, stopping.url);
    const options = { headers: { 'Idempotency-Key': 'unread' } };
    const stream = await client.chat.completions.create({ ...ask('hang'), stream: true }, options);
    const reading = refusalOf(
      (async () => {
        for await (const _ of stream) {
          // Until it ends.
        }
      })(),
    );
    const whole = refusalOf(client.chat.completions.create(ask('silence')));
    await until('the host has both', () => hanging.jobs.length === 2);
    const startedMs = performance.now();
    expect(await stopping.stop()).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(4_000);
    expect((await reading).message).toContain('stopping');
    expect((await whole).status).toBe(503);
    const next = await startServer({ data: stopping.data });
    const again = clientFor(key, 0, next.url).chat.completions.create(
      { ...ask('hang'), stream: true },
      options,
    );
    expect(await refusalOf(again)).toMatchObject({ status: 409 });
  });
});

describe('research as a model', () => {
  const research = {
    model: 'sonde-lite',
    messages: [
      { role: 'system' as const, content: 'You are helpful.' },
      { role: 'user' as const, content: TURBINES },
    ],
  };

  test('answers with a brief that cites its sources', async () => {
    const answer = await openai.chat.completions.create({ ...research, temperature: 0.7 });
    const { content, annotations } = answer.choices[0]!.message;
    expect(content).toMatch(/16 turbines[^\n]*\[\d+\]/);
    expect(content).toMatch(/\n\n\*\*Sources\*\*\n\n- \[\d+\] \S/);
    expect(annotations ?? []).toEqual([]);
    expect(answer).toMatchObject({ model: 'sonde-lite', usage: { credits: 50 } });
    expect(answer.usage!.total_tokens).toBeGreaterThan(10);
  });

  test('names the place of each citation of a page', async () => {
    const site = startSite({ '/mill': '<p>The mill of Orrin was built in 1784.</p>' });
    const origin = `${site.url}/mill`;
    const added = await clientOf(server.url, ada.key).post('/v1/library', { url: origin });
    expect(added.status).toBe(201);
    const messages = [{ role: 'user' as const, content: 'When was the mill of Orrin built?' }];
    const answer = await openai.chat.completions.create({ ...research, messages });
    const { content, annotations } = answer.choices[0]!.message;
    expect(content).toContain('1784');
    const citations = annotations!.map(({ url_citation }) => url_citation);
    expect(citations.length).toBeGreaterThan(0);
    for (const { start_index, end_index, url } of citations) {
      expect(content!.slice(start_index, end_index)).toMatch(/^\[\d+\]$/);
      expect(url).toBe(origin);
    }
    expect(content).toContain(`](${origin})`);
  });

  test('streams what it does, then the brief', async () => {
    const stream = await openai.chat.completions.create({
      ...research,
      stream: true,
      stream_options: { include_usage: true },
    });
    let thoughts = '';
    let text = '';
    let credits: unknown;
    for await (const { choices, usage } of stream) {
      const delta = choices[0]?.delta as { content?: string; reasoning_content?: string };
      if (delta?.reasoning_content) {
        expect(text).toBe('');
        thoughts += delta.reasoning_content;
      }
      text += delta?.content ?? '';
      credits = (usage as { credits?: number } | null)?.credits ?? credits;
    }
    expect(thoughts).toMatch(/^plan: .*\n[\s\S]*read \[1\]/);
    expect(text).toMatch(/16 turbines[^\n]*\[\d+\]/);
    expect(text).toContain('**Sources**');
    expect(credits).toBe(50);
  });

  test.each([true, false])(
    'is canceled when its client goes away, streamed: %p',
    async (stream) => {
      const model = await startLlmServer(() => 'hang');
      const slow = await startServer({
        env: { SONDE_LLM_URL: model.baseUrl, SONDE_LLM_MODEL: 'small', SONDE_LLM_PRICE: '1/2' },
      });
      const { key } = await seedUser(slow.data);
      const leaving = new AbortController();
      const asked = clientFor(key, 0, slow.url).chat.completions.create(
        { ...research, stream },
        { signal: leaving.signal },
      );
      void asked.catch(() => {});
      await until('the model is asked', () => model.calls.length > 0);
      leaving.abort();
      const api = clientOf(slow.url, key);
      const [job] = (await api.get('/v1/research?limit=1')).json;
      expect(await api.ended(job.id)).toMatchObject({ status: 'canceled' });
    },
  );

  test.each([
    ['tools', { tools: [tool] }],
    ['response_format', { response_format: { type: 'json_object' } }],
    ['stop', { stop: ['x'] }],
    ['messages', { messages: [{ role: 'system', content: 'Hi' }] }],
    ['messages', { messages: [{ role: 'user', content: 'x' }] }],
  ])('is refused what it cannot do, by %s', async (param, body) => {
    const asked = { ...research, ...body } as typeof research;
    const refusal = await refusalOf(openai.chat.completions.create(asked));
    expect(refusal).toMatchObject({ status: 400, param });
  });
});

/** The same API through the client of PyPI, in few words. */
const PROGRAM = `
import json, sys
from openai import OpenAI, NotFoundError, RateLimitError
url, key, poor, model = sys.argv[1:]
client = OpenAI(base_url=url + "/v1", api_key=key, max_retries=0)
messages = [{"role": "user", "content": "tell"}]
whole = client.chat.completions.create(model=model, messages=messages)
stream = client.chat.completions.create(
    model=model, messages=messages, stream=True, stream_options={"include_usage": True})
text, usage = "", None
for chunk in stream:
    if chunk.choices: text += chunk.choices[0].delta.content or ""
    usage = chunk.usage or usage
tools = [{"type": "function", "function": {"name": "clock", "parameters": {"type": "object"}}}]
call = client.chat.completions.create(
    model=model, messages=[{"role": "user", "content": "call"}], tools=tools)
def failure(kind, work):
    try: work()
    except kind as error: return error.code
broken = None
try:
    for _ in client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": "break"}], stream=True): pass
except Exception as error: broken = str(error)
research = client.chat.completions.create(
    model="sonde-lite", messages=[{"role": "user", "content": "${TURBINES}"}])
print(json.dumps({
    "whole": whole.choices[0].message.content,
    "streamed": text,
    "tokens": usage.completion_tokens,
    "call": call.choices[0].message.tool_calls[0].function.arguments,
    "completed": client.completions.create(model=model, prompt="tell").choices[0].text,
    "embedded": client.embeddings.create(model=model, input=["a", "long"]).data[1].embedding,
    "models": [one.id for one in client.models.list()],
    "model": client.models.retrieve(model).id,
    "unknown": failure(NotFoundError, lambda: client.chat.completions.create(
        model="gpt-4o", messages=messages)),
    "poor": failure(RateLimitError, lambda: OpenAI(base_url=url + "/v1", api_key=poor)
        .chat.completions.create(model=model, messages=messages)),
    "broken": broken,
    "brief": research.choices[0].message.content,
}))
`;

const PYPI_VERSION = '3.54.0';

/** In an environment of its own, which is kept for the next time. Undefined, with the reason said
 * aloud, where it cannot be had. */
async function pythonWithOpenAi(): Promise<string | undefined> {
  const folder = join(import.meta.dir, `../../node_modules/.cache/openai-pypi-${PYPI_VERSION}`);
  const python = join(folder, 'bin/python');
  const attempt = (command: string[]) =>
    run(command).catch((reason: unknown) => ({ code: 1, stderr: String(reason) }));
  if ((await attempt([python, '-c', 'import openai'])).code === 0) return python;
  for (const step of [
    ['python3', '-m', 'venv', '--clear', folder],
    [python, '-m', 'pip', 'install', '--quiet', `openai==${PYPI_VERSION}`],
  ]) {
    const { code, stderr } = await attempt(step);
    if (code === 0) continue;
    console.warn(`the openai package of PyPI is not to be had: ${stderr.slice(-300)}`);
    return undefined;
  }
  return python;
}

const python = await pythonWithOpenAi();

test.skipIf(python === undefined)('the official client of PyPI does the same', async () => {
  const poor = await seedUser(server.data, { email: 'eve@example.com', credits: 0 });
  const { code, stderr, json } = await run([
    python!,
    '-c',
    PROGRAM,
    server.url,
    ada.key,
    poor.key,
    MODEL,
  ]);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(json).toMatchObject({
    whole: STORY,
    streamed: STORY,
    tokens: WORDS.length,
    call: call.function.arguments,
    completed: STORY,
    embedded: [4, 0.5, -1],
    model: MODEL,
    unknown: 'model_not_found',
    poor: 'insufficient_quota',
    broken: expect.stringContaining('on fire'),
    brief: expect.stringMatching(/16 turbines[^\n]*\[\d+\]/),
  });
  expect(json.models).toContain('sonde-pro');
});
