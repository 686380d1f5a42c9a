import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onCleanUp } from '../support/cleanup';
import type { Command } from './child';
import type { ChaosReport } from './run';

/** One guard of the server, and how it is removed. */
interface Guard {
  file: string;
  from: string;
  to: string;
  /** The rule that is broken without it. */
  shows: string;
}

/** Each of these alone keeps a promise that the run must see broken. */
export const GUARDS: Record<string, Guard> = {
  'what was accepted before is passed over': {
    file: 'src/hosts/pieces.ts',
    from: 'if (seq < next) continue;',
    to: '',
    shows: 'another text was begun',
  },
  'only the lease that holds may speak': {
    file: 'src/hosts/host-port.ts',
    from: 'work?.host === this.#host && work.fence === lease.fence',
    to: 'work !== null',
    shows: 'another text was begun',
  },
  'what readers are told is kept': {
    file: 'src/hosts/work.ts',
    from: 'await this.#deps.store.within(tx).addPieces(job.id, batch);',
    to: '',
    shows: 'another text is shown',
  },
  'a host is not paid for more than it sent': {
    file: 'src/hosts/settlement.ts',
    from: 'return Math.min(pieces, completionTokens);',
    to: 'return completionTokens;',
    shows: 'a wrong bill',
  },
  'a chat that nobody reads is canceled': {
    file: 'src/api/openai/audience.ts',
    from: 'if (readers.size === 0) this.#cancel(jobId, cancel);',
    to: '',
    shows: 'a call outlives its client',
  },
};

export function isCaught(name: string, { violations }: ChaosReport): boolean {
  return Object.hasOwn(violations, GUARDS[name]?.shows ?? '');
}

const ROOT = join(import.meta.dir, '../..');
const PARTS = ['src', 'views', 'migrations', 'docs', 'package.json', 'tsconfig.json'];

/** The server from a copy of its source that lacks the guard: nothing of this is in the binary. */
export async function serverWithout(name: string): Promise<Command> {
  const guard = GUARDS[name];
  if (!guard)
    throw new Error(`no such guard: ${name}; there are ${Object.keys(GUARDS).join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'sonde-mutant-'));
  onCleanUp(() => rmSync(folder, { recursive: true, force: true }));
  for (const part of PARTS) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, guard.file);
  const source = await Bun.file(path).text();
  if (source.split(guard.from).length !== 2) {
    throw new Error(`${guard.file} has not one place that says: ${guard.from}`);
  }
  await Bun.write(path, source.replace(guard.from, guard.to));
  // Where it looks for tsconfig.json, which says what JSX is.
  return [process.execPath, `--cwd=${folder}`, join(folder, 'src/main.ts')];
}
