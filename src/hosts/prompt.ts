import type { ChatMessage, HostFeature, InferenceRequest } from './types';

/** What a template may add to a message, and to the whole. */
const TOKENS_PER_MESSAGE = 16;
const TOKENS_PER_PROMPT = 32;
/** Prompts that begin alike are worth having on one host, which has read the beginning already. */
const PREFIX_LENGTH = 512;

/** All that the model is to read, as plain text: for hosts that know nothing else. */
export function plainPrompt({ task, inputText, messages, inputs }: InferenceRequest): string {
  if (task === 'chat') return messages.map(spoken).join('\n\n');
  return task === 'embedding' ? inputs.join('\n') : inputText;
}

function spoken(message: ChatMessage): string {
  return `${message.role}: ${textOf(message.content)}`;
}

/** The text of a message's content, without what is no text. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) => (isTextPart(part) ? part.text : ''))
    .filter((text) => text !== '')
    .join('\n');
}

function isTextPart(part: unknown): part is { text: string } {
  return typeof part === 'object' && part !== null && typeof Reflect.get(part, 'text') === 'string';
}

/** A token is a byte at least, so this many it is at most. */
export function promptBound(request: InferenceRequest): number {
  const { inputText, messages, inputs, parameters } = request;
  const bytes =
    Buffer.byteLength(inputText) +
    inputs.reduce((sum, text) => sum + Buffer.byteLength(text), 0) +
    (messages.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(messages))) +
    (parameters.tools === undefined ? 0 : Buffer.byteLength(JSON.stringify(parameters.tools)));
  const parts = messages.length + inputs.length;
  return bytes + parts * TOKENS_PER_MESSAGE + TOKENS_PER_PROMPT;
}

/** What requests that begin alike have in common. */
export function prefixKey(request: InferenceRequest): string {
  const [first] = request.messages;
  const beginning = first ? textOf(first.content) : request.inputText;
  return Bun.hash(`${request.model}\n${beginning.slice(0, PREFIX_LENGTH)}`).toString(36);
}

/** What a host must have to serve the request; a chat goes to any host, as plain text if need be. */
export function needsOf({ task, parameters }: InferenceRequest): HostFeature[] {
  const needs: HostFeature[] = [];
  if (task === 'embedding') needs.push('embeddings');
  if (parameters.tools !== undefined) needs.push('tools');
  if (parameters.response_format !== undefined) needs.push('response_format');
  return needs;
}
