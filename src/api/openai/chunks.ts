import { type AnswerHead, chatId, completionId, type Ending, secondsOf, usageDto } from './present';

/**
 * Writes the events of one stream. A token is a prefix, its text and a suffix: what is the same in
 * each is written once a stream.
 */
export interface Chunks {
  /** What the stream begins with; may be empty. */
  opening: string;
  pieces(pieces: string[]): string;
  ending(ending: Ending): string;
}

export interface ChatChunks extends Chunks {
  /** What is done meanwhile, which is no part of the answer. */
  progress(text: string): string;
}

const DONE = 'data: [DONE]\n\n';

export function chatChunks(head: AnswerHead, includesUsage: boolean): ChatChunks {
  const envelope = envelopeOf(chatId(head.jobId), 'chat.completion.chunk', head, includesUsage);
  const delta = (fields: object, finishReason: string | null = null) =>
    envelope.chunk([{ index: 0, delta: fields, finish_reason: finishReason }]);
  const [before, after] = around(delta({ content: '' }));
  const [beforeProgress] = around(delta({ reasoning_content: '' }));
  return {
    opening: delta({ role: 'assistant', content: '' }),
    pieces: (pieces) => written(pieces, before, after),
    progress: (text) => written([text], beforeProgress, after),
    ending(ending) {
      const { toolCalls, annotations, finishReason, model } = ending;
      const calls = toolCalls.map((call, index) => ({ index, ...call }));
      return [
        calls.length > 0 ? delta({ tool_calls: calls }) : '',
        annotations.length > 0 ? delta({ annotations }) : '',
        envelope.chunk([{ index: 0, delta: {}, finish_reason: finishReason }], model),
        envelope.usage(ending),
        DONE,
      ].join('');
    },
  };
}

export function completionChunks(head: AnswerHead, includesUsage: boolean): Chunks {
  const envelope = envelopeOf(completionId(head.jobId), 'text_completion', head, includesUsage);
  const choice = (finishReason: string | null) => [
    { index: 0, text: '', logprobs: null, finish_reason: finishReason },
  ];
  const [before, after] = around(envelope.chunk(choice(null)));
  return {
    opening: '',
    pieces: (pieces) => written(pieces, before, after),
    ending: (ending) =>
      envelope.chunk(choice(ending.finishReason), ending.model) + envelope.usage(ending) + DONE,
  };
}

function envelopeOf(id: string, object: string, head: AnswerHead, includesUsage: boolean) {
  const created = secondsOf(head.createdMs);
  const event = (fields: object) => `data: ${JSON.stringify(fields)}\n\n`;
  return {
    chunk: (choices: object[], model = head.model) =>
      event({ id, object, created, model, choices, ...(includesUsage ? { usage: null } : {}) }),
    usage({ model, usage }: Ending): string {
      if (!includesUsage) return '';
      return event({ id, object, created, model, choices: [], usage: usageDto(usage) });
    },
  };
}

/** What stands before and after the empty text of a chunk, of which it is the last one. */
function around(chunk: string): [before: string, after: string] {
  const at = chunk.lastIndexOf('""');
  return [chunk.slice(0, at), chunk.slice(at + 2)];
}

function written(pieces: string[], before: string, after: string): string {
  let text = '';
  for (const piece of pieces) {
    if (piece !== '') text += before + JSON.stringify(piece) + after;
  }
  return text;
}
