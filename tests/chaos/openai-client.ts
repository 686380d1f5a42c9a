import { ALIAS, MODELS } from './cast';
import type { Dice } from './dice';
import { framesOf } from './frames';
import { ENOUGH_TOKENS, promptNamed, vectorOf } from './speech';
import type { Stage } from './stage';

/** One request of the OpenAI API, as its client knows it. Which job it is, the file tells. */
export interface AskedCall {
  task: 'chat' | 'embedding';
  /** Nobody else's. */
  prompt: string;
  /** Null for one that is sent once: then its job is for who reads it, and for nobody else. */
  key: string | null;
  maxTokens: number;
  userKey: string;
  /** Of the last time that it was sent. */
  pieces: string[];
  /** `gone`: nobody reads any more, and how it would have ended is not known. */
  end: 'done' | 'failed' | 'gone' | null;
  goneMs: number;
}

const RETRY_MS = 100;
const IDLE_MS = 200;

/** Somebody who asks by the OpenAI API, one thing after another, and often loses interest. */
export class OpenAiClient {
  readonly calls: AskedCall[] = [];
  #stage: Stage;
  #dice: Dice;
  #name: string;
  #userKey: string;

  constructor(stage: Stage, name: string, userKey: string) {
    this.#stage = stage;
    this.#dice = stage.dice.of(name);
    this.#name = name;
    this.#userKey = userKey;
  }

  /** Until the chaos is over, and to the end of what it then reads. */
  async run(): Promise<void> {
    while (this.#stage.isWild) {
      const call = this.#newCall();
      this.calls.push(call);
      await (call.task === 'chat' ? this.#chat(call) : this.#embed(call));
      if (call.end === 'gone') await this.#stage.pause(this.#dice.between(0, IDLE_MS));
    }
  }

  #newCall(): AskedCall {
    const name = `${this.#stage.seed} ${this.#name}/${this.calls.length}`;
    return {
      task: this.#dice.isOneIn(5) ? 'embedding' : 'chat',
      prompt: promptNamed(name),
      key: this.#dice.isOneIn(2) ? name : null,
      maxTokens: this.#dice.isOneIn(10) ? this.#dice.between(1, 20) : ENOUGH_TOKENS,
      userKey: this.#userKey,
      pieces: [],
      end: null,
      goneMs: 0,
    };
  }

  /** What has a key is sent again when its connection breaks, and is the same answer. */
  async #chat(call: AskedCall): Promise<void> {
    const body = {
      model: this.#dice.pick([...MODELS, ALIAS]),
      messages: [{ role: 'user', content: call.prompt }],
      max_tokens: call.maxTokens,
      stream: true,
    };
    while (call.end === null) {
      const seen = call.pieces;
      call.pieces = [];
      await this.#send(call, 'chat/completions', body, (response) => this.#read(call, response));
      const again = call.pieces;
      if (again.length < seen.length) call.pieces = seen;
      const known = Math.min(seen.length, again.length);
      if (Bun.deepEquals(seen.slice(0, known), again.slice(0, known))) continue;
      this.#stage.violated('a chat is answered otherwise', `${call.prompt}: ${seen}, ${again}`);
    }
  }

  async #read(call: AskedCall, response: Response): Promise<void> {
    const leaveAfter = this.#stage.isWild && this.#dice.isOneIn(2) ? this.#dice.between(1, 15) : -1;
    for await (const frame of framesOf(response)) {
      const data = frame.startsWith('data: ') ? frame.slice('data: '.length) : null;
      if (data === null) continue;
      if (data === '[DONE]') {
        call.end = 'done';
        return;
      }
      const chunk = this.#chunkOf(data);
      if (chunk.error) {
        call.end = 'failed';
        return;
      }
      const content = chunk.choices?.[0]?.delta?.content ?? '';
      if (content !== '') call.pieces.push(content);
      if (call.pieces.length === leaveAfter) {
        this.#stage.count('client leaves a chat');
        call.end = 'gone';
        return;
      }
    }
  }

  #chunkOf(data: string): Chunk {
    try {
      return JSON.parse(data) as Chunk;
    } catch {
      this.#stage.violated('a chunk is no JSON', data);
      return {};
    }
  }

  async #embed(call: AskedCall): Promise<void> {
    const body = { model: this.#dice.pick([...MODELS, ALIAS]), input: call.prompt };
    while (call.end === null) {
      await this.#send(call, 'embeddings', body, async (response) => {
        const { data } = (await response.json()) as { data: { embedding: number[] }[] };
        call.end = 'done';
        const vectors = data.map(({ embedding }) => embedding);
        if (Bun.deepEquals(vectors, [vectorOf(call.prompt)])) return;
        this.#stage.violated('another embedding', `${vectors} for ${call.prompt}`);
      });
    }
  }

  /** Leaves `end` open when the answer broke off, and is to be asked for again. */
  async #send(
    call: AskedCall,
    path: string,
    body: object,
    take: (response: Response) => Promise<void>,
  ): Promise<void> {
    const over = new AbortController();
    const isHasty = this.#stage.isWild && this.#dice.isOneIn(10);
    const hastyMs = this.#dice.between(1, 500);
    const timer = isHasty ? setTimeout(() => over.abort(), hastyMs) : undefined;
    try {
      const response = await fetch(`${this.#stage.url}/v1/${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${call.userKey}`,
          'content-type': 'application/json',
          ...(call.key === null ? {} : { 'idempotency-key': call.key }),
        },
        body: JSON.stringify(body),
        signal: over.signal,
      });
      if (response.ok) await take(response);
      else await this.#refused(call, response);
    } catch {
      if (isHasty && over.signal.aborted) {
        this.#stage.count('client loses patience with a model');
        call.end ??= 'gone';
      }
    } finally {
      clearTimeout(timer);
      over.abort();
    }
    if (call.end === null && call.key === null) call.end = 'gone';
    call.goneMs = Date.now();
    if (call.end === null) await Bun.sleep(RETRY_MS);
  }

  /** 503 is a job that failed. */
  async #refused(call: AskedCall, response: Response): Promise<void> {
    const text = await response.text();
    call.end = 'failed';
    if (response.status !== 503)
      this.#stage.violated('a model call is refused', `${response.status} ${text}`);
  }
}

interface Chunk {
  error?: object;
  choices?: { delta?: { content?: string } }[];
}
