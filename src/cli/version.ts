import type { Command } from 'commander';
import { commit, version } from '../version';
import { json, line } from './output';

export function addVersionCommand(program: Command): void {
  program
    .command('version')
    .description('print the version and the commit it was built from')
    .option('--json', 'print JSON of a stable shape')
    .action((flags: { json?: boolean }) => {
      if (flags.json) json({ version, commit, bun: Bun.version });
      else line(`sonde ${version} (${commit}, Bun ${Bun.version})`);
    });
}
