import type { Part } from './cast';
import { isServerFault, type Stage } from './stage';

/** A job as the protocol hands it over: what a rogue looks at. */
export interface GivenJob {
  job_id: string;
  fence: number;
  input_text: string;
  max_tokens: number;
  next_seq: number;
  accepted_text: string;
}

export interface Answer {
  status: number;
  json: { ack_seq?: number; cancel?: boolean; jobs?: GivenJob[] };
}

const RETRY_MS = 100;

/** The protocol of hosts, by hand. Lines of pieces are a text, everything else is an object. */
export class HostWire {
  #stage: Stage;
  #hostId: string;
  #key: string;

  constructor(stage: Stage, { hostId, key }: { hostId: string; key: string }) {
    this.#stage = stage;
    this.#hostId = hostId;
    this.#key = key;
  }

  async jobs(query: string, life: AbortSignal): Promise<GivenJob[]> {
    const answer = await this.post(`next-job?${query}`, { host_id: this.#hostId }, life);
    return answer?.json.jobs ?? [];
  }

  /** Until the server answers. */
  async insist(
    path: string,
    body: object | string,
    life: AbortSignal,
  ): Promise<Answer | undefined> {
    for (;;) {
      const answer = await this.post(path, body, life);
      if (life.aborted || (answer && answer.status !== 503)) return answer;
      await Bun.sleep(RETRY_MS);
    }
  }

  /** Undefined when there is no answer. */
  async post(path: string, body: object | string, life: AbortSignal): Promise<Answer | undefined> {
    const isLines = typeof body === 'string';
    try {
      const response = await fetch(`${this.#stage.url}/hosts/${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#key}`,
          'content-type': isLines ? 'application/x-ndjson' : 'application/json',
        },
        body: isLines ? body : JSON.stringify(body),
        signal: life,
      });
      const text = await response.text();
      if (isServerFault(response.status))
        this.#stage.violated('the server fails', `${path}: ${text}`);
      return { status: response.status, json: text === '' ? {} : JSON.parse(text) };
    } catch {
      return undefined;
    }
  }
}

/** Of a host that an admin gave a token. */
export async function registered(
  stage: Stage,
  part: Part,
  joinToken: string,
  more: object = {},
): Promise<{ hostId: string; key: string }> {
  const answer = await fetch(`${stage.url}/hosts/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      gpu: part.name,
      models: part.models,
      price_per_token: part.usdPerToken,
      price_per_prompt_token: part.usdPerPromptToken,
      slots: part.slots,
      backend: 'openai',
      join_token: joinToken,
      ...more,
    }),
  });
  if (answer.status !== 201) throw new Error(`${part.name}: ${await answer.text()}`);
  const { host_id, api_key } = (await answer.json()) as { host_id: string; api_key: string };
  return { hostId: host_id, key: api_key };
}
