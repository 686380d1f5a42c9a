import { percentile } from './figures';

/**
 * Closed-loop HTTP load as a process of its own: `load.ts URL CONNECTIONS SECONDS KEY METHOD [BODY]`.
 * It speaks just enough HTTP/1.1 by hand, because a full client costs more than the server it is to
 * measure, and both share two cores. Prints one JSON line.
 */
const [target = '', connections = '64', seconds = '5', key = '', method = 'GET', body = ''] =
  process.argv.slice(2);
const url = new URL(target);
const request = Buffer.from(
  [
    `${method} ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    ...(key ? [`authorization: Bearer ${key}`] : []),
    ...(body
      ? ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]
      : []),
    '',
    body,
  ].join('\r\n'),
);
const HEADER_END = Buffer.from('\r\n\r\n');

interface Connection {
  pending: Buffer;
  sentMs: number;
}

const latenciesMs: number[] = [];
const statuses: Record<string, number> = {};
const warmUpMs = 1_000;
const startMs = performance.now();
const endMs = startMs + warmUpMs + Number(seconds) * 1_000;

/** The length of the first whole answer in `data`; 0 while it is incomplete. */
function answerLength(data: Buffer): number {
  const headerEnd = data.indexOf(HEADER_END);
  if (headerEnd < 0) return 0;
  const length = /content-length: (\d+)/i.exec(data.toString('latin1', 0, headerEnd))?.[1];
  if (length === undefined) throw new Error('an answer without Content-Length');
  const end = headerEnd + HEADER_END.length + Number(length);
  return data.length >= end ? end : 0;
}

const closed = Array.from({ length: Number(connections) }, async () => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  await Bun.connect<Connection>({
    hostname: url.hostname,
    port: Number(url.port),
    socket: {
      open(socket) {
        socket.data = { pending: Buffer.alloc(0), sentMs: performance.now() };
        socket.write(request);
      },
      data(socket, chunk) {
        const state = socket.data;
        state.pending = state.pending.length === 0 ? chunk : Buffer.concat([state.pending, chunk]);
        const end = answerLength(state.pending);
        if (end === 0) return;
        const nowMs = performance.now();
        const status = state.pending.toString('latin1', 9, 12);
        if (nowMs > startMs + warmUpMs) {
          latenciesMs.push(nowMs - state.sentMs);
          statuses[status] = (statuses[status] ?? 0) + 1;
        }
        state.pending = state.pending.subarray(end);
        if (nowMs > endMs) {
          socket.end();
          resolve();
          return;
        }
        state.sentMs = nowMs;
        socket.write(request);
      },
      error: (_, reason) => reject(reason),
      close: () => resolve(),
    },
  });
  return promise;
});
await Promise.all(closed);
console.log(
  JSON.stringify({
    perSecond: latenciesMs.length / Number(seconds),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    statuses,
  }),
);
