import { Elysia, t } from 'elysia';
import { addition } from '../http/openapi';
import type { HealthDto } from './health';

const count = t.Unsafe<number>({ type: 'integer' });
const Health = t.Object({
  status: t.String(),
  version: t.String(),
  active_hosts: count,
  queued_jobs: count,
  running_jobs: count,
});

export function healthRoutes(health: () => Promise<HealthDto>) {
  return new Elysia({ name: 'health' }).get('/health', health, {
    detail: {
      ...addition,
      tags: ['health'],
      operationId: 'health',
      summary: 'Is the server up',
      responses: {
        200: { description: 'It is', content: { 'application/json': { schema: Health } } },
      },
    },
  });
}
