import { type Command, Option } from 'commander';
import { researchResult } from '../api/infrence/present';
import type { ReportFormat } from '../research/report/write';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, note } from './output';

interface ExportFlags extends CommonFlags {
  format: ReportFormat | 'json';
  out?: string;
}

export function addExportCommand(program: Command): void {
  addCommonFlags(
    program
      .command('export <job>')
      .description('write a job as a report, with its quotes, a bibliography and its sources')
      .addOption(
        new Option('--format <format>', 'Markdown, HTML, JSON, or CSL-JSON for reference managers')
          .choices(['md', 'html', 'json', 'csl'])
          .default('md'),
      )
      .option('--out <file>', 'write to this file instead of standard output'),
  ).action(exportJob);
}

async function exportJob(id: string, { format, out, ...flags }: ExportFlags): Promise<void> {
  const text = await withCore(flags, async (core) => {
    if (format !== 'json') return (await core.research.report(id, null, format)).text;
    return `${JSON.stringify(researchResult(await core.research.get(id, null)), null, 2)}\n`;
  });
  if (out === undefined) {
    if (flags.json) json({ job: id, format, text });
    else process.stdout.write(text);
    return;
  }
  await Bun.write(out, text);
  if (flags.json) json({ job: id, format, file: out });
  else note(`Wrote ${out}`);
}
