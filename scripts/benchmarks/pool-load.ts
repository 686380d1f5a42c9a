import { median, percentile } from './figures';
import { Wire } from './wire';

/**
 * Hosts and clients of the pool, in a process of their own: `pool-load.ts WHAT URL KEY HOST_KEYS`.
 * Each measure has a model of its own, named after it, and meets no job of another one. Prints one
 * JSON line.
 */
const [what = '', url = '', key = '', hostKeyList = ''] = process.argv.slice(2);
const hostKeys = hostKeyList.split(',');

const WARM_UP_MS = 2_000;
const MEASURE_MS = 6_000;

interface Job {
  job_id: string;
  fence: number;
  next_seq: number;
}

function run(maxTokens: number): string {
  return JSON.stringify({ model: what, input_text: 'Say it.', max_tokens: maxTokens });
}

async function submit(wire: Wire, maxTokens: number): Promise<string> {
  const answer = await wire.ask('POST', '/run/model', key, run(maxTokens));
  if (answer.status !== 202) throw new Error(`${answer.status} ${answer.body}`);
  return (JSON.parse(answer.body) as { job_id: string }).job_id;
}

async function complete(wire: Wire, hostKey: string, job: Job): Promise<void> {
  const body = `{"fence":${job.fence},"finish_reason":"stop","tokens":[{"seq":${job.next_seq},"delta":"ok"}]}`;
  const answer = await wire.ask('POST', `/hosts/jobs/${job.job_id}/complete`, hostKey, body);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
}

async function completeAll(wire: Wire, hostKey: string, jobs: Job[]): Promise<void> {
  const ends = jobs.map(
    ({ job_id, fence, next_seq }) =>
      `{"job_id":"${job_id}","fence":${fence},"finish_reason":"stop","tokens":[{"seq":${next_seq},"delta":"ok"}]}`,
  );
  const answer = await wire.ask('POST', '/hosts/complete', hostKey, `{"jobs":[${ends.join()}]}`);
  const completed = answer.body.split('"status":"completed"').length - 1;
  if (completed !== jobs.length) throw new Error(`${answer.status} ${answer.body}`);
}

/**
 * Jobs of one token, end to end: each client asks for its next one when its last has ended. A host
 * takes jobs on one connection, and on another tells in one request what it has ended meanwhile.
 */
async function noOps(): Promise<object> {
  const CLIENTS = 384;
  const ends = new Map<string, PromiseWithResolvers<void>>();
  let ended = 0;
  let isOver = false;

  /** Asked for by the client and by the host, in either order. */
  function endOf(id: string): PromiseWithResolvers<void> {
    const end = ends.get(id) ?? Promise.withResolvers<void>();
    ends.set(id, end);
    return end;
  }

  async function serve(hostKey: string): Promise<void> {
    const [polling, telling] = [await Wire.open(url), await Wire.open(url)];
    const made: Job[] = [];
    let isTelling = false;
    async function tell(): Promise<void> {
      isTelling = true;
      while (made.length > 0) {
        const jobs = made.splice(0);
        await completeAll(telling, hostKey, jobs);
        ended += jobs.length;
        for (const { job_id } of jobs) endOf(job_id).resolve();
      }
      isTelling = false;
    }
    for (;;) {
      const path = '/hosts/next-job?wait=25&max=128';
      const { body } = await polling.ask('POST', path, hostKey, '{}');
      made.push(...(JSON.parse(body) as { jobs: Job[] }).jobs);
      if (!isTelling) void tell();
    }
  }

  async function ask(): Promise<void> {
    const wire = await Wire.open(url);
    while (!isOver) {
      const id = await submit(wire, 8);
      await endOf(id).promise;
      ends.delete(id);
    }
  }

  for (const hostKey of hostKeys) void serve(hostKey);
  const clients = Array.from({ length: CLIENTS }, ask);
  await Bun.sleep(WARM_UP_MS);
  const warm = ended;
  await Bun.sleep(MEASURE_MS);
  const perSecond = ((ended - warm) * 1_000) / MEASURE_MS;
  isOver = true;
  await Promise.all(clients);
  return { perSecond, ended };
}

/** From the first byte of a request to a host's having its job, while 500 hosts wait. */
async function parked(): Promise<object> {
  const ROUNDS = 400;
  const arrived = new Map<string, number>();
  let wake = () => {};
  for (const hostKey of hostKeys) {
    const wire = await Wire.open(url);
    void (async () => {
      for (;;) {
        const { status, body } = await wire.ask('POST', '/hosts/next-job?wait=50', hostKey, '{}');
        if (status !== 200) continue;
        const atMs = performance.now();
        const job = JSON.parse(body) as Job;
        arrived.set(job.job_id, atMs);
        wake();
        await complete(wire, hostKey, job);
      }
    })();
  }
  await Bun.sleep(WARM_UP_MS);
  const client = await Wire.open(url);
  const latenciesMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const sentMs = performance.now();
    const id = await submit(client, 8);
    while (!arrived.has(id)) await new Promise<void>((resolve) => (wake = resolve));
    latenciesMs.push((arrived.get(id) ?? sentMs) - sentMs);
    await Bun.sleep(5);
  }
  return { p50Ms: median(latenciesMs), p99Ms: percentile(latenciesMs, 0.99) };
}

const STREAMS = 64;
const TOKENS = 4_000;

interface Stream {
  job: Job;
  wire: Wire;
  hostKey: string;
  sentMs: number[];
  readMs: number[];
  read: number;
}

async function openStreams(): Promise<Stream[]> {
  const [hostKey = ''] = hostKeys;
  const poll = await Wire.open(url);
  const streams: Stream[] = [];
  while (streams.length < STREAMS) {
    await submit(poll, TOKENS);
    const { body } = await poll.ask('POST', '/hosts/next-job?max=1', hostKey, '{}');
    const [job] = (JSON.parse(body) as { jobs: Job[] }).jobs;
    if (!job) throw new Error('a job that was submitted is given to the only host');
    const stream: Stream = {
      job,
      hostKey,
      wire: await Wire.open(url),
      sentMs: [],
      readMs: [],
      read: 0,
    };
    const reader = await Wire.open(url);
    reader.stream(`/jobs/${job.job_id}/stream`, key, (text) => {
      const atMs = performance.now();
      for (let at = text.indexOf('data: {'); at >= 0; at = text.indexOf('data: {', at + 7)) {
        stream.readMs[stream.read] = atMs;
        stream.read += 1;
      }
    });
    streams.push(stream);
  }
  return streams;
}

async function send(stream: Stream, from: number, count: number): Promise<void> {
  const atMs = performance.now();
  let lines = '';
  for (let seq = from; seq < from + count; seq++) {
    lines += `{"seq":${seq},"delta":" word"}\n`;
    stream.sentMs[seq - 1] = atMs;
  }
  const path = `/hosts/jobs/${stream.job.job_id}/tokens?fence=${stream.job.fence}`;
  const answer = await stream.wire.ask('POST', path, stream.hostKey, lines, 'application/x-ndjson');
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
}

async function finish(streams: Stream[]): Promise<number[]> {
  while (streams.some(({ read }) => read < TOKENS)) await Bun.sleep(1);
  const latencies = streams.flatMap(({ sentMs, readMs }) =>
    sentMs.map((sent, index) => (readMs[index] ?? Number.NaN) - sent),
  );
  for (const { wire, hostKey, job } of streams) {
    const body = `{"fence":${job.fence},"finish_reason":"stop"}`;
    await wire.ask('POST', `/hosts/jobs/${job.job_id}/complete`, hostKey, body);
  }
  return latencies;
}

/** As fast as they are taken: what came while a request was under way goes with the next. */
async function flood(): Promise<object> {
  const BATCH = 40;
  let streams = await openStreams();
  let perSecond = 0;
  for (let round = 0; round < 3; round++) {
    if (round > 0) streams = await openStreams();
    const startMs = performance.now();
    await Promise.all(
      streams.map(async (stream) => {
        for (let seq = 1; seq <= TOKENS; seq += BATCH) await send(stream, seq, BATCH);
      }),
    );
    while (streams.some(({ read }) => read < TOKENS)) await Bun.sleep(1);
    const rate = (STREAMS * TOKENS * 1_000) / (performance.now() - startMs);
    perSecond = Math.max(perSecond, round === 0 ? 0 : rate);
    await finish(streams);
  }
  return { perSecond };
}

/** At a pace: every token by itself, when it is due; those that are due meanwhile go together. */
async function paced(tokensPerSecond: number): Promise<object> {
  const streams = await openStreams();
  const gapMs = (1_000 * STREAMS) / tokensPerSecond;
  const total = Math.min(TOKENS, Math.floor(MEASURE_MS / gapMs));
  const startMs = performance.now();
  await Promise.all(
    streams.map(async (stream, index) => {
      const offsetMs = (gapMs * index) / STREAMS;
      let sent = 0;
      while (sent < total) {
        const due = Math.floor((performance.now() - startMs - offsetMs) / gapMs) + 1;
        const count = Math.min(total, due) - sent;
        if (count <= 0) {
          await Bun.sleep(Math.max(0, startMs + offsetMs + sent * gapMs - performance.now()));
          continue;
        }
        await send(stream, sent + 1, count);
        sent += count;
      }
    }),
  );
  while (streams.some(({ read }) => read < total)) await Bun.sleep(1);
  const seconds = (performance.now() - startMs) / 1_000;
  const latencies = streams.flatMap(({ sentMs, readMs }) =>
    sentMs
      .slice(total / 10)
      .map((sent, index) => (readMs[index + Math.floor(total / 10)] ?? Number.NaN) - sent),
  );
  return {
    perSecond: (STREAMS * total) / seconds,
    p50Ms: median(latencies),
    p99Ms: percentile(latencies, 0.99),
  };
}

/** Hosts that wait, and nothing else. */
async function idle(): Promise<object> {
  for (const hostKey of hostKeys) {
    const wire = await Wire.open(url);
    void (async () => {
      for (;;) await wire.ask('POST', '/hosts/next-job?wait=25', hostKey, '{}');
    })();
  }
  console.log('{}');
  await Bun.sleep(60_000);
  return {};
}

const measures: Record<string, () => Promise<object>> = {
  noOps,
  parked,
  flood,
  gentle: () => paced(STREAMS * 50),
  heavy: () => paced(100_000),
  idle,
};
const measure = measures[what];
if (!measure) throw new Error(`no such measure: ${what}`);
console.log(JSON.stringify(await measure()));
process.exit(0);
