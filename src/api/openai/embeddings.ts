import type { StreamPart } from '../../hosts/types';
import { Fault } from '../../lib/fault';
import { type Asking, collected, type GenerationDeps } from './generation';
import { creditsOf, endingOf } from './present';
import { embeddingRequest } from './requests';
import { answerOf, wholeAnswer } from './respond';
import type { EmbeddingBody } from './schemas-request';

/** Vectors of a model of the pool, one for each input. */
export async function embed(
  deps: GenerationDeps,
  body: EmbeddingBody,
  { asker, idempotencyKey, connection }: Asking,
): Promise<Response> {
  const { inference } = deps.hosts;
  const request = embeddingRequest(body);
  const { view } = await inference.submit(asker, request, idempotencyKey);
  const reader = deps.audience.attend(view.id, connection, () => inference.cancel(view.id));
  return answerOf(reader, view.id, () => {
    const parts = inference.follow(view.id, 0, reader.signal);
    return wholeAnswer(reader, embeddingList(parts, request.inputs.length, body.encoding_format));
  });
}

async function embeddingList(
  parts: AsyncIterable<StreamPart>,
  count: number,
  format: EmbeddingBody['encoding_format'],
) {
  const { end } = await collected(parts);
  const { model, usage } = endingOf(end.view, null);
  const vectors = end.embeddings ?? [];
  if (vectors.length !== count)
    throw new Fault('unavailable', 'the host did not embed every input: try again');
  return {
    object: 'list',
    model,
    data: vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding: format === 'base64' ? base64Of(vector) : vector,
    })),
    usage: {
      prompt_tokens: usage.promptTokens,
      total_tokens: usage.promptTokens,
      credits: creditsOf(usage.chargedMicros),
    },
  };
}

/** 32-bit floats, the least byte first. */
function base64Of(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT);
  for (const [index, value] of vector.entries()) {
    bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT);
  }
  return bytes.toString('base64');
}
