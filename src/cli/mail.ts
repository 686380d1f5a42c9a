import type { Command } from 'commander';
import { isoFromMs } from '../lib/clock';
import type { OutboxMessage } from '../mail/types';
import { addCommonFlags, type CommonFlags, wholeNumber, withCore } from './context';
import { json, line, note, printableText } from './output';

export function addMailCommands(program: Command): void {
  const mail = program.command('mail').description('messages to users');
  addCommonFlags(
    mail
      .command('list')
      .description('show the outbox, newest first; what was sent is there without its text')
      .option('--limit <n>', 'at most so many', wholeNumber(1, 10_000), 20),
  ).action(list);
}

async function list(flags: CommonFlags & { limit: number }): Promise<void> {
  const messages = await withCore(flags, (core) =>
    core.mail.list({ limit: flags.limit, offset: 0 }),
  );
  if (flags.json) return json(messages.map(messageJson));
  if (messages.length === 0) note('No messages yet.');
  for (const message of messages) print(message);
}

function print(message: OutboxMessage): void {
  const error = message.error === null ? '' : `  (${message.error})`;
  line(`${isoFromMs(message.createdMs)}  ${message.state}${printableText(error)}`);
  line(printableText(`To: ${message.recipient}\nSubject: ${message.subject}`));
  if (message.text !== null) line(`\n${printableText(message.text.trimEnd())}`);
  line();
}

function messageJson(message: OutboxMessage) {
  return {
    id: message.id,
    to: message.recipient,
    subject: message.subject,
    text: message.text,
    state: message.state,
    error: message.error,
    created_at: isoFromMs(message.createdMs),
    ended_at: message.endedMs === null ? null : isoFromMs(message.endedMs),
  };
}
