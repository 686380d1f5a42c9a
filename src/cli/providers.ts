import type { Command } from 'commander';
import type { Core } from '../core';
import type { Clock } from '../lib/clock';
import { publicMessage } from '../lib/fault';
import { beforeAbort, startDeadline } from '../net/deadline';
import { createLibraryProvider } from '../research/adapters/library';
import type { ListedProvider } from '../research/adapters/registry';
import type { SearchProvider } from '../research/ports';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, note, table } from './output';

const DEADLINE_MS = 15_000;
/** A word that everybody has something about. */
const TRIAL = { text: 'water', limit: 1, language: 'en' };

/** A provider that may be tried. */
export type Candidate = Pick<ListedProvider, 'provider' | 'standing' | 'remedy'> & {
  kind: ListedProvider['kind'] | 'library';
};

export interface Verdict {
  name: string;
  kind: Candidate['kind'];
  state: 'works' | 'fails' | 'off' | 'no_key';
  /** How long the answer took; null for who was not asked. */
  ms: number | null;
  costUsdMicros: number;
  /** What is wrong or what to do; null when there is nothing to be done. */
  remedy: string | null;
}

export function addProvidersCommand(program: Command): void {
  addCommonFlags(
    program
      .command('providers')
      .description(
        'ask every search provider that is on a small question (those with a price count it as a ' +
          'search), and name the language model; exit 1 when one of them fails',
      ),
  ).action(providers);
}

async function providers(flags: CommonFlags): Promise<void> {
  const { verdicts, model } = await withCore(flags, async (core) => {
    const { listed } = await core.searchProviders();
    const candidates: Candidate[] = [await library(core), ...listed];
    const tried = candidates.map((candidate) => tryProvider(core.clock, candidate));
    return { verdicts: await Promise.all(tried), model: await languageModel(core) };
  });
  note(model);
  if (verdicts.some(({ state }) => state === 'fails')) process.exitCode = 1;
  if (flags.json) return json(verdicts.map(verdictJson));
  table(
    ['NAME', 'SEARCHES', 'STATE', 'MS', 'COST', 'WHAT TO DO'],
    verdicts.map(({ name, kind, state, ms, costUsdMicros, remedy }) => [
      name,
      kind,
      state.replace('_', ' '),
      ms === null ? '' : String(ms),
      costUsdMicros === 0 ? 'free' : `$${costUsdMicros / 1_000_000}`,
      remedy ?? '',
    ]),
    '',
  );
}

/** Nothing is asked of it: an answer may cost. */
async function languageModel({ llm, hosts, options }: Core): Promise<string> {
  if (!llm) return 'Language model: none (SONDE_LLM_URL)';
  const { reader, writer, isPool } = llm;
  const names = reader === writer ? reader : `${reader}, and ${writer} to write`;
  if (!isPool) return `Language model: ${names}, at ${options.llmUrl}`;
  await hosts.load();
  const { aliases, models } = hosts.inference;
  const offered = new Set(models().map(({ name }) => name));
  const stoodFor = (name: string) =>
    aliases().find((alias) => alias.name === name)?.models ?? [name];
  const missing = [...new Set([reader, writer])].filter(
    (name) => !stoodFor(name).some((model) => offered.has(model)),
  );
  const remedy =
    missing.length === 0 ? '' : `; no host has ${missing.join(' or ')}: see sonde models list`;
  return `Language model: ${names}, of the pool, paid by who asks for research${remedy}`;
}

async function library(core: Core): Promise<Candidate> {
  const { id: userId } = await core.accounts.operator();
  const provider = createLibraryProvider({ library: core.library, userId });
  return { provider, kind: 'library', standing: 'on', remedy: '' };
}

/** One search, if the provider is on: it works when it answers, even if it finds nothing. */
export async function tryProvider(clock: Clock, candidate: Candidate): Promise<Verdict> {
  const { provider, kind, standing, remedy } = candidate;
  const { name, costUsdMicros = 0 } = provider;
  const verdict = { name, kind, costUsdMicros };
  if (standing !== 'on') return { ...verdict, state: standing, ms: null, remedy };
  const startMs = clock.nowMs();
  const failure = await failureOf(clock, provider);
  const ms = clock.nowMs() - startMs;
  return { ...verdict, state: failure === null ? 'works' : 'fails', ms, remedy: failure };
}

async function failureOf(clock: Clock, provider: SearchProvider): Promise<string | null> {
  const deadline = startDeadline(clock, DEADLINE_MS, provider.name);
  try {
    await beforeAbort(provider.search(TRIAL, deadline.signal), deadline.signal);
    return null;
  } catch (thrown) {
    return publicMessage(thrown);
  } finally {
    deadline.clear();
  }
}

function verdictJson({ name, kind, state, ms, costUsdMicros, remedy }: Verdict) {
  return { name, searches: kind, state, ms, cost_usd: costUsdMicros / 1_000_000, remedy };
}
