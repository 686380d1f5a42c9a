import { type AnyElysia, Elysia } from 'elysia';
import { readJson } from '../../http/body';
import { type Asked, keyGate } from '../../http/gate';
import { validator } from '../../http/validate';
import type { Keys } from '../../keys/service';
import type { Chance } from '../../lib/ids';
import { idempotencyKeyOf } from '../idempotency-key';
import { Audience } from './audience';
import { chatChunks, completionChunks } from './chunks';
import { operations } from './describe';
import { embed } from './embeddings';
import { errorResponse } from './errors';
import { type Asking, type Form, type GenerationDeps, generate } from './generation';
import { modelById, modelList } from './models';
import { chatCompletion, textCompletion } from './present';
import { chatRequest, completionRequest } from './requests';
import { type ResearchChatDeps, researchChat, researchModeOf } from './research-chat';
import { ChatCompletionRequest, CompletionRequest, EmbeddingRequest } from './schemas-request';

export type OpenAiDeps = Omit<GenerationDeps, 'audience'> &
  ResearchChatDeps & { keys: Keys; chance: Chance };

const chatForm: Form = { chunks: chatChunks, whole: chatCompletion };
const completionForm: Form = { chunks: completionChunks, whole: textCompletion };

const checkedChat = validator(ChatCompletionRequest);
const checkedCompletion = validator(CompletionRequest);
const checkedEmbedding = validator(EmbeddingRequest);

export interface OpenAiRoutes {
  routes: AnyElysia[];
  /** Cancels what is still being answered, and says so to who reads it. */
  closeAll(): Promise<void>;
}

/**
 * The OpenAI API over the pool, and over research by models of our own. Bodies are read in the
 * handlers: whatever fails, it is told in that API's words.
 */
export function openaiRoutes(outer: OpenAiDeps): OpenAiRoutes {
  const deps = { ...outer, audience: new Audience(outer.log) };
  const { inference } = deps.hosts;
  const gate = keyGate(deps.keys);

  async function told(asked: Asked, answer: (by: Asking) => Promise<Response>): Promise<Response> {
    const { request } = asked;
    try {
      const { userId, key } = await gate(asked);
      return await answer({
        asker: { userId, key },
        idempotencyKey: idempotencyKeyOf(request.headers),
        connection: request.signal,
      });
    } catch (thrown) {
      const response = errorResponse(thrown, deps.log);
      response.headers.set('x-request-id', deps.chance.id());
      return response;
    }
  }

  const posted =
    <Body>(check: (body: unknown) => Body, answer: (body: Body, by: Asking) => Promise<Response>) =>
    async ({ request, server }: Asked) =>
      told({ request, server }, async (by) => answer(check(await readJson(request)), by));

  const chat = posted(checkedChat, async (body, by) => {
    const mode = researchModeOf(body.model);
    if (mode) return researchChat(deps, mode, body, by);
    return generate(deps, chatForm, chatRequest(body, inference), streamed(body), by);
  });
  const completion = posted(checkedCompletion, async (body, by) =>
    generate(deps, completionForm, completionRequest(body, inference), streamed(body), by),
  );
  const embeddings = posted(checkedEmbedding, (body, by) => embed(deps, body, by));
  const show = ({ request, server, id }: Asked & { id: string }) =>
    told({ request, server }, async () => Response.json(modelById(inference, id)));

  const routes = [
    new Elysia({ name: 'openai', normalize: false })
      .post('/v1/chat/completions', chat, { parse: 'none', detail: operations.chat })
      .post('/v1/completions', completion, { parse: 'none', detail: operations.completion })
      .post('/v1/embeddings', embeddings, { parse: 'none', detail: operations.embeddings })
      .get(
        '/v1/models',
        ({ request, server }) =>
          told({ request, server }, async () => Response.json(modelList(inference))),
        { detail: operations.models },
      )
      .get('/v1/models/:id', ({ params, ...asked }) => show({ ...asked, id: params.id }), {
        detail: operations.model,
      })
      // A name may have slashes, which some clients send as they are.
      .get('/v1/models/*', ({ params, ...asked }) => show({ ...asked, id: params['*'] }), {
        detail: { hide: true },
      }),
  ];
  return { routes, closeAll: () => deps.audience.closeAll() };
}

function streamed(body: {
  stream?: boolean | null;
  stream_options?: { include_usage?: boolean | null } | null;
}) {
  return {
    isStreamed: body.stream === true,
    includesUsage: body.stream_options?.include_usage === true,
  };
}
