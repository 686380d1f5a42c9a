import type { Command } from 'commander';
import { researchResult } from '../api/infrence/present';
import type { Replay } from '../research/replaying';
import { printAnswer } from './answer';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, line, note, printableText, shortened, table } from './output';

const SHOWN_DIFFERENCES = 10;
const SHOWN_LENGTH = 60;

export function addReplayCommand(program: Command): void {
  addCommonFlags(
    program
      .command('replay <job>')
      .description(
        'run a job again from its trace, offline; exit 1 if anything comes out otherwise',
      ),
  ).action(replay);
}

async function replay(id: string, flags: CommonFlags): Promise<void> {
  const replayed = await withCore(flags, (core) => core.replays.replay(id, null));
  const result = researchResult(replayed.view);
  if (!replayed.isIdentical) process.exitCode = 1;
  if (flags.json) {
    const { isIdentical: identical, callCount: calls, problems, differences } = replayed;
    return json({ job: id, identical, calls, problems, differences, result });
  }
  printAnswer(result);
  line(`\n${verdict(replayed)}`);
  if (!replayed.isIdentical) printDifferences(replayed);
}

function verdict({ isIdentical, callCount, problems, differences }: Replay): string {
  const replayed = `${callCount} calls replayed`;
  if (isIdentical) return `identical to the recorded result, ${replayed}`;
  const counts = `${problems.length} problems, ${differences.length} differences`;
  return `NOT identical to the recorded result: ${counts}, ${replayed}`;
}

function printDifferences({ problems, differences }: Replay): void {
  for (const problem of problems) note(printableText(problem));
  const first = differences.slice(0, SHOWN_DIFFERENCES);
  const rows = first.map(({ pointer, recorded, replayed }) => [
    pointer,
    shown(recorded),
    shown(replayed),
  ]);
  table(['AT', 'RECORDED', 'REPLAYED'], rows, '');
  const more = differences.length - first.length;
  if (more > 0) note(`… and ${more} more: see --json`);
}

function shown(value: unknown): string {
  return value === undefined ? '(nothing)' : shortened(JSON.stringify(value), SHOWN_LENGTH);
}
