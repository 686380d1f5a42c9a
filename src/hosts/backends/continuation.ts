import type { Assignment, ChatMessage } from '../types';
import { passing } from './fault';
import type { Generated } from './types';

/**
 * How a chat goes on from a text that is there already.
 * flag: as a message of its own, which the backend is told to continue (vLLM,
 * text-generation-inference).
 * last_message: a last message of the assistant is continued without being told, so the text joins
 * it (llama.cpp, Ollama). Some versions of llama.cpp say it again first.
 * none: the answer is made anew, and counts if it begins with what was accepted (OpenAI).
 */
export type Continuation = 'flag' | 'last_message' | 'none';

/** vLLM's names. llama.cpp knows them since May 2026, and then does not repeat what it continues. */
const FLAGS = { continue_final_message: true, add_generation_prompt: false };

/** The messages to send, and what to send beside them. */
export function continued(
  messages: readonly ChatMessage[],
  acceptedText: string,
  continuation: Continuation,
): { messages: ChatMessage[]; flags: Record<string, boolean> } {
  if (acceptedText === '' || continuation === 'none') return { messages: [...messages], flags: {} };
  const last = messages.at(-1);
  const isJoined =
    continuation === 'last_message' &&
    last?.role === 'assistant' &&
    typeof last.content === 'string';
  if (isJoined) {
    const longer = { ...last, content: last.content + acceptedText };
    return { messages: [...messages.slice(0, -1), longer], flags: FLAGS };
  }
  return { messages: [...messages, { role: 'assistant', content: acceptedText }], flags: FLAGS };
}

/** How many tokens to ask for. What is made anew has those again that were accepted. */
export function tokensToAsk(assignment: Assignment, continuation: Continuation): number {
  const { maxTokens, nextSeq, acceptedText } = assignment;
  const isAnew = acceptedText !== '' && continuation === 'none';
  return isAnew ? maxTokens + nextSeq - 1 : maxTokens;
}

/** Drops the given text from the beginning of an answer. Throws BackendFault as soon as it turns
 * out to be another answer. */
export async function* withoutBeginning(
  answer: AsyncIterable<Generated>,
  text: string,
): AsyncGenerator<Generated> {
  let rest = text;
  for await (const part of answer) {
    if (!('delta' in part)) {
      if (rest !== '') throw another();
      yield part;
    } else if (rest === '') {
      yield part;
    } else if (rest.startsWith(part.delta)) {
      rest = rest.slice(part.delta.length);
    } else if (part.delta.startsWith(rest)) {
      const delta = part.delta.slice(rest.length);
      rest = '';
      yield { delta };
    } else throw another();
  }
}

function another() {
  return passing('This backend did not go on from what was there, and answered another text.');
}
