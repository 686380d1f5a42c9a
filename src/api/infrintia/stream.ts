import type { Inference, InferenceView } from '../../hosts/types';
import { type Problem, problemOf } from '../../http/errors';
import { Fault } from '../../lib/fault';
import { errorOf } from './present';

const DONE = 'data: [DONE]\n\n';

/**
 * The answer of a model as frames: those of one batch are one text. It goes on after the token
 * `afterSeq`, whose number is the id of its frame. Ends without a mark when `signal` aborts, so that
 * a reader knows to come back.
 */
export async function* tokenFrames(
  inference: Pick<Inference, 'follow'>,
  { id, afterSeq }: { id: string; afterSeq: number },
  signal: AbortSignal,
): AsyncGenerator<string> {
  for await (const part of inference.follow(id, afterSeq, signal)) {
    if (part.type === 'pieces') yield framesOf(part.fromSeq, part.pieces);
    else yield endOf(part.view);
  }
}

/** By hand: 100,000 tokens a second pass here. */
function framesOf(fromSeq: number, pieces: string[]): string {
  let frames = '';
  let seq = fromSeq;
  for (const piece of pieces) {
    frames += `id: ${seq}\ndata: {"token": ${JSON.stringify(piece)}}\n\n`;
    seq += 1;
  }
  return frames;
}

function endOf(view: InferenceView): string {
  const error = errorOf(view);
  return view.state === 'done' ? DONE : failedFrames(error ?? 'it failed');
}

/** A job that failed says why, before its stream ends as any other does. */
export function failedFrames(why: string): string {
  const problem: Problem = problemOf(new Fault('unavailable', `the job failed: ${why}`));
  return `event: error\ndata: ${JSON.stringify(problem)}\n\n${DONE}`;
}

/** A text that is there as a whole is one token. */
export function wholeFrames(text: string, afterSeq: number): string {
  return (afterSeq === 0 && text !== '' ? framesOf(1, [text]) : '') + DONE;
}
