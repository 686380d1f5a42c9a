import { Elysia, t } from 'elysia';
import { keyGate } from '../../http/gate';
import { addition } from '../../http/openapi';
import { knownId } from '../../http/validate';
import type { Keys } from '../../keys/service';
import { Fault } from '../../lib/fault';
import type { ReportFormat } from '../../research/report/write';
import type { Research } from '../../research/service';
import { queryOf } from './parameters';
import { researchResult } from './present';
import { answers } from './schemas';

export interface ReportRouteDeps {
  research: Research;
  keys: Keys;
}

const FORMATS = ['md', 'html', 'json', 'csl'] as const;

/** A job as a document to keep or to hand on. */
export function reportRoutes({ research, keys }: ReportRouteDeps) {
  const gate = keyGate(keys);
  return new Elysia({ name: 'infrence.report', normalize: false })
    .derive(async ({ request, server }) => ({ principal: await gate({ request, server }) }))
    .get(
      '/v1/research/:id/report',
      async ({ params, query, principal }) => {
        const id = knownId(params.id, 'research job');
        const format = formatOf(query.format);
        if (format === 'json')
          return Response.json(researchResult(await research.get(id, principal.userId)));
        const report = await research.report(id, principal.userId, format);
        return new Response(report.text, {
          headers: {
            'content-type': report.mediaType,
            'content-disposition': `inline; filename="${report.fileName}"`,
            // Opened in a browser, it is text with one style sheet, and nothing else.
            'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            'x-content-type-options': 'nosniff',
          },
        });
      },
      {
        query: queryOf({
          format: t.Optional(t.String({ description: `${FORMATS.join(', ')}; md if absent` })),
        }),
        detail: {
          tags: ['research'],
          security: [{ bearer_api_key: [] }],
          ...addition,
          operationId: 'research_report',
          summary: 'A job as a report, with its quotes, a bibliography and its sources',
          responses: {
            200: {
              description: 'The report',
              content: {
                'text/markdown': { schema: t.String() },
                'text/html': { schema: t.String() },
                'application/json': { schema: { $ref: '#/components/schemas/ResearchResult' } },
              },
            },
            ...answers({ 400: ['Unknown format'], 401: ['Invalid API key'], 404: ['Not found'] }),
          },
        },
      },
    );
}

function formatOf(raw = 'md'): ReportFormat | 'json' {
  const format = FORMATS.find((known) => known === raw);
  if (format) return format;
  throw new Fault('invalid_request', `format must be ${FORMATS.join(', ')}`, { field: 'format' });
}
