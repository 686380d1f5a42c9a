import type { Command } from 'commander';
import type { AuditRecord, AuditVerification } from '../audit/types';
import { isoFromMs } from '../lib/clock';
import { addCommonFlags, type CommonFlags, wholeNumber, withCore } from './context';
import { json, line, shortened, table } from './output';

interface AuditFlags extends CommonFlags {
  limit: number;
  verify?: boolean;
  knownHash?: string;
}

export function addAuditCommand(program: Command): void {
  addCommonFlags(
    program
      .command('audit')
      .description('what admins did, newest first')
      .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 50)
      .option('--verify', 'walk the chain of hashes instead; exit 1 when it is broken')
      .option('--known-hash <hash>', 'with --verify: a hash noted before, which must be in it'),
  ).action(audit);
}

async function audit(flags: AuditFlags): Promise<void> {
  if (flags.verify) return verify(flags);
  const records = await withCore(flags, (core) =>
    core.audit.list({ limit: flags.limit, offset: 0 }),
  );
  if (flags.json) return json(records.map(recordJson));
  table(
    ['NUMBER', 'TIME', 'ACTOR', 'ACTION', 'SUBJECT', 'AFTER'],
    records.map((record) => [
      String(record.seq),
      isoFromMs(record.createdMs),
      record.actorId,
      record.action,
      record.subject,
      shortened(JSON.stringify(record.after), 80),
    ]),
    'No admin has done anything yet.',
  );
}

function recordJson(record: AuditRecord) {
  return {
    number: record.seq,
    created_at: isoFromMs(record.createdMs),
    actor_id: record.actorId,
    action: record.action,
    subject: record.subject,
    before: record.before,
    after: record.after,
    hash: record.hash,
  };
}

async function verify(flags: AuditFlags): Promise<void> {
  const found = await withCore(flags, (core) => core.audit.verify(flags.knownHash));
  const isWhole = found.broken === null && found.knownHashFound !== false;
  if (!isWhole) process.exitCode = 1;
  if (flags.json) {
    return json({
      ok: isWhole,
      count: found.count,
      last_hash: found.lastHash,
      broken: found.broken && { number: found.broken.seq, what: found.broken.what },
      known_hash_found: found.knownHashFound,
    });
  }
  line(verdict(found));
}

function verdict({ count, lastHash, broken, knownHashFound }: AuditVerification): string {
  if (broken) return `The audit log is broken at row ${broken.seq}: ${broken.what}.`;
  if (knownHashFound === false)
    return `The hash is not in the audit log: rows that were there are gone. ${count} rows remain.`;
  return `The audit log is whole: ${count} rows, the last with the hash ${lastHash}.`;
}
