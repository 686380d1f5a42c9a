import type { Connection } from '../../db/client';
import type { CronRow, JobStore } from '../types';

export function cronStatements(
  connection: Connection,
): Pick<JobStore, 'cron' | 'putCron' | 'advanceCron'> {
  const all = connection.prepare<CronRow>(
    'SELECT name, expression, due_ms AS dueMs FROM cron ORDER BY name',
  );
  const put = connection.prepare<never>(`
    INSERT INTO cron (name, expression, due_ms) VALUES (:name, :expression, :dueMs)
    ON CONFLICT DO UPDATE SET expression = excluded.expression, due_ms = excluded.due_ms`);
  const advance = connection.prepare<never>(
    'UPDATE cron SET due_ms = :toMs WHERE name = :name AND due_ms = :fromMs',
  );
  return {
    cron: () => all.all(),
    async putCron({ name, expression, dueMs }) {
      await put.run({ name, expression, dueMs });
    },
    advanceCron: async (name, fromMs, toMs) => (await advance.run({ name, fromMs, toMs })) === 1,
  };
}
