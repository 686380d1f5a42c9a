import type { Command } from 'commander';
import { isoFromMs } from '../lib/clock';
import type { TraceCall } from '../research/recorder';
import type { Trace } from '../research/replay';
import { addCommonFlags, type CommonFlags, withCore } from './context';
import { json, line, note, printableText, shortened } from './output';

const SHOWN_LENGTH = 100;
const HASH_LENGTH = 12;

export function addTraceCommand(program: Command): void {
  addCommonFlags(
    program
      .command('trace <job>')
      .description('what a job asked, found, read and left unread, in order, and why it stopped'),
  ).action(trace);
}

async function trace(id: string, flags: CommonFlags): Promise<void> {
  const { view, calls } = await withCore(flags, (core) => core.replays.trace(id, null));
  const { state } = view;
  if (!flags.json) return printTrace({ view, calls });
  json({
    job: id,
    calls: calls.map(({ port, request, response, atMs }) => ({
      at: isoFromMs(atMs),
      port,
      request: snakeCased(request),
      response: snakeCased(response),
    })),
    unread_count: state.unreadCount,
    stop_reason: state.stopReason,
  });
}

/** Names as everything that we print for scripts spells them. */
function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => {
    return [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), snakeCased(inner)];
  });
  return Object.fromEntries(entries);
}

function printTrace({ view: { state }, calls }: Trace): void {
  if (calls.length === 0) note('Nothing is recorded of this job yet.');
  for (const call of calls) {
    const [first = '', ...rest] = linesOf(call).map((text) =>
      printableText(shortened(text, SHOWN_LENGTH)),
    );
    line(`${isoFromMs(call.atMs)}  ${first}`);
    for (const text of rest) line(`    ${text}`);
  }
  line(`\n${state.unreadCount} left unread; stopped: ${state.stopReason ?? 'not of itself'}`);
}

/** A response as any version wrote it, or as somebody changed it: nothing of it is certain. */
interface Loose {
  error?: unknown;
  queries?: unknown;
  text?: unknown;
  url?: unknown;
  wave?: unknown;
  model?: unknown;
  attempt?: unknown;
  title?: unknown;
  textHash?: unknown;
  stopReason?: unknown;
  unread?: unknown;
}

/** A headline, and what belongs to it. */
function linesOf({ port, request, response }: TraceCall): string[] {
  const asked = loose(request);
  const answer = loose(response);
  const failure = typeof answer.error !== 'string' ? '' : `: ${answer.error}`;
  if (port === 'wave') {
    return [`wave ${asked.wave}`, ...list(asked.queries).map((query) => `“${query.text}”`)];
  }
  if (port === 'wave.end') {
    const unread = Array.isArray(answer.unread) ? answer.unread : [];
    const ending = answer.stopReason ?? 'goes on';
    return [`wave ${asked.wave} ends: ${ending}`, ...unread.map((url) => `left unread: ${url}`)];
  }
  if (port.startsWith('search.')) {
    const hits = list(response);
    const found = failure === '' ? `: ${hits.length} found` : failure;
    return [`${port} “${asked.text}”${found}`, ...hits.map((hit) => `${hit.url}  ${hit.title}`)];
  }
  if (port.startsWith('llm.')) {
    const said = failure === '' ? `: ${answer.text}` : failure;
    return [`${port} ${asked.model}, attempt ${asked.attempt}${said}`];
  }
  const hash = String(answer.textHash ?? '').slice(0, HASH_LENGTH);
  return [`${port} ${asked.url}${failure}`, ...(hash ? [`sha256 ${hash}…  ${answer.title}`] : [])];
}

function loose(value: unknown): Loose {
  return typeof value === 'object' && value !== null ? value : {};
}

function list(value: unknown): Loose[] {
  return Array.isArray(value) ? value.map(loose) : [];
}
