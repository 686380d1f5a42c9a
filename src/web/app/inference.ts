import { AnswerPiece, InferenceSection } from '../../../views/pages/inference/_inference';
import { InferenceStatus } from '../../../views/pages/inference/_status';
import type { InferenceProps } from '../../../views/pages/inference/props';
import { InferencePage } from '../../../views/pages/inference/show';
import { isOver } from '../../../views/pages/job/words';
import { plainPrompt } from '../../hosts/prompt';
import type { InferenceView } from '../../hosts/types';
import { lastEventId, type StreamEvent } from '../../http/sse';
import { fragment, page } from '../page';
import type { Viewer } from '../session';
import type { AppPagesDeps } from './deps';
import { htmlEvent } from './job-events';

type InferenceDeps = Pick<AppPagesDeps, 'hosts' | 'userJobs' | 'streams'>;

const PROMPT_LENGTH = 4_000;

/** The user's job of a model; undefined for what is none of these. */
export async function ownInference(
  { hosts }: Pick<InferenceDeps, 'hosts'>,
  id: string,
  { userId }: Pick<Viewer, 'userId'>,
): Promise<InferenceView | undefined> {
  const view = await hosts.inference.view(id);
  return view?.userId === userId ? view : undefined;
}

export async function inferencePage(deps: InferenceDeps, view: InferenceView, viewer: Viewer) {
  const job = await propsOf(deps, view, viewer.csrfToken);
  return page((nonce) => InferencePage({ nonce, viewer, job }));
}

export function inferenceStatus(view: InferenceView): Promise<Response> {
  return fragment(InferenceStatus({ view }));
}

/** Sends the answer as it comes, piece by piece, and at its end the whole section, which takes the
 * place of the pieces and thereby ends the stream. */
export function followInference(
  deps: InferenceDeps,
  { id }: InferenceView,
  { csrfToken }: Viewer,
  headers: Headers,
): Response {
  const after = lastEventId(headers);
  return deps.streams.open(async function* (signal): AsyncGenerator<StreamEvent> {
    let seq = after;
    for await (const part of deps.hosts.inference.follow(id, after, signal)) {
      if (part.type === 'pieces') {
        seq = part.fromSeq + part.pieces.length - 1;
        yield htmlEvent(seq, await AnswerPiece({ text: part.pieces.join('') }));
        continue;
      }
      const job = await propsOf(deps, part.view, csrfToken);
      yield htmlEvent(seq, await InferenceSection({ job, isSwapped: true }));
    }
  });
}

async function propsOf(
  deps: InferenceDeps,
  view: InferenceView,
  csrfToken: string,
): Promise<InferenceProps> {
  const { inference, registry } = deps.hosts;
  const [request, text] = await Promise.all([
    deps.userJobs.request(view.id),
    inference.text(view.id),
  ]);
  const prompt = request ? plainPrompt(request) : '';
  return {
    view,
    prompt: prompt.slice(0, PROMPT_LENGTH).toWellFormed(),
    isPromptCut: prompt.length > PROMPT_LENGTH,
    text,
    toolCalls: await toolCallsOf(deps, view),
    hostName: view.hostId === null ? undefined : registry.get(view.hostId)?.gpu,
    csrfToken,
  };
}

/** They are told at the end of the answer alone. */
async function toolCallsOf({ hosts }: InferenceDeps, view: InferenceView): Promise<string | null> {
  if (!isOver(view.state) || view.finishReason !== 'tool_calls') return null;
  const reading = new AbortController();
  for await (const part of hosts.inference.follow(view.id, 0, reading.signal)) {
    if (part.type === 'end') return part.toolCalls && JSON.stringify(part.toolCalls, null, 2);
  }
  return null;
}
