import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onCleanUp } from './cleanup';

/** What a chat server was asked. */
export interface ReceivedCall {
  /** From 0. */
  index: number;
  /** Of the schema that was asked for, or of what the prompt says when the server takes none. */
  stage: 'plan' | 'findings' | 'brief' | 'fields';
  headers: Record<string, string | string[] | undefined>;
  body: {
    model: string;
    messages: { role: string; content: string }[];
    max_tokens?: number;
    stream?: boolean;
    temperature?: number;
    response_format?: { type: string };
  };
  system: string;
  user: string;
}

/** What it answers: the text of a message, a whole body under a status, silence, a broken line, or
 * words without end. */
export type Reply = Said | { status: number; body: string; headers?: Record<string, string> } | Odd;
type Odd = 'hang' | 'reset' | 'ramble';

interface Said {
  text: string;
  usage?: { prompt_tokens: number; completion_tokens: number } | null;
  finish?: 'stop' | 'length';
}

export interface LlmServer {
  /** With its version, without a slash at its end. */
  baseUrl: string;
  calls: ReceivedCall[];
  /** Of the calls, how many are being answered: a model computes for each. */
  busyCount(): number;
}

const STAGES = [
  ['plan', /sub_questions/],
  ['findings', /"quote"/],
  ['brief', /"sentences"/],
  ['fields', /"path"/],
] as const;

/** A server that speaks the OpenAI chat API over loopback and says what a script says. */
export async function startLlmServer(
  script: (call: ReceivedCall) => Reply | Promise<Reply>,
): Promise<LlmServer> {
  const calls: ReceivedCall[] = [];
  let busyCount = 0;
  const server = createServer((request, response) => {
    busyCount += 1;
    response.on('close', () => {
      busyCount -= 1;
    });
    void answer(request, response, calls, script);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  onCleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { baseUrl: `http://127.0.0.1:${port}/v1`, calls, busyCount: () => busyCount };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  calls: ReceivedCall[],
  script: (call: ReceivedCall) => Reply | Promise<Reply>,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.url !== '/v1/chat/completions') return send(response, 404, 'not here');
  const { headers } = request;
  const call = callOf(Buffer.concat(chunks).toString(), { index: calls.length, headers });
  calls.push(call);
  const reply = await script(call);
  if (reply === 'hang') return;
  if (reply === 'reset') return void response.socket?.destroy();
  if (reply === 'ramble') return ramble(response, call.body.model);
  if ('status' in reply) return send(response, reply.status, reply.body, reply.headers);
  const { body, type } = wire(call, reply);
  send(response, 200, body, { 'content-type': type });
}

/** What the text of a request asks. */
export function callOf(text: string, place: Pick<ReceivedCall, 'index' | 'headers'>): ReceivedCall {
  const body = JSON.parse(text) as ReceivedCall['body'];
  const content = (role: string) => body.messages.find((one) => one.role === role)?.content ?? '';
  const system = content('system');
  const stage = STAGES.find(([, sign]) => sign.test(system))?.[0] ?? 'plan';
  return { ...place, stage, body, system, user: content('user') };
}

/** A message as it is sent, as a stream for who asked for one. */
export function wire({ body }: ReceivedCall, said: Said): { body: string; type: string } {
  if (body.stream !== true) return { body: completion(body.model, said), type: 'application/json' };
  return { body: streamed(body.model, said), type: 'text/event-stream' };
}

function ramble(response: ServerResponse, model: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => {
    response.write(event({ model, choices: [{ index: 0, delta: { content: 'and so on ' } }] }));
  }, 5);
  response.on('close', () => clearInterval(timer));
}

/** As llama.cpp puts it: a piece without content first, and the usage in one of its own. */
function streamed(model: string, { text, usage = USAGE, finish = 'stop' }: Said): string {
  const piece = (delta: object, finish_reason: string | null = null) =>
    event({ model, choices: [{ index: 0, delta, finish_reason }] });
  const words = text.match(/[\s\S]{1,40}/g) ?? [];
  return [
    ': keep-alive\n\n',
    piece({ role: 'assistant', content: null }),
    ...words.map((content) => piece({ content })),
    piece({}, finish),
    ...(usage === null ? [] : [event({ model, choices: [], usage })]),
    'data: [DONE]\n\n',
  ].join('');
}

function event(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): void {
  response.writeHead(status, headers).end(body);
}

const USAGE = { prompt_tokens: 300, completion_tokens: 60 };

function completion(model: string, { text, usage = USAGE, finish = 'stop' }: Said): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    model,
    choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content: text } }],
    ...(usage === null ? {} : { usage }),
  });
}

export function says(value: unknown): Said {
  return { text: JSON.stringify(value) };
}

/** What a model that means well says: it quotes the sentences that hold a word, tells every finding
 * in its own words, and fills one field from the first. */
export function honest(word: string, field = '/answer') {
  return (call: ReceivedCall): Reply => {
    switch (call.stage) {
      case 'plan':
        return says({ sub_questions: [] });
      case 'findings': {
        const source = Number(/<<<source (\d+)/.exec(call.user)?.[1]);
        const sentences = call.user.match(/[A-Z][^.<>\n]*\./g) ?? [];
        const quoted = sentences.filter((sentence) => sentence.includes(word));
        return says({ findings: quoted.map((quote) => ({ source, question: 0, quote })) });
      }
      case 'brief':
        return says({
          sentences: findingsIn(call).map((text, at) => ({ text, findings: [at + 1] })),
        });
      case 'fields': {
        const year = /\b(?:19|20)\d{2}\b/.exec(findingsIn(call)[0] ?? '')?.[0] ?? '';
        return says({ fields: [{ path: field, value: Number(year), finding: 1 }] });
      }
    }
  };
}

export function findingsIn({ user }: ReceivedCall): string[] {
  return [...user.matchAll(/<<<finding \d+, [^\n]*\n([\s\S]*?)\n[0-9a-f]{16}>>>/g)].map(
    (match) => match[1] ?? '',
  );
}
