import { median, percentile } from './figures';
import { Wire } from './wire';

/**
 * Chat completions at a fixed rate, whatever the answers take: `chat-load.ts URL KEY MODEL RATE
 * SECONDS`. An answer that is late is measured from when its request was due. Prints one JSON line.
 */
const [url = '', key = '', model = '', rate = '200', seconds = '5'] = process.argv.slice(2);
const WARM_UP_SECONDS = 2;
const CONNECTIONS = 64;

const body = JSON.stringify({
  model,
  messages: [{ role: 'user', content: 'Say sixteen words.' }],
  max_tokens: 32,
});

const idle: Wire[] = [];
for (let count = 0; count < CONNECTIONS; count++) idle.push(await Wire.open(url));

const latenciesMs: number[] = [];
const asking: Promise<void>[] = [];
const gapMs = 1_000 / Number(rate);
const startMs = performance.now();
const total = (WARM_UP_SECONDS + Number(seconds)) * Number(rate);

async function ask(dueMs: number, isMeasured: boolean): Promise<void> {
  const wire = idle.pop() ?? (await Wire.open(url));
  const answer = await wire.ask('POST', '/v1/chat/completions', key, body);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
  if (isMeasured) latenciesMs.push(performance.now() - dueMs);
  idle.push(wire);
}

for (let sent = 0; sent < total; ) {
  const nowMs = performance.now();
  for (; sent < total && startMs + sent * gapMs <= nowMs; sent++) {
    asking.push(ask(startMs + sent * gapMs, sent >= WARM_UP_SECONDS * Number(rate)));
  }
  await Bun.sleep(1);
}
await Promise.all(asking);
console.log(JSON.stringify({ p50Ms: median(latenciesMs), p99Ms: percentile(latenciesMs, 0.99) }));
process.exit(0);
