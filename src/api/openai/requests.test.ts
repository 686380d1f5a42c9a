import { describe, expect, test } from 'bun:test';
import type { PoolModel } from '../../hosts/types';
import { validator } from '../../http/validate';
import { Fault } from '../../lib/fault';
import { chatRequest, completionRequest, embeddingRequest } from './requests';
import {
  type ChatBody,
  ChatCompletionRequest,
  CompletionRequest,
  EmbeddingRequest,
} from './schemas-request';

const poolModel = (name: string, maxTokens: number): PoolModel => ({
  name,
  maxTokens,
  availableHosts: 1,
  lowestPrice: { inputMicros: 0, outputMicros: 1 },
  highestPrice: { inputMicros: 0, outputMicros: 1 },
  features: ['chat'],
  createdMs: 0,
});
const catalog = {
  models: () => [poolModel('small', 512), poolModel('large', 32_768)],
  aliases: () => [{ name: 'any', models: ['large', 'small'] }],
};
const checkedChat = validator(ChatCompletionRequest);
const checkedCompletion = validator(CompletionRequest);
const checkedEmbedding = validator(EmbeddingRequest);

const question = { role: 'user', content: 'Hi' };
const chat = (body: object) =>
  chatRequest(checkedChat({ model: 'large', messages: [question], ...body }), catalog);
const completion = (body: object) =>
  completionRequest(checkedCompletion({ model: 'large', prompt: 'Once', ...body }), catalog);
const embedding = (body: object) =>
  embeddingRequest(checkedEmbedding({ model: 'large', input: 'text', ...body }));

function refusalOf(work: () => unknown): Fault {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof Fault) return thrown;
    throw thrown;
  }
  throw new Error('it was taken');
}

const tool = { type: 'function', function: { name: 'clock', parameters: { type: 'object' } } };

describe('a chat', () => {
  test('is handed on with what was given, and nothing more', () => {
    const given = {
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      stop: ['\n'],
      presence_penalty: 1,
      frequency_penalty: -1,
      tools: [tool],
      tool_choice: 'auto',
      response_format: { type: 'json_object' },
    };
    const request = chat({ ...given, max_tokens: 9, user: 'u', metadata: { a: 'b' }, store: true });
    expect(request).toEqual({
      task: 'chat',
      model: 'large',
      inputText: '',
      messages: [question],
      inputs: [],
      maxTokens: 9,
      parameters: given,
      maxPricePerToken: null,
    } as typeof request);
  });

  test('what is null, or asks for nothing, is as if it were left out', () => {
    const request = chat({
      temperature: null,
      stop: null,
      n: 1,
      logprobs: false,
      top_logprobs: 0,
      logit_bias: {},
      audio: null,
      modalities: ['text'],
      tools: [],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      response_format: { type: 'text' },
    });
    expect(request.parameters).toEqual({});
  });

  test.each([
    ['large', 4_096],
    ['small', 512],
    ['any', 512],
    ['nobody knows it', 4_096],
  ])('without a limit, %s may say %i tokens', (model, most) => {
    expect(chat({ model }).maxTokens).toBe(most);
  });

  test('takes the newer name of the limit', () => {
    expect(chat({ max_completion_tokens: 11 }).maxTokens).toBe(11);
  });

  test('parts become one text, and what a client keeps in a message stays with it', () => {
    const parts = ['a', 'b'].map((text) => ({ type: 'text', text }));
    const calls = [{ id: 'c1', type: 'function', function: { name: 'clock', arguments: '{}' } }];
    const messages = [
      { role: 'system', content: parts, cache_control: { type: 'ephemeral' } },
      { role: 'assistant', content: null, tool_calls: calls, refusal: null, annotations: [] },
      { role: 'tool', tool_call_id: 'c1', content: '12:00' },
    ];
    expect(chat({ messages }).messages).toEqual([
      { role: 'system', content: 'a\nb' },
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'tool', content: '12:00', tool_call_id: 'c1' },
    ]);
  });

  const image = { type: 'image_url', image_url: { url: 'data:,' } };
  const refused: [body: Record<string, unknown>, field: string, words: RegExp][] = [
    [{ model: '' }, 'model', /GET \/v1\/models/],
    [{ messages: [] }, 'messages', /at least one message/],
    [{ messages: 'Hi' }, 'messages', /at least one message/],
    [{ messages: [{ role: 'robot', content: '' }] }, 'messages/0/role', /system, developer, user/],
    [{ messages: [{ role: 'user' }] }, 'messages/0/content', /no content/],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages/0/tool_call_id', /tool_call_id/],
    [{ messages: [{ ...question, content: [image] }] }, 'messages/0/content/0', /image_url/],
    [{ n: 2 }, 'n', /ask once for each answer/],
    [{ logprobs: true }, 'logprobs', /likelihood/],
    [{ top_logprobs: 3 }, 'top_logprobs', /likelihood/],
    [{ logit_bias: { 50256: -100 } }, 'logit_bias', /no host takes biases/],
    [{ audio: { voice: 'x', format: 'wav' } }, 'audio', /answers are text/],
    [{ modalities: ['text', 'audio'] }, 'modalities', /no host answers otherwise/],
    [{ functions: [] }, 'functions', /use tools/],
    [{ function_call: 'auto' }, 'function_call', /use tool_choice/],
    [{ web_search_options: {} }, 'web_search_options', /sonde-lite/],
    [{ parallel_tool_calls: false }, 'parallel_tool_calls', /hosts decide/],
    [{ reasoning_effort: 'high' }, 'reasoning_effort', /another model/],
    [{ temperature: 2.1 }, 'temperature', /from 0 to 2/],
    [{ top_p: -1 }, 'top_p', /from 0 to 1/],
    [{ presence_penalty: 'much' }, 'presence_penalty', /from -2 to 2/],
    [{ seed: 1.5 }, 'seed', /whole number/],
    [{ stop: ['a', 'b', 'c', 'd', 'e'] }, 'stop', /up to 4/],
    [{ max_tokens: 0 }, 'max_tokens', /from 1/],
    [{ max_tokens: 5, max_completion_tokens: 5 }, 'max_tokens', /one of them/],
    [{ tools: [{ type: 'custom', custom: {} }] }, 'tools', /functions/],
    [{ tool_choice: 'required' }, 'tool_choice', /there are none/],
    [{ response_format: { type: 'xml' } }, 'response_format', /json_schema/],
    [{ top_k: 40 }, 'top_k', /not a known field/],
  ];
  test.each(refused)('%j is refused by name', (body, field, words) => {
    const fault = refusalOf(() => chat(body));
    expect(fault).toMatchObject({ code: 'invalid_request', field });
    expect(fault.message).toMatch(words);
  });

  test('without messages is refused by name', () => {
    const fault = refusalOf(() => checkedChat({ model: 'large' }) as ChatBody);
    expect(fault).toMatchObject({ field: 'messages', message: 'messages is required' });
  });
});

describe('a completion', () => {
  test('goes on with its prompt, alone in a list or not', () => {
    const request = completion({ prompt: ['Once'], temperature: 1, echo: false, best_of: 1 });
    expect(request).toMatchObject({ task: 'completion', inputText: 'Once', maxTokens: 4_096 });
    expect(request.parameters).toEqual({ temperature: 1 });
  });

  test.each([
    [{ prompt: ['a', 'b'] }, 'prompt'],
    [{ prompt: [1, 2] }, 'prompt'],
    [{ echo: true }, 'echo'],
    [{ best_of: 2 }, 'best_of'],
    [{ suffix: 'end' }, 'suffix'],
    [{ logprobs: 1 }, 'logprobs'],
  ])('%j is refused by name', (body, field) => {
    expect(refusalOf(() => completion(body))).toMatchObject({ code: 'invalid_request', field });
  });
});

describe('an embedding', () => {
  test('has one input or many', () => {
    expect(embedding({}).inputs).toEqual(['text']);
    expect(embedding({ input: ['a', 'b'], encoding_format: 'float' })).toMatchObject({
      task: 'embedding',
      inputs: ['a', 'b'],
      maxTokens: 0,
    });
  });

  test.each([
    [{ input: [] }, 'input'],
    [{ input: '' }, 'input'],
    [{ input: ['a', ''] }, 'input'],
    [{ input: [1, 2] }, 'input'],
    [{ dimensions: 256 }, 'dimensions'],
    [{ encoding_format: 'hex' }, 'encoding_format'],
  ])('%j is refused by name', (body, field) => {
    expect(refusalOf(() => embedding(body))).toMatchObject({ code: 'invalid_request', field });
  });
});
