import { Command, CommanderError } from 'commander';
import { Fault } from '../lib/fault';
import { version } from '../version';
import { addAuditCommand } from './audit';
import { addCreditCommands } from './credits';
import { addExportCommand } from './export';
import { addHealthCommand } from './health';
import { addHostCommand } from './host';
import { addHostsCommands } from './hosts';
import { addJobCommands } from './jobs';
import { addKeyCommands } from './keys';
import { addLedgerCommands } from './ledger';
import { addLibraryCommands } from './library';
import { addMailCommands } from './mail';
import { addMcpCommand } from './mcp';
import { addModelCommands } from './models';
import { addOptionsCommand } from './options';
import { errorLine } from './output';
import { addProvidersCommand } from './providers';
import { addReplayCommand } from './replay';
import { addResearchCommand } from './research';
import { addServeCommand } from './serve';
import { addStatsCommand } from './stats';
import { addTicketCommands } from './tickets';
import { addTraceCommand } from './trace';
import { addUserCommands } from './users';
import { addVerifyCommand } from './verify';
import { addVersionCommand } from './version';
import { addWebhookCommands } from './webhooks';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** Every command that there is, in the order of its help. */
export function buildProgram(): Command {
  const program = new Command('sonde')
    .description('Cited research on your own machine: every quote can be checked.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showSuggestionAfterError(false)
    // What is wrong is said once, below, and in one line.
    .configureOutput({ outputError: () => {}, writeErr: () => {} })
    .exitOverride();
  addServeCommand(program);
  addHostCommand(program);
  addMcpCommand(program);
  addResearchCommand(program);
  addLibraryCommands(program);
  addUserCommands(program);
  addKeyCommands(program);
  addCreditCommands(program);
  addJobCommands(program);
  addHostsCommands(program);
  addModelCommands(program);
  addVerifyCommand(program);
  addTraceCommand(program);
  addReplayCommand(program);
  addExportCommand(program);
  addTicketCommands(program);
  addMailCommands(program);
  addWebhookCommands(program);
  addStatsCommand(program);
  addAuditCommand(program);
  addLedgerCommands(program);
  addProvidersCommand(program);
  addOptionsCommand(program);
  addHealthCommand(program);
  addVersionCommand(program);
  addHelpCommand(program);
  return program;
}

/** Commander's own help command knows no commands of commands, as in `help library add`. */
function addHelpCommand(program: Command): void {
  program
    .command('help [command...]')
    .description('show help of a command')
    .action((names: string[]) => {
      let command = program;
      for (const name of names) {
        const next = command.commands.find((known) => known.name() === name);
        if (!next) command.error(`unknown command '${name}'`, { code: 'commander.unknownCommand' });
        else command = next;
      }
      command.outputHelp();
    });
}

/** Resolves to the exit code: 1 for a failure, 2 for wrong usage, each with one line that says why. */
export async function runCommandLine(argv: string[]): Promise<number> {
  try {
    await buildProgram().parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return 0;
      errorLine(usageMessage(thrown));
      return EXIT_USAGE;
    }
    if (thrown instanceof Fault) {
      errorLine(thrown.message);
      return EXIT_FAILURE;
    }
    errorLine(`internal error: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return EXIT_FAILURE;
  }
}

function usageMessage(error: CommanderError): string {
  if (error.code === 'commander.help') return 'name a command: see `sonde --help`';
  const message = error.message.replace(/^error: /, '').replace(/\s+/g, ' ');
  return `${message.replace(/\.$/, '')}: see \`sonde help\``;
}
