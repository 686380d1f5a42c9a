import { freshFolder, load, seed, startServer } from './binary';
import { type Figure, median } from './figures';

const STARTS = 7;
const IDLE_MS = 2_000;

/** The API under load: accepting jobs, reading a balance, starting, resting. */
export async function httpFigures(): Promise<Figure[]> {
  const folder = freshFolder();
  try {
    const { key } = seed(folder.path);
    const starts = await measureStarts(folder.path);
    const server = await startServer(folder.path, { SONDE_RUNNER: 'off' });
    await Bun.sleep(IDLE_MS);
    const idleMegabytes = server.residentMegabytes();
    const credits = await load(`${server.url}/v1/credits`, key, 'GET');
    const body = JSON.stringify({
      question: 'How fast is a durable hold?',
      mode: 'lite',
      async: true,
    });
    const accepted = await load(`${server.url}/v1/research`, key, 'POST', body);
    await server.stop();
    if (!accepted.statuses['202'] || !credits.statuses['200']) {
      throw new Error(
        `unexpected answers: ${JSON.stringify([accepted.statuses, credits.statuses])}`,
      );
    }
    return [
      {
        name: 'POST /v1/research accepted',
        value: accepted.perSecond,
        unit: '/s',
        bound: 8_000,
        wants: 'at least',
      },
      {
        name: 'POST /v1/research p99',
        value: accepted.p99Ms,
        unit: 'ms',
        bound: 60,
        wants: 'at most',
      },
      {
        name: 'GET /v1/credits',
        value: credits.perSecond,
        unit: '/s',
        bound: 25_000,
        wants: 'at least',
      },
      { name: 'start to /health', value: median(starts), unit: 'ms', bound: 100, wants: 'at most' },
      { name: 'idle memory', value: idleMegabytes, unit: 'MB', bound: 90, wants: 'at most' },
    ];
  } finally {
    folder.remove();
  }
}

async function measureStarts(dataDir: string): Promise<number[]> {
  const starts: number[] = [];
  for (let run = 0; run < STARTS; run++) {
    const server = await startServer(dataDir);
    starts.push(server.startMs);
    await server.stop();
  }
  return starts;
}
