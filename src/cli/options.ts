import type { Command } from 'commander';
import { type OptionName, type OptionSpec, optionTable } from '../config/options';
import { readOptions } from '../config/parse';
import { json, table } from './output';

export function addOptionsCommand(program: Command): void {
  program
    .command('options')
    .description('list every option that the environment sets, and its value now')
    .option('--json', 'print JSON of a stable shape')
    .action((flags: { json?: boolean }) => {
      const values = readOptions();
      const rows = (Object.entries(optionTable) as [OptionName, OptionSpec][]).map(
        ([name, spec]) => ({
          name: spec.env,
          value: spec.secret && values[name] !== '' ? '***' : values[name],
          default: spec.default,
          help: spec.help,
        }),
      );
      if (flags.json) json(rows);
      else
        table(
          ['OPTION', 'VALUE', 'MEANING'],
          rows.map((row) => [row.name, shown(row.value), row.help]),
          '',
        );
    });
}

function shown(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join(',') : String(value);
}
