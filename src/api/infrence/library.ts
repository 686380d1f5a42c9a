import { Elysia, t } from 'elysia';
import { readForm, readJson } from '../../http/body';
import { keyGate } from '../../http/gate';
import { addition } from '../../http/openapi';
import type { Principal } from '../../http/principal';
import { knownId, validator, wholeNumberOf } from '../../http/validate';
import type { Keys } from '../../keys/service';
import { Fault } from '../../lib/fault';
import type { Library } from '../../library/service';
import type { Document } from '../../library/types';
import { idInPath, limitInQuery, offsetInQuery, queryOf } from './parameters';
import { documentDto, libraryHitDto } from './present';
import { answers } from './schemas';

export interface LibraryRouteDeps {
  /** Of a multipart body: a document and what stands beside it. */
  maxUploadBytes: number;
  library: Library;
  keys: Keys;
}

const LIST_LIMIT = { default: 50, min: 1, max: 500 };
const OFFSET = { default: 0, min: 0, max: 10_000_000 };
const SEARCH_LIMIT = { default: 10, min: 1, max: 100 };
const QUERY_MAX_LENGTH = 1_000;
const detail = { ...addition, tags: ['library'], security: [{ bearer_api_key: [] }] };
const unauthenticated = { 401: ['Invalid API key'] } as Record<number, [string]>;
const searchedText = {
  in: 'query',
  name: 'q',
  required: true,
  schema: t.String({ minLength: 1, maxLength: QUERY_MAX_LENGTH }),
};
const NewDocument = t.Object(
  {
    text: t.Optional(t.String({ description: 'The document itself: text, Markdown or HTML.' })),
    url: t.Optional(t.String({ description: 'Or where to fetch it.' })),
    title: t.Optional(t.String({ minLength: 1, maxLength: 300 })),
    shared: t.Optional(t.Boolean({ description: 'Visible to the whole team; admins only.' })),
  },
  { additionalProperties: false },
);

const checkedDocument = validator(NewDocument);

export function libraryRoutes(deps: LibraryRouteDeps) {
  const principalOf = keyGate(deps.keys);
  return new Elysia({ name: 'infrence.library', normalize: false })
    .onParse(async ({ request, server, contentType }) => {
      await principalOf({ request, server });
      if (contentType !== 'multipart/form-data') return readJson(request);
      return readForm(request, deps.maxUploadBytes, 'split the document');
    })
    .derive(async ({ request, server }) => ({ principal: await principalOf({ request, server }) }))
    .post('/v1/library', ({ body, principal }) => add(deps.library, principal, body), {
      detail: {
        ...detail,
        operationId: 'add_document',
        summary: 'Add a document',
        requestBody: { required: true, content: bodyDescription() },
        responses: answers({
          201: ['Added', 'DocumentDto'],
          200: ['The same text was here already', 'DocumentDto'],
          400: ['Bad request'],
          413: ['Too large'],
          415: ['A kind of file that is not supported'],
          422: ['Not readable'],
          ...unauthenticated,
        }),
      },
    })
    .get('/v1/library', ({ query, principal }) => list(deps.library, principal, query), {
      query: queryOf({
        limit: t.Optional(t.String()),
        offset: t.Optional(t.String()),
      }),
      detail: {
        ...detail,
        operationId: 'list_documents',
        summary: 'List documents',
        parameters: [limitInQuery(LIST_LIMIT), offsetInQuery(OFFSET.max)],
        responses: answers({
          200: ['Newest first', ['DocumentDto']],
          400: ['Bad query'],
          ...unauthenticated,
        }),
      },
    })
    .get('/v1/library/search', ({ query, principal }) => search(deps.library, principal, query), {
      query: queryOf({
        q: t.Optional(t.String()),
        limit: t.Optional(t.String()),
      }),
      detail: {
        ...detail,
        operationId: 'search_documents',
        summary: 'Search the documents that the caller may see',
        parameters: [searchedText, limitInQuery(SEARCH_LIMIT)],
        responses: answers({
          200: ['Best first', ['LibraryHitDto']],
          400: ['Bad query'],
          ...unauthenticated,
        }),
      },
    })
    .get('/v1/library/:id', ({ params, principal }) => show(deps.library, principal, params.id), {
      detail: {
        ...detail,
        operationId: 'get_document',
        summary: 'Get a document and its text',
        parameters: [idInPath],
        responses: answers({
          200: ['The document', 'DocumentTextDto'],
          404: ['Not found'],
          ...unauthenticated,
        }),
      },
    })
    .delete(
      '/v1/library/:id',
      ({ params, principal }) => remove(deps.library, principal, params.id),
      {
        detail: {
          ...detail,
          operationId: 'remove_document',
          summary: 'Remove a document',
          parameters: [idInPath],
          responses: {
            ...answers({ 404: ['Not found'], ...unauthenticated }),
            204: { description: 'Removed' },
          },
        },
      },
    );
}

function bodyDescription() {
  return {
    'application/json': { schema: NewDocument },
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        required: ['file'],
        properties: {
          file: { type: 'string' as const, format: 'binary' },
          title: { type: 'string' as const },
          shared: { type: 'string' as const, enum: ['true', 'false'] },
        },
      },
    },
  };
}

async function add(library: Library, principal: Principal, body: unknown): Promise<Response> {
  const input = body instanceof FormData ? await fromForm(body) : checkedDocument(body);
  if (input.shared && !principal.isAdmin) {
    throw new Fault('forbidden', 'only an admin may share a document with the team', {
      field: 'shared',
    });
  }
  const common = {
    ownerId: principal.userId,
    shared: input.shared ?? false,
    ...(input.title === undefined ? {} : { title: input.title }),
  };
  const { document, added } = await addTo(library, common, input);
  return Response.json(documentDto(document), { status: added ? 201 : 200 });
}

type Common = { ownerId: string; shared: boolean; title?: string };
type Input = {
  file?: { bytes: Uint8Array; name: string; type: string };
  text?: string;
  url?: string;
};

function addTo(
  library: Library,
  common: Common,
  input: Input,
): Promise<{ document: Document; added: boolean }> {
  const given = [input.file, input.text, input.url].filter((part) => part !== undefined);
  if (given.length !== 1) {
    throw new Fault('invalid_request', 'send one document: `text`, `url`, or a multipart `file`', {
      field: 'text',
    });
  }
  if (input.url !== undefined) return library.addUrl({ ...common, url: input.url });
  if (input.text !== undefined) return library.addText({ ...common, text: input.text });
  const file = input.file as NonNullable<Input['file']>;
  return library.add({
    ...common,
    bytes: file.bytes,
    name: file.name,
    origin: file.name,
    declaredType: file.type,
  });
}

async function fromForm(form: FormData) {
  const files = form.getAll('file').filter((part) => part instanceof File);
  const [file] = files;
  if (!file || files.length > 1) {
    throw new Fault('invalid_request', 'a multipart body carries one document in the part `file`', {
      field: 'file',
    });
  }
  const title = form.get('title');
  const shared = form.get('shared');
  return {
    file: { bytes: new Uint8Array(await file.arrayBuffer()), name: file.name, type: file.type },
    shared: shared === 'true' || shared === 'on',
    ...(typeof title === 'string' && title !== '' ? { title: title.slice(0, 300) } : {}),
  };
}

async function list(
  library: Library,
  principal: Principal,
  query: { limit?: string; offset?: string },
) {
  const page = {
    limit: wholeNumberOf(query, 'limit', LIST_LIMIT),
    offset: wholeNumberOf(query, 'offset', OFFSET),
  };
  return (await library.list(principal.userId, page)).map(documentDto);
}

async function search(
  library: Library,
  principal: Principal,
  query: { q?: string; limit?: string },
) {
  const text = query.q?.trim() ?? '';
  if (text === '' || text.length > QUERY_MAX_LENGTH) {
    throw new Fault('invalid_request', `q must have 1 to ${QUERY_MAX_LENGTH} characters`, {
      field: 'q',
    });
  }
  const limit = wholeNumberOf(query, 'limit', SEARCH_LIMIT);
  const hits = await library.search(principal.userId, text, limit);
  return hits.map(libraryHitDto);
}

async function show(library: Library, principal: Principal, id: string) {
  const document = await library.get(principal.userId, knownId(id, 'document'));
  return { ...documentDto(document), text: await library.text(principal.userId, id) };
}

async function remove(library: Library, principal: Principal, id: string): Promise<Response> {
  await library.remove(principal.userId, principal.isAdmin, knownId(id, 'document'));
  return new Response(null, { status: 204 });
}
