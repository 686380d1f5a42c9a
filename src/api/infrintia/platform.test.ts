import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type InfrintiaWorld, openInfrintia } from '../../../tests/support/infrintia-api';
import { version } from '../../version';
import { formatOf } from './prometheus';

let world: InfrintiaWorld;
beforeAll(async () => {
  world = await openInfrintia();
  const host = await world.addHost({ models: ['a "quoted"\\name'] });
  await host.post('/hosts/heartbeat', {});
  const ana = await world.addMember('ana');
  await ana.key.post('/run/model', { model: 'a "quoted"\\name', input_text: 'Hi?' });
  const job = (await host.post('/hosts/next-job', {})).json;
  const tokens = [{ seq: 1, delta: 'Hi' }];
  const completion = { fence: job.fence, finish_reason: 'stop', tokens };
  await host.post(`/hosts/jobs/${job.job_id}/complete`, completion);
});
afterAll(() => world.close());

const get = (path: string, accept: string) => world.nobody.get(path, { accept });

describe('the root', () => {
  test.each(['*/*', 'application/json', ''])(
    'tells who asks for %j what this is',
    async (accept) => {
      const { json, headers } = await get('/', accept);
      expect(json).toEqual({ name: 'Sonde', version, docs: 'https://sonde.example.com/docs' });
      expect(headers.get('vary')).toBe('Accept');
    },
  );

  test('shows a browser the home page', async () => {
    const { text, headers } = await get('/', 'text/html,application/xhtml+xml,*/*;q=0.8');
    expect([text, headers.get('content-type')]).toEqual(['<!doctype html>', 'text/html']);
    expect(headers.get('vary')).toBe('Accept');
  });
});

describe('metrics', () => {
  test('are JSON as the contract has it', async () => {
    expect((await get('/metrics', '*/*')).json).toEqual({
      total_jobs_completed: 1,
      active_hosts: 1,
      total_users: 1,
      avg_job_latency_ms: 0,
    });
  });

  test('are text for a scraper, each with its help and type', async () => {
    const { text, headers } = await get('/metrics', 'text/plain;version=0.0.4;q=0.5,*/*;q=0.1');
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('# TYPE sonde_inference_jobs_completed_total counter');
    expect(text).toContain('\nsonde_inference_jobs_completed_total 1\n');
    expect(text).toContain('\nsonde_model_available_hosts{model="a \\"quoted\\"\\\\name"} ');
    expect(text).toContain('\nsonde_hosts{state="active"} 1\n');
    expectWellFormed(text);
  });

  test('are OpenMetrics for who reads nothing else', async () => {
    const { text, headers } = await get('/metrics', 'application/openmetrics-text; version=1.0.0');
    expect(headers.get('content-type')).toStartWith('application/openmetrics-text');
    expect(text).toContain('# TYPE sonde_inference_jobs_completed counter');
    expect(text).toEndWith('\n# EOF\n');
    expectWellFormed(text.replace(/# EOF\n$/, ''));
  });

  test.each([
    ['application/json, text/plain, */*', 'json'],
    [
      'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3',
      'prometheus',
    ],
    ['text/html', 'json'],
  ])('for %j are %s', (accept, format) => {
    expect(formatOf(accept)).toBe(format as ReturnType<typeof formatOf>);
  });
});

/** Every line is a comment of its family, or a sample of it. */
function expectWellFormed(text: string): void {
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(
      /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="([^"\\\n]|\\.)*",?)+\})? -?\d+(\.\d+)?(e[+-]\d+)?)$/,
    );
  }
}
