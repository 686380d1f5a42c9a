import { type Command, Option } from 'commander';
import { isoFromMs } from '../lib/clock';
import type { Attempt, Delivery, DeliveryListRow, DeliveryState } from '../webhooks/types';
import { addCommonFlags, type CommonFlags, userOf, wholeNumber, withCore } from './context';
import { json, line, note, printableText, shortened, table } from './output';

const STATES: DeliveryState[] = ['pending', 'delivered', 'failed'];

export function addWebhookCommands(program: Command): void {
  const webhook = program.command('webhook').description("what is sent to users' own servers");
  addCommonFlags(
    webhook
      .command('list')
      .description('list deliveries, newest first')
      .option('--user <email>', 'of one user')
      .option('--job <id>', 'that tell about one job')
      .addOption(new Option('--state <word>', 'how it stands').choices(STATES))
      .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 50),
  ).action(list);
  addCommonFlags(
    webhook.command('show <id>').description('show a delivery and every try that was made'),
  ).action(show);
  addCommonFlags(
    webhook
      .command('retry <id>')
      .description('send a delivery again, now: a success enables a disabled endpoint'),
  ).action(retry);
  addCommonFlags(
    webhook
      .command('secret')
      .description('show what the webhooks of a user are signed with')
      .option('--user <email>', 'whose; the operator when nobody is named'),
  ).action(secret);
  addCommonFlags(
    webhook
      .command('rotate-secret')
      .description('make a new signing secret; the old one signs beside it for 24 hours')
      .option('--user <email>', 'whose; the operator when nobody is named'),
  ).action(rotateSecret);
  addCommonFlags(
    webhook
      .command('enable <url>')
      .description('send again to an endpoint that was disabled after a week of failures')
      .option('--user <email>', 'whose; the operator when nobody is named'),
  ).action(enable);
}

type UserFlags = CommonFlags & { user?: string };

async function list(
  flags: UserFlags & { job?: string; state?: DeliveryState; limit: number },
): Promise<void> {
  const rows = await withCore(flags, async (core) => {
    const user = flags.user === undefined ? undefined : await userOf(core, flags.user);
    return core.webhooks.deliveries({
      ...(user ? { userId: user.id } : {}),
      ...(flags.job === undefined ? {} : { jobId: flags.job }),
      ...(flags.state ? { state: flags.state } : {}),
      limit: flags.limit,
      offset: 0,
    });
  });
  if (flags.json) return json(rows.map(listRow));
  table(
    ['ID', 'CREATED', 'STATE', 'EVENT', 'EMAIL', 'URL', 'ERROR'],
    rows.map((row) => [
      row.id,
      isoFromMs(row.createdMs),
      row.state,
      row.event,
      row.email,
      shortened(row.url, 60),
      row.error ?? '',
    ]),
    'No webhooks.',
  );
}

async function show(id: string, flags: CommonFlags): Promise<void> {
  const { delivery, attempts } = await withCore(flags, async ({ webhooks }) => ({
    delivery: await webhooks.delivery(id),
    attempts: await webhooks.attempts(id),
  }));
  if (flags.json) return json({ ...deliveryJson(delivery), attempts: attempts.map(attemptJson) });
  const { event, url, jobId, state, error, nextTryMs } = delivery;
  line(printableText(`${event} to ${url}`));
  const next = nextTryMs === null ? '' : `, next try ${isoFromMs(nextTryMs)}`;
  line(`job ${jobId}, ${state}${error === null ? '' : ` (${error})`}${next}\n`);
  table(
    ['TRY', 'STARTED', 'MS', 'STATUS', 'ERROR', 'ANSWER'],
    attempts.map((attempt) => [
      String(attempt.seq),
      isoFromMs(attempt.startedMs),
      String(attempt.durationMs ?? ''),
      String(attempt.status ?? ''),
      attempt.error ?? '',
      shortened(attempt.answer, 60),
    ]),
    'No tries yet.',
  );
}

async function retry(id: string, flags: CommonFlags): Promise<void> {
  await withCore(flags, (core) => core.webhooks.retry(id));
  if (flags.json) return json({ id, state: 'pending' });
  line(`${id} is sent again, as soon as the server runs: see \`sonde webhook show ${id}\``);
}

async function secret(flags: UserFlags): Promise<void> {
  const shown = await withCore(flags, async (core) => {
    const { id, email } = await userOf(core, flags.user);
    return { user: email, secret: await core.webhooks.secret(id) };
  });
  if (flags.json) return json(shown);
  line(shown.secret);
}

async function rotateSecret(flags: UserFlags): Promise<void> {
  const made = await withCore(flags, async (core) => {
    const { id, email } = await userOf(core, flags.user);
    return { user: email, ...(await core.webhooks.rotateSecret(id)) };
  });
  const until = isoFromMs(made.previousUntilMs);
  if (flags.json) {
    return json({ user: made.user, secret: made.secret, previous_secret_until: until });
  }
  line(made.secret);
  note(`The secret before it signs webhook-signature too, until ${until}.`);
}

async function enable(url: string, flags: UserFlags): Promise<void> {
  const endpoint = await withCore(flags, async (core) =>
    core.webhooks.enable((await userOf(core, flags.user)).id, url),
  );
  if (flags.json) return json({ endpoint, state: 'enabled' });
  line(`${endpoint} is enabled: what failed meanwhile can be sent by \`sonde webhook retry\``);
}

function listRow(row: DeliveryListRow) {
  return { ...deliveryJson(row), user: row.email };
}

function deliveryJson(delivery: Delivery) {
  const { nextTryMs, endedMs } = delivery;
  return {
    id: delivery.id,
    job_id: delivery.jobId,
    url: delivery.url,
    event: delivery.event,
    state: delivery.state,
    error: delivery.error,
    next_try_at: nextTryMs === null ? null : isoFromMs(nextTryMs),
    created_at: isoFromMs(delivery.createdMs),
    ended_at: endedMs === null ? null : isoFromMs(endedMs),
  };
}

function attemptJson(attempt: Attempt) {
  return {
    seq: attempt.seq,
    started_at: isoFromMs(attempt.startedMs),
    duration_ms: attempt.durationMs,
    status: attempt.status,
    error: attempt.error,
    answer: attempt.answer,
  };
}
