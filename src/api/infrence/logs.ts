import { Elysia, t } from 'elysia';
import type { Accounts } from '../../accounts/service';
import { userPrincipalOf } from '../../http/principal';
import { wholeNumberOf } from '../../http/validate';
import { isoFromMs } from '../../lib/clock';
import { sha256Hex } from '../../lib/ids';
import { wholeCredits } from '../../lib/money';
import type { Research } from '../../research/service';
import type { ResearchListRow } from '../../research/store';
import { limitInQuery, offsetInQuery, optionalInQuery, queryOf } from './parameters';
import { statusWord } from './present';
import { accountAnswers } from './schemas-account';

export interface LogRouteDeps {
  research: Research;
  accounts: Accounts;
}

const LIMIT = { default: 50, min: 1, max: 200 };
/** Rows that are skipped are read all the same: this many cost some 50 ms. */
const OFFSET = { default: 0, min: 0, max: 100_000 };
/** Enough to tell a user's questions apart. */
const PLACEHOLDER_HEX_LENGTH = 12;

export function logRoutes({ research, accounts }: LogRouteDeps) {
  return new Elysia({ name: 'infrence.logs', normalize: false })
    .derive(async ({ request }) => ({
      principal: await userPrincipalOf(request.headers, accounts),
    }))
    .get('/api/logs', ({ query, principal }) => list(research, principal.userId, query), {
      query: queryOf({
        limit: t.Optional(t.String()),
        offset: t.Optional(t.String()),
        anonymize: t.Optional(t.BooleanString({ expects: 'true or false' })),
      }),
      detail: {
        tags: ['logs'],
        security: [{ bearer_jwt: [] }],
        operationId: 'list',
        summary: 'List what was asked',
        parameters: [
          limitInQuery(LIMIT),
          offsetInQuery(OFFSET.max),
          optionalInQuery('anonymize', 'boolean', {
            description: 'Put a placeholder in the place of each question.',
          }),
        ],
        responses: accountAnswers({
          200: ['Newest first', ['LogRow']],
          400: ['Bad query'],
          401: ['Not authenticated'],
        }),
      },
    });
}

async function list(
  research: Research,
  userId: string,
  { anonymize, ...query }: { limit?: string; offset?: string; anonymize?: boolean },
) {
  const page = {
    limit: wholeNumberOf(query, 'limit', LIMIT),
    offset: wholeNumberOf(query, 'offset', OFFSET),
  };
  const rows = await research.list({ userId, ...page });
  const shown = anonymize ? rows.map(anonymized) : rows;
  return shown.map(logRow);
}

/** The same question of the same user has the same placeholder, so that repetitions still show;
 * hashed with the user, so that those of two users do not. */
function anonymized(row: ResearchListRow): ResearchListRow {
  const digest = sha256Hex(`${row.userId}\n${row.question}`);
  return { ...row, question: `question ${digest.slice(0, PLACEHOLDER_HEX_LENGTH)}` };
}

function logRow(row: ResearchListRow) {
  return {
    id: row.id,
    created_at: isoFromMs(row.createdMs),
    status: statusWord(row.state),
    question: row.question,
    mode: row.mode,
    credits_charged: wholeCredits(row.chargedMicros),
    cost_usd_micros: row.costUsdMicros,
    latency_ms: row.endedMs === null ? null : row.endedMs - row.createdMs,
    source_count: row.sourceCount,
    wave_count: row.waveCount,
  };
}
