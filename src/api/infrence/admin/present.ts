import type { Profile } from '../../../accounts/types';
import type { StripeEventListRow } from '../../../billing/events';
import type { StatementLine } from '../../../credits/statement';
import type { Balance } from '../../../credits/types';
import { isoFromMs } from '../../../lib/clock';
import { uuidOfText } from '../../../lib/ids';
import { wholeCredits } from '../../../lib/money';
import type { OverviewRow } from '../../../research/overview';
import type { PinnedRequest } from '../../../research/types';
import type { Ticket, TicketListRow, TicketReply } from '../../../support/types';
import { statusWord } from '../present';

export const isoOrNull = (ms: number | null) => (ms === null ? null : isoFromMs(ms));

export function userRow(profile: Profile, balance: Balance) {
  return {
    id: profile.id,
    email: profile.email,
    first_name: profile.firstName,
    last_name: profile.lastName,
    is_admin: profile.isAdmin,
    created_at: isoFromMs(profile.createdMs),
    suspended_at: isoOrNull(profile.suspendedMs),
    credits: wholeCredits(balance.availableMicros),
    credits_micros: balance.availableMicros,
  };
}

export function userJobRow(row: OverviewRow) {
  return {
    id: row.id,
    created_at: isoFromMs(row.createdMs),
    status: statusWord(row.state),
    question: row.question,
    credits_charged: wholeCredits(row.chargedMicros),
    credits_charged_micros: row.chargedMicros,
    cost_usd_micros: row.costUsdMicros,
    latency_ms: row.endedMs === null ? null : row.endedMs - row.createdMs,
  };
}

export function jobRow(row: OverviewRow) {
  return { ...userJobRow(row), user_id: row.userId, user_email: row.userEmail };
}

/** Jobs are named by transfers of these kinds: `hold/<job>`. */
const OF_A_JOB = new Set(['hold', 'settle', 'release', 'refund']);
/** And these are named by the key that their caller chose. */
const BY_A_KEY = new Set(['grant', 'adjust']);

/** `delta` is the difference of the rounded balances, so that the column adds up. */
export function ledgerRow(line: StatementLine) {
  const [kind = '', ...rest] = line.transferId.split('/');
  const name = rest.join('/');
  const balanceAfter = wholeCredits(line.availableMicros);
  return {
    // The contract wants a UUID where the ledger has a name.
    id: uuidOfText(line.transferId),
    created_at: isoFromMs(line.createdMs),
    kind,
    delta: balanceAfter - wholeCredits(line.availableMicros - line.deltaMicros),
    delta_micros: line.deltaMicros,
    balance_after: balanceAfter,
    balance_after_micros: line.availableMicros,
    note: line.note,
    related_id: OF_A_JOB.has(kind) ? name : null,
    idempotency_key: BY_A_KEY.has(kind) ? name : null,
  };
}

export function balanceAfter(availableMicros: number) {
  return {
    balance_after: wholeCredits(availableMicros),
    balance_after_micros: availableMicros,
  };
}

/** What a job was asked, in the words of the contract. Texts and documents stand as their snapshots. */
export function requestDto(request: PinnedRequest) {
  return {
    question: request.question,
    mode: request.mode,
    max_credits: request.maxCredits,
    max_wallclock_secs: request.maxWallclockSeconds,
    response_schema: request.responseSchema,
    sources: request.sources.map((source) =>
      source.kind === 'url'
        ? { url: source.url }
        : { snapshot_hash: source.hash, title: source.title, url: source.url },
    ),
    search: request.search,
    language: request.language,
  };
}

function ticketHead(ticket: Omit<Ticket, 'body' | 'assignedAdminId'>) {
  return {
    id: ticket.id,
    user_id: ticket.userId,
    email: ticket.email,
    category: ticket.category,
    subject: ticket.subject,
    status: ticket.status,
    created_at: isoFromMs(ticket.createdMs),
  };
}

export function ticketRow(row: TicketListRow) {
  return { ...ticketHead(row), reply_count: row.replyCount };
}

export function ticketDetail({ ticket, replies }: { ticket: Ticket; replies: TicketReply[] }) {
  return {
    ...ticketHead(ticket),
    body: ticket.body,
    assigned_admin_id: ticket.assignedAdminId,
    replies: replies.map((reply) => ({
      id: reply.id,
      admin_id: reply.adminId,
      body: reply.body,
      sent_email: reply.sentEmail,
      created_at: isoFromMs(reply.createdMs),
    })),
  };
}

export function stripeEventRow(row: StripeEventListRow) {
  return {
    id: row.id,
    event_type: row.eventType,
    received_at: isoFromMs(row.receivedMs),
    has_body: row.hasBody,
  };
}
