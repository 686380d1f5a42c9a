import { afterAll, describe, expect, test } from 'bun:test';
import { cleanUp } from '../../../tests/support/cleanup';
import { ManualClock } from '../../../tests/support/clock';
import { type Answer, hang, startSite } from '../../../tests/support/site';
import { systemClock } from '../../lib/clock';
import { Fault } from '../../lib/fault';
import { createHttpPort } from './http-port';
import { registerHost } from './registration';

afterAll(cleanUp);

const ID = 'job_1';
const lease = { jobId: ID, fence: 3 };
const never = new AbortController().signal;

/** A server that answers every path alike, and what it was sent. */
function scripted(path: string, answer: Answer) {
  const sent: { url: string; type: string | null; key: string | null; body: string }[] = [];
  const statuses: string[] = [];
  const { url: server } = startSite({
    [path]: async (request) => {
      const { pathname, search } = new URL(request.url);
      sent.push({
        url: pathname + search,
        type: request.headers.get('content-type'),
        key: request.headers.get('authorization'),
        body: await request.clone().text(),
      });
      return answer(request);
    },
  });
  const port = createHttpPort({
    clock: systemClock,
    server,
    hostId: 'host_1',
    key: 'hk_live_x',
    onStatus: (status) => statuses.push(status),
  });
  return { port, sent, server, statuses };
}

const job = {
  job_id: ID,
  model: 'm',
  input_text: 'hello',
  max_tokens: 40,
  temperature: 0.7,
  fence: 3,
  lease_ms: 20_000,
  next_seq: 3,
  accepted_text: 'He',
  task: 'chat',
  messages: [{ role: 'user', content: 'hello' }],
  inputs: [],
  parameters: { temperature: 0.2 },
};

async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const thrown = await work.then(
    () => 'nothing was thrown',
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(Fault);
  return thrown as Fault;
}

describe('over HTTP', () => {
  test('jobs are asked for with a wait, and come whole', async () => {
    const { port, sent } = scripted('/hosts/next-job', () => Response.json({ jobs: [job] }));
    const jobs = await port.nextJobs({ max: 4, waitMs: 25_000 }, never);
    expect(jobs).toEqual([
      {
        jobId: ID,
        fence: 3,
        leaseMs: 20_000,
        model: 'm',
        request: {
          task: 'chat',
          model: 'm',
          inputText: 'hello',
          messages: [{ role: 'user', content: 'hello' }],
          inputs: [],
          maxTokens: 42,
          parameters: { temperature: 0.2 },
          maxPricePerToken: null,
        },
        acceptedText: 'He',
        nextSeq: 3,
        maxTokens: 40,
      },
    ]);
    expect(sent).toEqual([
      {
        url: '/hosts/next-job?max=4&wait=25',
        type: 'application/json',
        key: 'Bearer hk_live_x',
        body: '{"host_id":"host_1"}',
      },
    ]);
  });

  test('pieces go as lines', async () => {
    const ack = { ack_seq: 4, cancel: true };
    const { port, sent } = scripted('/hosts/jobs/job_1/tokens', () => Response.json(ack));
    const pieces = [
      { seq: 3, delta: 'l\n' },
      { seq: 4, delta: ' ' },
    ];
    expect(await port.sendPieces(lease, pieces)).toEqual({ ackSeq: 4, cancel: true });
    expect(sent[0]).toMatchObject({
      url: '/hosts/jobs/job_1/tokens?fence=3',
      type: 'application/x-ndjson',
      body: '{"seq":3,"delta":"l\\n"}\n{"seq":4,"delta":" "}\n',
    });
  });

  test('an end goes with all that belongs to it', async () => {
    const { port, sent } = scripted('/hosts/complete', () =>
      Response.json({ jobs: [{ job_id: ID, status: 'completed' }] }),
    );
    await port.complete({
      ...lease,
      finishReason: 'stop',
      usage: { promptTokens: 1, completionTokens: 2 },
      pieces: [{ seq: 3, delta: 'x' }],
    });
    const end = {
      job_id: ID,
      fence: 3,
      finish_reason: 'stop',
      usage: { prompt_tokens: 1, completion_tokens: 2 },
      tokens: [{ seq: 3, delta: 'x' }],
    };
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({ jobs: [end] });
  });

  test('ends of one turn go together, and each gets its own answer', async () => {
    const problem = { status: 409, detail: 'the lease is over' };
    const { port, sent } = scripted('/hosts/complete', () =>
      Response.json({ jobs: [{ status: 'completed' }, { status: 'refused', problem }] }),
    );
    const first = port.complete({ ...lease, finishReason: 'stop' });
    const second = faultOf(port.complete({ jobId: 'job_2', fence: 1, finishReason: 'stop' }));
    await first;
    expect(await second).toMatchObject({ code: 'conflict', message: problem.detail });
    const bodies = sent.map(({ body }) => JSON.parse(body) as { jobs: { job_id: string }[] });
    expect(bodies.map(({ jobs }) => jobs.map(({ job_id }) => job_id))).toEqual([[ID, 'job_2']]);
  });

  test('so many ends at once as a server takes, and long ones by themselves', async () => {
    const { port, sent } = scripted('/hosts/complete', async (request) => {
      const { jobs } = (await request.json()) as { jobs: unknown[] };
      return Response.json({ jobs: jobs.map(() => ({ status: 'completed' })) });
    });
    const ends = Array.from({ length: 33 }, () =>
      port.complete({ ...lease, finishReason: 'stop' as const }),
    );
    await Promise.all([
      ...ends,
      port.complete({ ...lease, finishReason: 'stop', embeddings: [[1]] }),
      port.complete({ ...lease, finishReason: 'tool_calls', toolCalls: [{}] }),
    ]);
    const sizes = sent.map(({ body }) => (JSON.parse(body) as { jobs: unknown[] }).jobs.length);
    expect(sizes.sort((a, b) => a - b)).toEqual([1, 1, 1, 32]);
  });

  test.each([
    ['without an answer', () => new Response(null, { status: 503 })],
    ['with an answer to another number of jobs', () => Response.json({ jobs: [] })],
    ['with a word of which nothing is known', () => Response.json({ jobs: [{ status: 'fine' }] })],
  ])('an end %s is not known to have come', async (_, answer) => {
    const { port } = scripted('/hosts/complete', answer);
    const fault = await faultOf(port.complete({ ...lease, finishReason: 'stop' }));
    expect(fault.code).toBe('unavailable');
  });

  test('a heartbeat learns what the server makes of the host', async () => {
    const { port, statuses, sent } = scripted('/hosts/heartbeat', () =>
      Response.json({ status: 'acknowledged', host_status: 'pending' }),
    );
    await port.heartbeat({ gpuUtilization: null, models: [{ name: 'm', maxTokens: 9 }] });
    expect(statuses).toEqual(['pending']);
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      host_id: 'host_1',
      available_models: [{ name: 'm', max_tokens: 9 }],
    });
  });

  test.each([
    [409, 'conflict'],
    [404, 'not_found'],
    [401, 'unauthenticated'],
    [422, 'unprocessable'],
    [503, 'unavailable'],
  ] as const)('%d is the Fault %s, in the words of the server', async (status, code) => {
    const { port } = scripted('/hosts/jobs/job_1/fail', () =>
      Response.json({ status, detail: 'the lease is over' }, { status }),
    );
    const fault = await faultOf(port.fail({ ...lease, error: 'x', retryable: true }));
    expect(fault).toMatchObject({ code, message: 'the lease is over' });
  });

  test.each([
    ['garbage', () => new Response('<html>')],
    ['another JSON', () => Response.json({ ack_seq: -1 })],
    ['nothing', () => new Response(null, { status: 204 })],
    ['a redirect', () => Response.redirect('http://127.0.0.1:1/', 307)],
  ])('%s for an answer is as good as none', async (_, answer) => {
    const { port } = scripted('/hosts/jobs/job_1/tokens', answer);
    expect((await faultOf(port.sendPieces(lease, []))).code).toBe('unavailable');
  });

  test('a job whose id would lead elsewhere is not taken', async () => {
    const { port } = scripted('/hosts/next-job', () =>
      Response.json({ jobs: [{ ...job, job_id: '../../admin' }] }),
    );
    expect((await faultOf(port.nextJobs({ max: 1, waitMs: 0 }, never))).code).toBe('unavailable');
  });

  test('a request that hangs ends in time, and by its signal', async () => {
    const clock = new ManualClock();
    const asked = Promise.withResolvers<void>();
    const { url: server } = startSite({
      '/hosts/next-job': (request) => {
        asked.resolve();
        return hang(request);
      },
    });
    const port = createHttpPort({ clock, server, hostId: 'h', key: 'k' });
    const abort = new AbortController();
    const canceled = port.nextJobs({ max: 1, waitMs: 25_000 }, abort.signal).catch((r) => r);
    const late = faultOf(port.nextJobs({ max: 1, waitMs: 25_000 }, never));
    await asked.promise;
    abort.abort('drained');
    expect(await canceled).toBe('drained');
    clock.advance(40_000);
    expect((await late).code).toBe('unavailable');
    expect(clock.pending).toBe(0);
  });

  test('a registration says what the host is, and whose word it has', async () => {
    const { server, sent } = scripted('/hosts/register', () =>
      Response.json({ host_id: 'host_2', api_key: 'hk_live_y', status: 'active' }, { status: 201 }),
    );
    const registered = await registerHost(systemClock, server, {
      gpu: 'CPU',
      models: [{ name: 'm', maxTokens: 9 }],
      backend: 'vllm',
      features: ['chat'],
      slots: 2,
      pricePerToken: 0.0002,
      pricePerPromptToken: 0,
      joinToken: 'join_z',
    });
    expect(registered).toEqual({ hostId: 'host_2', key: 'hk_live_y', status: 'active' });
    expect(JSON.parse(sent[0]?.body ?? '')).toEqual({
      gpu: 'CPU',
      models: [{ name: 'm', max_tokens: 9 }],
      backend: 'vllm',
      features: ['chat'],
      slots: 2,
      price_per_token: 0.0002,
      price_per_prompt_token: 0,
      join_token: 'join_z',
    });
  });
});
