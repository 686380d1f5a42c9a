import { Fault } from '../../lib/fault';

/** What went wrong at a backend, in words for the operator and the user. */
export class BackendFault extends Fault {
  /** False when every host would answer likewise: the request itself is wrong. */
  readonly retryable: boolean;
  /** The HTTP status, when that is what went wrong. */
  readonly status: number | null;

  constructor(
    publicMessage: string,
    options: { retryable: boolean; status?: number; cause?: unknown },
  ) {
    super(options.retryable ? 'unavailable' : 'unprocessable', publicMessage, options);
    this.retryable = options.retryable;
    this.status = options.status ?? null;
  }
}

export function passing(publicMessage: string, cause?: unknown): BackendFault {
  return new BackendFault(publicMessage, { retryable: true, cause });
}

/** These are about this backend or this moment, not about the request: its key, a model that it has
 * no more, its load. */
const PASSING_STATUSES = new Set([401, 402, 403, 404, 405, 407, 408, 409, 425, 429]);
const MAX_WORDS = 500;

/** For an answer that is no success; `body` is how it began. */
export function statusFault(status: number, body: string): BackendFault {
  const isRefusal = status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
  const words = wordsOf(body);
  return new BackendFault(
    `The backend answered with HTTP status ${status}${words === '' ? '.' : `: ${words}`}`,
    { retryable: !isRefusal, status },
  );
}

/** The sentence in an error body of OpenAI, vLLM, llama.cpp, Ollama or text-generation-inference,
 * or the body itself. */
export function wordsOf(body: unknown): string {
  const words = sentenceOf(typeof body === 'string' ? parsed(body) : body);
  const flat = words.replace(/\s+/g, ' ').trim();
  return flat.length <= MAX_WORDS ? flat : `${flat.slice(0, MAX_WORDS - 1)}…`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function sentenceOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const { error, message, detail } = value as Record<string, unknown>;
  if (typeof message === 'string') return message;
  if (typeof error === 'object') return sentenceOf(error);
  return typeof error === 'string' ? error : sentenceOf(detail);
}
