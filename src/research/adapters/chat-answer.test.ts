import { expect, test } from 'bun:test';
import { readChatAnswer } from './chat-answer';

const read = (text: string) => readChatAnswer(new TextEncoder().encode(text), 'The LLM', ['hush']);
const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const said = (content: unknown, finish_reason: unknown = null) =>
  data({ choices: [{ index: 0, delta: { content }, finish_reason }] });

test('the pieces of a stream are one answer', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 2 };
  const stream =
    `: a comment\r\n\r\n${data({ choices: [{ index: 0, delta: { role: 'assistant' } }] })}` +
    `${said(null)}${said('hel')}${said('lo', 'stop')}` +
    `${data({ model: 'm', choices: [], usage })}data: [DONE]\n\ndata: never read\n\n`;
  expect(read(stream)).toEqual({
    text: 'hello',
    isCutOff: false,
    usage: { inputTokens: 3, outputTokens: 2 },
    model: 'm',
  });
});

test('what a model thinks is no part of its answer, and a limit shows', () => {
  const thought = data({ choices: [{ delta: { reasoning_content: 'Hm.' }, finish_reason: null }] });
  const stream = `${thought}${data({ choices: [{ delta: {}, finish_reason: 'length' }] })}`;
  expect(read(stream)).toMatchObject({ text: '', isCutOff: true });
  const message = { content: null, reasoning_content: 'Hm.' };
  const whole = JSON.stringify({ choices: [{ message, finish_reason: 'length' }] });
  expect(read(whole)).toMatchObject({ text: '', isCutOff: true, usage: undefined });
});

test('a stream that lacks its last empty line is whole when its answer is', () => {
  expect(read(`${said('a')}${said('b', 'stop')}`.trimEnd()).text).toBe('ab');
  expect(read(`${said('a')}data: [DONE]`).text).toBe('a');
});

test.each([
  ['a stream that ends early', said('hel'), 'broke off', null],
  [
    'an error in a stream',
    `${said('hel')}${data({ error: { message: 'no memory for hush' } })}`,
    'broke off',
    'no memory for …',
  ],
  ['a stream of something else', 'data: 7\n\n', 'does not promise', undefined],
  ['an event that is cut', 'data: {"choices":[{"del', 'does not promise', undefined],
  ['HTML', '<html></html>', 'does not promise', undefined],
  ['nothing', '', 'does not promise', undefined],
  ['a mad count', data({ choices: [], usage: { prompt_tokens: -1 } }), 'not promise', undefined],
] as [string, string, string, string | null | undefined][])(
  '%s is a Fault',
  (_name, text, message, words) => {
    const fault = (() => {
      try {
        return read(text);
      } catch (thrown) {
        return thrown as { message: string; said?: string | null };
      }
    })();
    expect(fault).toMatchObject({ message: expect.stringContaining(message) });
    expect((fault as { said?: unknown }).said).toBe(words);
  },
);
