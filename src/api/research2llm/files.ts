import { Elysia, t } from 'elysia';
import type { Accounts } from '../../accounts/service';
import type { Keys } from '../../keys/service';
import { Fault } from '../../lib/fault';
import type { Research } from '../../research/service';
import type { ContentKind } from '../../research/types';
import { jobGate } from '../asker';
import { visibleJob } from './jobs';
import { LEARNINGS, learnings } from './present';
import { answers, byKeyOrToken } from './schemas';

export interface FileRouteDeps {
  research: Research;
  keys: Keys;
  accounts: Accounts;
}

/** A job's id, and the number of a source or the word for what was learned. */
const FILE_ID = new RegExp(`^([0-9a-f-]{36})-(\\d{1,6}|${LEARNINGS})$`);

const MEDIA_TYPE: Record<ContentKind, string> = {
  markdown: 'text/markdown; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

/** The pages are strangers': nothing in them may come alive in a browser, on our address least. */
const INERT = {
  'content-security-policy': "default-src 'none'; sandbox",
  'content-disposition': 'attachment',
  'x-content-type-options': 'nosniff',
};

/** What a job keeps beside its result, for whoever may see the job. */
export function fileRoutes({ research, keys, accounts }: FileRouteDeps) {
  const askerOf = jobGate(keys, accounts);
  return new Elysia({ name: 'research2llm.files', normalize: false })
    .derive(async ({ request, server }) => ({ asker: await askerOf({ request, server }) }))
    .get(
      '/files/:id',
      async ({ params, asker }) => {
        const [, jobId, part] = FILE_ID.exec(params.id) ?? [];
        if (jobId === undefined || part === undefined) throw unknownFile(params.id);
        const view = await visibleJob(research, asker, jobId).catch((thrown: unknown) => {
          const isHidden = thrown instanceof Fault && thrown.code === 'not_found';
          throw isHidden ? unknownFile(params.id) : thrown;
        });
        if (part === LEARNINGS) return Response.json(learnings(view), { headers: INERT });
        const content = await research.content(jobId, Number(part));
        if (!content) throw unknownFile(params.id);
        const headers = { ...INERT, 'content-type': MEDIA_TYPE[content.kind] };
        return new Response(content.text, { headers });
      },
      {
        params: t.Object({ id: t.String() }),
        detail: {
          tags: ['jobs'],
          security: byKeyOrToken,
          operationId: 'get_file',
          summary: 'Get what a job keeps: the content of a source, or all it learned',
          responses: answers({
            200: ['Markdown, HTML or JSON'],
            401: ['Invalid key or token'],
            404: ['Unknown, or of a job of another key'],
          }),
        },
      },
    );
}

function unknownFile(id: string): Fault {
  return new Fault('not_found', `no file has the id ${id.slice(0, 80)}`, { field: 'id' });
}
