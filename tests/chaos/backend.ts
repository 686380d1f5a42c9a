import type { Style } from './cast';
import { Dice } from './dice';
import { cut, speechOf, split, vectorOf } from './speech';

/**
 * A process of its own that speaks the OpenAI API, as a server of models does on a bad day: it hangs,
 * breaks off, and sends what no API promises. What it does say is always the speech.
 */
export interface BackendSettings {
  port: number;
  seed: number;
  models: string[];
  style: Style;
  tokenLength: number;
  isWild: boolean;
}

type Fault = 'refuse' | 'hang' | 'pause' | 'garbage' | 'event' | 'cut' | null;

const FAULTS: [Fault, ...Fault[]] = ['refuse', 'hang', 'pause', 'garbage', 'event', 'cut'];
const LONGEST_HANG_MS = 25_000;

const settings = JSON.parse(process.argv[2] ?? '{}') as BackendSettings;
let isWild = settings.isWild;
const dice = new Dice(settings.seed);
/** Those that hang, to be let go. */
const hanging = new Set<() => void>();

function notFound(): Response {
  return Response.json({ error: { message: 'no such path' } }, { status: 404 });
}

Bun.serve({
  port: settings.port,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  routes: {
    '/v1/models': Response.json({
      data: settings.models.map((id) => ({ id, max_model_len: 4096 })),
    }),
    '/v1/completions': {
      POST: async (request) => complete((await request.json()) as CompletionBody),
    },
    '/v1/chat/completions': {
      POST: async (request) =>
        settings.style === 'base' ? notFound() : chat((await request.json()) as ChatBody),
    },
    '/v1/embeddings': {
      POST: async (request) => embed((await request.json()) as EmbeddingBody),
    },
    '/wild': {
      POST: () => {
        isWild = true;
        return new Response();
      },
    },
    '/tame': {
      POST: () => {
        isWild = false;
        for (const release of hanging) release();
        return new Response();
      },
    },
  },
  fetch: notFound,
});

interface ChatBody {
  messages: { role: string; content: string }[];
  max_tokens: number;
  continue_final_message?: boolean;
}

function chat({ messages, max_tokens, continue_final_message }: ChatBody): Response {
  const prompt = messages.find(({ role }) => role === 'user')?.content ?? '';
  const accepted = continue_final_message === true ? (messages.at(-1)?.content ?? '') : '';
  return answer(prompt, accepted, max_tokens, (content) => ({ delta: { content } }));
}

interface CompletionBody {
  prompt: string;
  max_tokens: number;
}

function complete({ prompt: text, max_tokens }: CompletionBody): Response {
  const { prompt, accepted } = split(text);
  return answer(prompt, accepted, max_tokens, (piece) => ({ text: piece }));
}

interface EmbeddingBody {
  input: string[];
}

async function embed({ input }: EmbeddingBody): Promise<Response> {
  const fault = isWild && dice.isOneIn(5) ? dice.pick(FAULTS) : null;
  if (fault === 'refuse' || fault === 'event') return busy();
  if (fault === 'hang' || fault === 'pause') await hang(dice.between(200, 3_000));
  if (fault === 'garbage') return new Response('{"data": [');
  const vectors = input.map((text, index) => ({ index, embedding: vectorOf(text) }));
  // One is missing.
  const data = fault === 'cut' ? vectors.slice(1) : dice.shuffled(vectors);
  const surplus = isWild && dice.isOneIn(8) ? 1_000_000 : 0;
  return Response.json({ data, usage: { prompt_tokens: input.length + surplus } });
}

function busy(): Response {
  return Response.json({ error: { message: 'busy' } }, { status: 503 });
}

function answer(
  prompt: string,
  accepted: string,
  maxTokens: number,
  choiceOf: (text: string) => object,
): Response {
  const fault = isWild && dice.isOneIn(5) ? dice.pick(FAULTS) : null;
  if (fault === 'refuse') return busy();
  const all = cut(speechOf(prompt).slice(accepted.length), settings.tokenLength);
  const tokens = all.slice(0, maxTokens);
  const finish = tokens.length < all.length ? 'length' : 'stop';
  const faultAt = fault === null ? -1 : dice.between(0, tokens.length);
  // Some are slow enough for a reader to leave in the middle.
  const gapMs = dice.isOneIn(4) ? dice.between(20, 70) : dice.between(0, 12);
  // A backend that counts more than it says is not believed.
  const surplus = isWild && dice.isOneIn(8) ? 1_000 : 0;
  async function* events() {
    for (const [index, token] of tokens.entries()) {
      if (index === faultAt && (yield* misbehave(fault))) return;
      yield eventOf({ choices: [{ ...choiceOf(token), finish_reason: null }] });
      if (gapMs > 0 && isWild) await Bun.sleep(gapMs);
    }
    yield eventOf({ choices: [{ ...choiceOf(''), finish_reason: finish }] });
    const usage = {
      prompt_tokens: Math.ceil(prompt.length / 4),
      completion_tokens: tokens.length + surplus,
    };
    yield `${eventOf({ choices: [], usage })}data: [DONE]\n\n`;
  }
  return new Response(streamOf(events()), { headers: { 'content-type': 'text/event-stream' } });
}

function streamOf(texts: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await texts.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
}

/** Says whether nothing more comes. */
async function* misbehave(fault: Fault): AsyncGenerator<string, boolean> {
  if (fault === 'pause') await hang(dice.between(200, 3_000));
  if (fault === 'hang') await hang(LONGEST_HANG_MS);
  if (fault === 'garbage') yield 'data: {"choices": [{"te\u0000\n\n';
  if (fault === 'event') yield eventOf({ object: 'surprise' });
  return fault === 'hang' || fault === 'cut';
}

function hang(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const release = () => {
      clearTimeout(timer);
      hanging.delete(release);
      resolve();
    };
    const timer = setTimeout(release, ms);
    hanging.add(release);
  });
}

function eventOf(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
