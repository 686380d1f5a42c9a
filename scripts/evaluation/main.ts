import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault, publicMessage } from '../../src/lib/fault';
import { calibration } from './calibration';
import { claims } from './claims';
import { extraction } from './extraction';
import { multihop } from './multihop';
import { printRows } from './report';
import { retrieval } from './retrieval';
import type { Measure, Writer } from './types';
import { verdicts } from './verdicts';

const MEASURES: Measure[] = [retrieval, multihop, claims, verdicts, extraction, calibration];

const HELP = `usage: scripts/eval MEASURE --data PATH [--out FILE] [--json]

Measures the engine as a real job runs it: no LLM, no network, in a data folder of its own.

${MEASURES.map(({ name, help }) => `  ${name.padEnd(12)} ${help}`).join('\n')}

  --data PATH  the file, or a folder that holds it
  --out FILE   writes what the engine answered, one JSON object a line
  --json       prints the result as JSON instead of a table`;

/** A usage error; the message is all that is shown. */
class UsageError extends Error {}

function argumentsOf(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        from: { type: 'string', default: process.cwd() },
        data: { type: 'string' },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (thrown) {
    throw new UsageError((thrown as Error).message);
  }
}

function chosen(names: string[]): Measure {
  const measure = MEASURES.find(({ name }) => name === names[0]);
  if (measure && names.length === 1) return measure;
  const known = MEASURES.map(({ name }) => name).join(', ');
  if (names.length > 1) throw new UsageError(`one measure at a time, not ${names.join(' ')}`);
  throw new UsageError(
    names[0] === undefined
      ? `name a measure: ${known}`
      : `no such measure: ${names[0]}; there are ${known}`,
  );
}

/** Opened before anything is measured, so that a path that cannot be written costs no waiting. */
function openOut(path: string): { writer: Writer; close(): Promise<unknown> } {
  // A writer begins at the start of the file and leaves what stood behind its last byte.
  writeFileSync(path, '');
  const sink = Bun.file(path).writer();
  return {
    writer: { write: (record) => void sink.write(`${JSON.stringify(record)}\n`) },
    close: async () => sink.end(),
  };
}

async function main(argv: string[]): Promise<void> {
  const { values, positionals } = argumentsOf(argv);
  if (values.help) return console.log(HELP);
  const measure = chosen(positionals);
  if (values.data === undefined) throw new UsageError('--data PATH is missing');
  const data = resolve(values.from, values.data);
  if (!existsSync(data)) throw new UsageError(`--data ${values.data} does not exist`);
  const out = values.out === undefined ? undefined : openOut(resolve(values.from, values.out));
  const startMs = performance.now();
  const log = (line: string) => console.error(line);
  const rows = await measure.run({ data, out: out?.writer, log });
  await out?.close();
  const seconds = (performance.now() - startMs) / 1_000;
  printRows(measure.name, rows, seconds, values.json);
}

try {
  await main(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof UsageError) && !(thrown instanceof Fault)) throw thrown;
  console.error(
    `error: ${thrown instanceof Fault ? publicMessage(thrown) : `${thrown.message}\nSee scripts/eval --help`}`,
  );
  process.exitCode = 2;
}
// Workers that wait for work would keep the process.
process.exit();
