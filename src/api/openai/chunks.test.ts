import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { chatChunks, completionChunks } from './chunks';
import type { Ending } from './present';
import { toolCallsOf } from './tool-calls';

const head = { jobId: 'j', createdMs: 1_700_000_000_999, model: 'm' };
const ending: Ending = {
  model: 'served',
  finishReason: 'stop',
  toolCalls: [],
  annotations: [],
  usage: { promptTokens: 3, completionTokens: 4, chargedMicros: 2_500_000 },
};

function eventsOf(text: string) {
  const events = text.split('\n\n').filter((event) => event !== '');
  return events.map((event) => {
    expect(event).toStartWith('data: ');
    const data = event.slice('data: '.length);
    return data === '[DONE]' ? data : JSON.parse(data);
  });
}

describe('a streamed chat', () => {
  test('says whatever its pieces say, whatever the model is called', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string({ unit: 'binary' })), (model, pieces) => {
        const chunks = chatChunks({ ...head, model }, true);
        const events = eventsOf(chunks.pieces(pieces));
        expect(events.map((event) => event.choices[0].delta.content).join('')).toBe(
          pieces.join(''),
        );
        for (const event of events) expect(event.model).toBe(model);
      }),
    );
  });

  test('begins with the role and ends with the reason, the usage and the mark', () => {
    const chunks = chatChunks(head, true);
    const [first] = eventsOf(chunks.opening);
    expect(first).toEqual({
      id: 'chatcmpl-j',
      object: 'chat.completion.chunk',
      created: 1_700_000_000,
      model: 'm',
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
      usage: null,
    });
    const [last, usage, done] = eventsOf(chunks.ending(ending));
    expect(last.choices).toEqual([{ index: 0, delta: {}, finish_reason: 'stop' }]);
    expect(usage).toMatchObject({
      model: 'served',
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7, credits: 2.5 },
    });
    expect(done).toBe('[DONE]');
  });

  test('tells no usage unless it is asked to', () => {
    const chunks = chatChunks(head, false);
    const events = eventsOf(chunks.opening + chunks.pieces(['a']) + chunks.ending(ending));
    expect(events).toHaveLength(4);
    for (const event of events) expect(event).not.toHaveProperty('usage');
  });

  test('brings tool calls in one chunk, before its end', () => {
    const toolCalls = toolCallsOf('j', [
      { id: 'c1', type: 'function', function: { name: 'clock', arguments: '{"zone":1}' } },
      { function: { name: 'dice', arguments: { sides: 6 } } },
      { function: {} },
      'nonsense',
    ]);
    const [calls, last] = eventsOf(
      chatChunks(head, false).ending({ ...ending, finishReason: 'tool_calls', toolCalls }),
    );
    expect(calls.choices[0].delta.tool_calls).toEqual([
      {
        index: 0,
        id: 'c1',
        type: 'function',
        function: { name: 'clock', arguments: '{"zone":1}' },
      },
      {
        index: 1,
        id: 'call_j_1',
        type: 'function',
        function: { name: 'dice', arguments: '{"sides":6}' },
      },
    ]);
    expect(last.choices[0].finish_reason).toBe('tool_calls');
  });

  test('tells what is done meanwhile beside the answer', () => {
    const [event] = eventsOf(chatChunks(head, false).progress('read [1]\n'));
    expect(event.choices[0].delta).toEqual({ reasoning_content: 'read [1]\n' });
  });
});

test('a streamed completion is text from its first event on', () => {
  const chunks = completionChunks(head, true);
  const [piece, last, usage, done] = eventsOf(
    chunks.opening + chunks.pieces(['', 'Once "upon"']) + chunks.ending(ending),
  );
  expect(piece).toMatchObject({ id: 'cmpl-j', object: 'text_completion' });
  expect(piece.choices).toEqual([
    { index: 0, text: 'Once "upon"', logprobs: null, finish_reason: null },
  ]);
  expect(last.choices[0]).toMatchObject({ text: '', finish_reason: 'stop' });
  expect([usage.usage.total_tokens, done]).toEqual([7, '[DONE]']);
});
