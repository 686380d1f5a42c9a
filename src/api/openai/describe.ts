import { t } from 'elysia';
import { addition } from '../../http/openapi';
import { answering, generating, streaming, unknownModel } from './schemas';

const common = { ...addition, tags: ['openai'], security: [{ bearer_api_key: [] }] };

const idempotencyKey = {
  ...addition,
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description: 'Sent again with the same request, it answers for the same job.',
  schema: t.String({ minLength: 1, maxLength: 255 }),
};

const bodyOf = (name: string) => ({
  required: true,
  content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
});

/** The operations, as the API description tells of them. */
export const operations = {
  chat: {
    ...common,
    operationId: 'create_chat_completion',
    summary: 'Chat with a model of the pool, or with research: sonde-lite, -standard, -pro',
    parameters: [idempotencyKey],
    requestBody: bodyOf('ChatCompletionRequest'),
    responses: streaming(['The answer', 'ChatCompletion'], 'ChatCompletionChunk'),
  },
  completion: {
    ...common,
    operationId: 'create_completion',
    summary: 'Have a model of the pool go on with a text',
    parameters: [idempotencyKey],
    requestBody: bodyOf('CompletionRequest'),
    responses: streaming(['The answer', 'TextCompletion'], 'TextCompletion'),
  },
  embeddings: {
    ...common,
    operationId: 'create_embedding',
    summary: 'Have a model of the pool embed texts',
    parameters: [idempotencyKey],
    requestBody: bodyOf('EmbeddingRequest'),
    responses: generating(['One vector for each input', 'EmbeddingList']),
  },
  models: {
    ...common,
    operationId: 'list_models',
    summary: 'What a request may name as its model',
    responses: answering(['Models of the pool, aliases and research', 'PoolModelList']),
  },
  model: {
    ...common,
    operationId: 'retrieve_model',
    summary: 'One model, by its name',
    responses: { ...answering(['The model', 'PoolModelDto']), ...unknownModel },
  },
};
