import type { Queue } from '../../jobs/queue';
import type { JobEvent } from '../../jobs/types';
import { Fault } from '../../lib/fault';
import type { Research } from '../../research/service';
import type { ResearchMode } from '../../research/types';
import { progressText } from '../progress';
import { type ChatChunks, chatChunks } from './chunks';
import { eventStream } from './event-stream';
import type { Asking } from './generation';
import { questionOf } from './messages';
import { type AnswerHead, chatCompletion } from './present';
import { type ResearchAnswer, researchAnswer } from './research-answer';
import { type Answering, answerOf, interrupted, wholeAnswer } from './respond';
import type { ChatBody } from './schemas-request';

/** Models of this name answer by research, each with the mode of its name. */
const RESEARCH_MODELS: Record<string, ResearchMode> = {
  'sonde-lite': 'lite',
  'sonde-standard': 'standard',
  'sonde-pro': 'pro',
};

export const researchModels = Object.keys(RESEARCH_MODELS);

export function researchModeOf(model: string): ResearchMode | undefined {
  return Object.hasOwn(RESEARCH_MODELS, model) ? RESEARCH_MODELS[model] : undefined;
}

export interface ResearchChatDeps {
  research: Research;
  queue: Queue;
  /** ISO 639-1: what is searched in. */
  options: { language: string };
}

/** Answers a chat with the brief of a research job, of which the last user message is the question. */
export async function researchChat(
  deps: ResearchChatDeps & Answering,
  mode: ResearchMode,
  body: ChatBody,
  by: Asking,
): Promise<Response> {
  assertAnswerable(body);
  const { research, queue } = deps;
  const { userId } = by.asker;
  const question = questionOf(body.messages);
  const { id } = await submitted(deps, mode, question, by);
  const reader = deps.audience.attend(id, by.connection, () => research.cancel(id, userId));
  const view = () => research.get(id, userId);
  const includesUsage = body.stream_options?.include_usage === true;
  return answerOf(reader, id, async () => {
    const head = { jobId: id, createdMs: (await view()).job.createdMs, model: body.model };
    const answer = async () => researchAnswer(await view(), body.model);
    if (body.stream === true) {
      const events = queue.follow(id, 0, reader.signal);
      const blocks = blocksOf(events, chatChunks(head, includesUsage), reader.signal, answer);
      return eventStream(deps, blocks, reader);
    }
    await research.settled(id, reader.signal);
    if (reader.signal.aborted) throw interrupted();
    return wholeAnswer(reader, wholeOf(head, answer()));
  });
}

async function wholeOf(head: AnswerHead, answer: Promise<ResearchAnswer>) {
  const { parts, ending } = await answer;
  return chatCompletion(head, parts.join(''), ending);
}

async function* blocksOf(
  events: AsyncIterable<JobEvent>,
  chunks: ChatChunks,
  signal: AbortSignal,
  answer: () => Promise<ResearchAnswer>,
): AsyncGenerator<string, void> {
  let opening = chunks.opening;
  for await (const event of events) {
    const text = event.type === 'done' ? undefined : progressText(event);
    if (text === undefined) continue;
    yield opening + chunks.progress(`${text}\n`);
    opening = '';
  }
  if (signal.aborted) throw interrupted();
  const { parts, ending } = await answer();
  yield opening + chunks.pieces(parts) + chunks.ending(ending);
}

async function submitted(
  { research, options }: ResearchChatDeps,
  mode: ResearchMode,
  question: string,
  { asker, idempotencyKey }: Asking,
) {
  const request = {
    question,
    mode,
    maxCredits: null,
    maxWallclockSeconds: null,
    responseSchema: null,
    sources: [],
    search: { library: true, web: true },
    language: options.language,
  };
  try {
    return await research.submit(asker, request, idempotencyKey);
  } catch (thrown) {
    // Here the question is a message.
    if (!(thrown instanceof Fault) || thrown.field !== 'question') throw thrown;
    throw new Fault(thrown.code, `the last message asks: its ${thrown.message}`, {
      field: 'messages',
    });
  }
}

/** How a brief is sampled means nothing; what would make another thing of it is refused. */
function assertAnswerable({ tools, stop, response_format: format, tool_choice }: ChatBody): void {
  const refused = {
    tools: (tools ?? []).length > 0,
    tool_choice: typeof tool_choice === 'object' && tool_choice !== null,
    stop: (stop ?? []).length > 0,
    response_format: (format ?? { type: 'text' }).type !== 'text',
  };
  for (const [field, isGiven] of Object.entries(refused)) {
    if (!isGiven) continue;
    throw new Fault('invalid_request', `${field} has no meaning in research: leave it out`, {
      field,
    });
  }
}
