import type { ChatMessage } from '../../hosts/types';
import { Fault } from '../../lib/fault';
import type { ChatBody } from './schemas-request';

type Message = ChatBody['messages'][number];

/**
 * The messages as a host gets them: what a model is told, and nothing else that a client keeps in
 * them. Throws Fault `invalid_request` that names the part which no host takes.
 */
export function toMessages(messages: Message[]): ChatMessage[] {
  return messages.map((message, index) => {
    const { role, name, tool_calls: calls, tool_call_id: callId } = message;
    const field = `messages/${index}`;
    const content = textOf(message, field);
    const isCall = role === 'assistant' && (calls ?? []).length > 0;
    if (content === null && !isCall) throw missing(`${field}/content`, 'content');
    if (role === 'tool' && !callId) throw missing(`${field}/tool_call_id`, 'tool_call_id');
    return {
      role,
      content,
      ...(name ? { name } : {}),
      ...(isCall ? { tool_calls: calls } : {}),
      ...(role === 'tool' ? { tool_call_id: callId } : {}),
    };
  });
}

/** What the last user message says: a research question. */
export function questionOf(messages: Message[]): string {
  const index = messages.findLastIndex(({ role }) => role === 'user');
  const message = messages[index];
  const text = message && textOf(message, `messages/${index}`);
  if (text) return text.trim();
  throw new Fault('invalid_request', 'messages must end with a question: a message of role user', {
    field: 'messages',
  });
}

/** Parts are joined by lines, as the backends do, some of which take texts alone. */
function textOf({ content }: Message, field: string): string | null {
  if (content === undefined || content === null) return null;
  if (typeof content === 'string') return content;
  return content.map((part, index) => partText(part, `${field}/content/${index}`)).join('\n');
}

function partText(part: { type: string; [field: string]: unknown }, field: string): string {
  const text = part.type === 'refusal' ? part.refusal : part.text;
  const isText = part.type === 'text' || part.type === 'refusal';
  if (isText && typeof text === 'string') return text;
  const what = isText ? 'has no text' : `is of type "${part.type.slice(0, 60)}"`;
  throw new Fault('invalid_request', `a part ${what}: the hosts of this pool take texts alone`, {
    field,
  });
}

function missing(field: string, name: string): Fault {
  return new Fault('invalid_request', `a message has no ${name}`, { field });
}
