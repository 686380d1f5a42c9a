import { Database } from 'bun:sqlite';
import { join } from 'node:path';
import type { Part } from './cast';
import type { AskedJob } from './client';
import type { Stage } from './stage';

export interface Audited {
  stage: Stage;
  data: string;
  jobs: AskedJob[];
  parts: Part[];
  users: { id: string; key: string }[];
  grantedMicros: number;
}

/** Tells of a job which rule it breaks, and how. */
export type Violated = (rule: string, what: string) => void;

/** What a job's user is told of it. */
export interface ShownJob {
  status: string;
  error: string | null;
  output: string;
  credits_used: number;
  credits_reserved: number;
  prompt_tokens: number;
  completion_tokens: number;
  finish_reason: string | null;
  waiting_reason: string | null;
  finished_at: string | null;
}

/** Who sent how much of a job, as the file has it; the last one is whom it ended with. */
interface Share {
  part: Part;
  pieces: number;
}

const MICROS = 1_000_000;
/** $0.01 a credit. */
const MICROS_PER_USD = 100 * MICROS;
const OPERATOR_SHARE = 0.1;
/** What is around the prompt of a chat, the escape of its end included. */
const CHAT = JSON.stringify([{ role: 'user', content: '\n' }]);
/** What the server may count beside the bytes of a prompt. */
const PROMPT_SURPLUS = { run: 32, embedding: 48, chat: 48 + CHAT.length };

/** Whose money went where, reckoned from what readers have got and from the file. */
export class Books {
  #audited: Audited;
  #file: Database;
  #earned = new Map<string, number>();
  #charged = new Map<string, number>();

  constructor(audited: Audited) {
    this.#audited = audited;
    this.#file = new Database(join(audited.data, 'sonde.db'), { readonly: true });
  }

  close(): void {
    this.#file.close();
  }

  checkBill(job: AskedJob, shown: ShownJob, violated: Violated): void {
    const chargedMicros = Math.round(shown.credits_used * MICROS);
    this.#add(this.#charged, job.userKey, chargedMicros);
    const ends = this.#rows<{ kind: string }>(
      `SELECT ended.kind FROM transfer AS hold JOIN transfer AS ended ON ended.ends = hold.seq
       WHERE hold.id = 'hold/' || ? AND hold.ends IS NULL`,
      bare(job.id),
    );
    if (ends.length !== 1) violated('a hold ends once', `${ends.length} times`);
    const heldMicros = Math.round(shown.credits_reserved * MICROS);
    if (chargedMicros > heldMicros) violated('above its hold', `${chargedMicros}`);
    const isCanceled = shown.error === 'canceled';
    if (shown.status === 'failed' && !isCanceled) {
      if (chargedMicros !== 0) violated('a failure costs nothing', `${chargedMicros}`);
      return;
    }
    // Canceled while no host had it: what it had is a gift.
    if (isCanceled && chargedMicros === 0) return;
    const shares = this.#shares(job, violated);
    const bills = shares.map(({ part, pieces }, index) => {
      const promptTokens = index === shares.length - 1 ? shown.prompt_tokens : 0;
      const micros = part.usdPerToken * pieces + promptPrice(part, job) * promptTokens;
      return { name: part.name, micros: Math.round(micros * MICROS_PER_USD) };
    });
    const expected = bills.reduce((sum, { micros }) => sum + micros, 0);
    if (chargedMicros !== expected) violated('a wrong bill', `${chargedMicros} for ${expected}`);
    if (shown.prompt_tokens > Buffer.byteLength(job.prompt) + PROMPT_SURPLUS[job.task]) {
      violated('too long a prompt is billed', `${shown.prompt_tokens}`);
    }
    for (const { name, micros } of bills) this.#add(this.#earned, name, micros);
  }

  /** Each token tells by its length who sent it; only the last one may be shorter than it should. */
  #shares(job: AskedJob, violated: Violated): Share[] {
    const { parts } = this.#audited;
    const rows = this.#rows<{ name: string; pieces: number | null }>(
      `SELECT gpu AS name, pieces, fence FROM inference_loss JOIN host ON host.id = host_id
         WHERE job_id = ?1
       UNION ALL SELECT gpu, NULL, 1000 FROM inference JOIN host ON host.id = host_id
         WHERE job_id = ?1
       ORDER BY fence`,
      bare(job.id),
    );
    const lost = rows.reduce((sum, { pieces }) => sum + (pieces ?? 0), 0);
    const shares = rows.flatMap(({ name, pieces }) => {
      const part = parts.find((each) => each.name === name);
      return part ? [{ part, pieces: pieces ?? job.pieces.length - lost }] : [];
    });
    let seq = 0;
    for (const { part, pieces } of shares) {
      const paid = job.pieces.slice(seq, seq + pieces);
      seq += pieces;
      const last = job.pieces.length - seq + pieces - 1;
      const foreign = paid.filter((piece, at) => piece.length !== part.tokenLength && at !== last);
      if (foreign.length > 0) violated('paid for pieces of others', `${part.name}: ${foreign}`);
    }
    return shares;
  }

  /** When all bills are checked. */
  checkUsers(): void {
    const { users, jobs, stage, grantedMicros } = this.#audited;
    for (const { id, key } of users) {
      const account = this.#rows<{ left: number; held: number }>(
        `SELECT plan_micros + purchased_micros AS left, held_micros AS held
         FROM account WHERE user_id = ?`,
        id,
      )[0];
      if (account?.held !== 0) stage.violated('credits stay held', `${id}: ${account?.held}`);
      const expected = grantedMicros - (this.#charged.get(key) ?? 0);
      if (account?.left !== expected) {
        stage.violated('a wrong balance', `${id}: ${account?.left} for ${expected}`);
      }
      const asked = jobs.filter((job) => job.userKey === key);
      const total = this.#rows<{ total: number }>(
        "SELECT count(*) AS total FROM job WHERE user_id = ? AND kind = 'inference'",
        id,
      )[0]?.total;
      if (total !== asked.length) {
        stage.violated('jobs that nobody asked for', `${id}: ${total} for ${asked.length}`);
      }
      const ids = new Set(asked.map((job) => job.id));
      if (ids.size !== asked.length) stage.violated('two keys make one job', id);
    }
  }

  /** When all bills are checked. */
  checkHosts(): void {
    const { parts, stage } = this.#audited;
    let earnedMicros = 0;
    for (const { name } of parts) {
      const row = this.#rows<{ earned: number }>(
        `SELECT earned_micros AS earned FROM host_account JOIN host ON host.id = host_id
         WHERE gpu = ?`,
        name,
      )[0];
      const expected = Math.round((this.#earned.get(name) ?? 0) * (1 - OPERATOR_SHARE));
      const earned = row?.earned ?? 0;
      earnedMicros += earned;
      if (earned !== expected)
        stage.violated('wrong earnings', `${name}: ${earned} for ${expected}`);
    }
    const chargedMicros = [...this.#charged.values()].reduce((sum, micros) => sum + micros, 0);
    const revenue = this.#rows<{ micros: number }>(
      "SELECT balance_micros AS micros FROM system_account WHERE kind = 'revenue'",
    )[0]?.micros;
    if (revenue !== chargedMicros - earnedMicros) {
      stage.violated('a wrong revenue', `${revenue} of ${chargedMicros} less ${earnedMicros}`);
    }
    const sum = this.#rows<{ micros: number }>('SELECT sum(amount_micros) AS micros FROM entry')[0];
    if (sum?.micros !== 0) stage.violated('the ledger sums to zero', `${sum?.micros}`);
  }

  #add(sums: Map<string, number>, name: string, micros: number): void {
    sums.set(name, (sums.get(name) ?? 0) + micros);
  }

  #rows<Row>(sql: string, ...values: string[]): Row[] {
    return this.#file.query<Row, string[]>(sql).all(...values);
  }
}

function bare(id: string): string {
  return id.replace(/^job_/, '');
}

/** An embedding has no output: a host that asks for nothing but output is paid for what it reads. */
function promptPrice({ usdPerPromptToken, usdPerToken }: Part, { task }: AskedJob): number {
  return task === 'embedding' ? usdPerPromptToken || usdPerToken : usdPerPromptToken;
}
