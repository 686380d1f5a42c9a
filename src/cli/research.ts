import { type Command, Option } from 'commander';
import { researchResult } from '../api/infrence/present';
import type { Core } from '../core';
import { Fault } from '../lib/fault';
import { expandPaths } from '../library/import';
import type { GivenSource, ResearchMode, ResearchRequest } from '../research/types';
import { printAnswer } from './answer';
import { addCommonFlags, type CommonFlags, userOf, wholeNumber, withCore } from './context';
import { json, note } from './output';
import { showProgress } from './progress';

interface ResearchFlags extends CommonFlags {
  mode: ResearchMode;
  source: string[];
  schema?: string;
  network: boolean;
  library: boolean;
  user?: string;
  maxCredits?: number;
  language: string;
}

export function addResearchCommand(program: Command): void {
  addCommonFlags(
    program
      .command('research <question>')
      .description('answer a question with checked quotes, here and now')
      .addOption(
        new Option('--mode <mode>', 'budget')
          .choices(['lite', 'standard', 'pro', 'max'])
          .default('standard'),
      )
      .option('--source <path|url>', 'read this first; may be repeated', collect, [])
      .option('--schema <file>', 'JSON Schema of a typed answer')
      .option('--no-network', 'nothing leaves this machine')
      .option('--no-library', 'do not search the library')
      .option(
        '--max-credits <n>',
        'the most it may cost; required for max',
        wholeNumber(1, 1_000_000),
      )
      .option('--language <code>', 'ISO 639-1 language to search in', 'en')
      .option(
        '--user <email>',
        'whose library is searched, and who pays; the operator pays nothing',
      ),
  ).action(research);
}

/** Hosts hand in what they say at the server, and it alone assigns them jobs. */
const NO_POOL =
  'The language model is the pool, which works in the server: here the job goes by its rules. ' +
  'Ask the server for research with a model, as with POST /v1/research.';

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

async function research(question: string, flags: ResearchFlags): Promise<void> {
  const schema = flags.schema === undefined ? null : await readSchema(flags.schema);
  const result = await withCore(flags, async (core) => {
    if (core.llm?.isPool) note(NO_POOL);
    const user = await userOf(core, flags.user);
    const request = await requestOf(core, question, flags, schema);
    const job = await core.research.submitClaimed({ userId: user.id, key: null }, request, {
      leaseMs: core.options.leaseMs,
      isGranted: flags.user === undefined,
    });
    const stopOnInterrupt = () => void core.queue.requestCancel(job.id);
    process.once('SIGINT', stopOnInterrupt);
    const hideProgress = showProgress(core.queue, job.id);
    await core.runner.perform(job);
    await hideProgress();
    process.off('SIGINT', stopOnInterrupt);
    return researchResult(await core.research.get(job.id, null));
  });
  if (result.status === 'failed')
    throw new Fault('unavailable', `the job failed: ${result.error ?? 'see the log'}`);
  if (flags.json) json(result);
  else printAnswer(result);
}

async function requestOf(
  core: Core,
  question: string,
  flags: ResearchFlags,
  schema: unknown,
): Promise<ResearchRequest> {
  return {
    question,
    mode: flags.mode,
    maxCredits: flags.maxCredits ?? null,
    maxWallclockSeconds: null,
    responseSchema: schema,
    sources: await givenSources(core, flags),
    search: { library: flags.library, web: flags.network },
    language: flags.language,
  };
}

/** Files are parsed now, so that a bad one is refused before anything is started. */
async function givenSources(core: Core, flags: ResearchFlags): Promise<GivenSource[]> {
  const sources: GivenSource[] = [];
  for (const source of flags.source) {
    if (/^https?:\/\//i.test(source)) {
      if (!flags.network) {
        throw new Fault(
          'invalid_request',
          `--source ${source} needs the network, and --no-network forbids it`,
        );
      }
      sources.push({ kind: 'url', url: source });
      continue;
    }
    for await (const file of expandPaths([source], {
      maxDocumentBytes: core.options.documentMaxBytes,
    })) {
      if ('fault' in file) throw file.fault;
      const parsed = await core.parse({ bytes: file.bytes, name: file.path });
      sources.push({ kind: 'parsed', parsed, url: Bun.pathToFileURL(file.path).href });
    }
  }
  return sources;
}

async function readSchema(path: string): Promise<unknown> {
  const text = await Bun.file(path)
    .text()
    .catch((cause: unknown) => {
      throw new Fault('invalid_request', `--schema ${path} cannot be read`, {
        field: 'schema',
        cause,
      });
    });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Fault(
      'invalid_request',
      `--schema ${path} is not valid JSON: ${(cause as Error).message}`,
      {
        field: 'schema',
        cause,
      },
    );
  }
}
