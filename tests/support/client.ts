import { until } from './until';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
  json: any;
}

export interface StreamedEvent {
  id: number;
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its assertions what it expects
  data: any;
}

export type Client = ReturnType<typeof clientOf>;

const ENDED = ['completed', 'failed', 'canceled'];

/** Speaks to a server as any program would: over HTTP, with one API key. */
export function clientOf(url: string, key: string | null) {
  const credentials: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};

  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const isRaw = typeof body === 'string' || body instanceof FormData;
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...credentials,
        ...(body === undefined || body instanceof FormData
          ? {}
          : { 'content-type': 'application/json' }),
        ...headers,
      },
      redirect: 'manual',
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    const { status, headers: answered } = answer;
    return { status, headers: answered, text, json: isJson ? JSON.parse(text) : undefined };
  }

  const get = (path: string, headers?: Record<string, string>) =>
    send('GET', path, undefined, headers);

  /** Polls a job until it has ended. */
  const ended = (id: string) =>
    until(`job ${id} ends`, async () => {
      const { json } = await get(`/v1/research/${id}`);
      return ENDED.includes(json.status) ? json : undefined;
    });

  /** All events of a job from after `lastId` on, until the stream ends or `isEnough`. */
  async function events(
    id: string,
    lastId = 0,
    isEnough: (event: StreamedEvent) => boolean = () => false,
  ): Promise<StreamedEvent[]> {
    const answer = await fetch(`${url}/v1/research/${id}/events`, {
      headers: { ...credentials, ...(lastId ? { 'last-event-id': String(lastId) } : {}) },
    });
    const seen: StreamedEvent[] = [];
    for await (const event of eventsOf(answer)) {
      seen.push(event);
      if (isEnough(event)) break;
    }
    return seen;
  }

  return {
    url,
    send,
    get,
    post: (path: string, body?: unknown, headers?: Record<string, string>) =>
      send('POST', path, body, headers),
    delete: (path: string) => send('DELETE', path),
    research: (body: Record<string, unknown>, headers?: Record<string, string>) =>
      send('POST', '/v1/research', body, headers),
    balance: async () => (await get('/v1/credits')).json,
    ended,
    events,
  };
}

async function* eventsOf(answer: Response): AsyncGenerator<StreamedEvent> {
  if (!answer.body) throw new Error(`no events: ${answer.status}`);
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of answer.body) {
    const blocks = (pending + decoder.decode(chunk, { stream: true })).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) continue;
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      yield { id: Number(field('id')), type: field('event'), data: JSON.parse(field('data')) };
    }
  }
}
