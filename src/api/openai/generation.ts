import type { Inference, InferenceRequest, StreamPart } from '../../hosts/types';
import type { Asker } from '../../keys/types';
import type { Chunks } from './chunks';
import { eventStream } from './event-stream';
import { type AnswerHead, assertUnbroken, type Ending, endingOf } from './present';
import { type Answering, answerOf, interrupted, wholeAnswer } from './respond';

/** What makes a chat of an answer, or a completion. */
export interface Form {
  chunks(head: AnswerHead, includesUsage: boolean): Chunks;
  whole(head: AnswerHead, text: string, ending: Ending): object;
}

export interface Asking {
  asker: Asker;
  idempotencyKey: string | null;
  /** Aborts when the client goes away. */
  connection: AbortSignal;
}

export interface GenerationDeps extends Answering {
  hosts: { inference: Inference };
}

/** Text of a model of the pool. A client that goes away takes its job with it. */
export async function generate(
  deps: GenerationDeps,
  form: Form,
  request: InferenceRequest,
  { isStreamed, includesUsage }: { isStreamed: boolean; includesUsage: boolean },
  { asker, idempotencyKey, connection }: Asking,
): Promise<Response> {
  const { inference } = deps.hosts;
  const { view } = await inference.submit(asker, request, idempotencyKey);
  // Sent again: what is known to have broken is told before anything else.
  assertUnbroken(view);
  const { id, createdMs } = view;
  const reader = deps.audience.attend(id, connection, () => inference.cancel(id));
  const parts = inference.follow(id, 0, reader.signal);
  const head = { jobId: id, createdMs, model: request.model };
  return answerOf(reader, id, () => {
    if (isStreamed)
      return eventStream(deps, blocksOf(parts, form.chunks(head, includesUsage)), reader);
    return wholeAnswer(reader, wholeOf(parts, form, head));
  });
}

async function wholeOf(parts: AsyncIterable<StreamPart>, form: Form, head: AnswerHead) {
  const { text, end } = await collected(parts);
  return form.whole(head, text, endingOf(end.view, end.toolCalls));
}

async function* blocksOf(
  parts: AsyncIterable<StreamPart>,
  chunks: Chunks,
): AsyncGenerator<string, void> {
  let opening = chunks.opening;
  for await (const part of parts) {
    if (part.type === 'end') {
      yield opening + chunks.ending(endingOf(part.view, part.toolCalls));
      return;
    }
    const written = chunks.pieces(part.pieces);
    if (written === '') continue;
    yield opening + written;
    opening = '';
  }
  throw interrupted();
}

type End = Extract<StreamPart, { type: 'end' }>;

/** Throws Fault `unavailable` when the parts end without an end, as they do when a server stops. */
export async function collected(
  parts: AsyncIterable<StreamPart>,
): Promise<{ text: string; end: End }> {
  let text = '';
  for await (const part of parts) {
    if (part.type === 'end') return { text, end: part };
    text += part.pieces.join('');
  }
  throw interrupted();
}
