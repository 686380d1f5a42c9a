// Every description is read by a model at every session: as short as it can be and still be right.
import { Type } from '@sinclair/typebox';
import { t } from 'elysia';

const WAIT_MAX_SECONDS = 600;
/** Clients give a call up after a minute unless they are told otherwise. */
export const WAIT_DEFAULT_SECONDS = 45;
const SEARCH_LIMIT_MAX = 50;
const QUERY_MAX_LENGTH = 1_000;
const QUOTE_MAX_LENGTH = 20_000;

const strict = { additionalProperties: false };

const waitFor = (seconds: number, rest: string) =>
  t.Optional(
    Type.Integer({
      minimum: 0,
      maximum: WAIT_MAX_SECONDS,
      default: seconds,
      expects: `a whole number of seconds from 0 to ${WAIT_MAX_SECONDS}`,
      description: `Seconds to wait for the end. ${rest}`,
    }),
  );

const jobId = (description: string) => t.String({ description });

const GivenSource = t.Union(
  [
    t.Object({ url: t.String() }, strict),
    t.Object({ text: t.String(), title: t.Optional(t.String({ maxLength: 300 })) }, strict),
    t.Object({ document_id: t.String({ format: 'uuid' }) }, strict),
  ],
  { expects: '{"url": …}, {"text": …, "title": …} or {"document_id": …}' },
);

export const ResearchInput = t.Object(
  {
    question: t.String({ description: 'What is to be found out, in 3 to 4,000 characters.' }),
    mode: t.Optional(
      t.UnionEnum(['lite', 'standard', 'pro', 'max'], {
        default: 'standard',
        expects: 'lite, standard, pro or max',
        description:
          'Depth and price: lite 50, standard 200, pro 600 credits; max is metered and needs max_credits.',
      }),
    ),
    max_credits: t.Optional(
      Type.Integer({ description: 'The most it may cost; required for max.' }),
    ),
    sources: t.Optional(t.Array(GivenSource, { description: 'Read these first.' })),
    search: t.Optional(
      t.Object(
        { library: t.Optional(t.Boolean()), web: t.Optional(t.Boolean()) },
        { ...strict, description: 'Where else to look; both if absent.' },
      ),
    ),
    language: t.Optional(
      t.String({
        pattern: '^[a-z]{2}$',
        expects: 'two lower-case letters',
        description: 'ISO 639-1 language to search in; en if absent.',
      }),
    ),
    response_schema: t.Optional(
      t.Object(
        {},
        {
          expects: 'a JSON Schema object',
          description: 'JSON Schema of a typed answer, whose every field is cited.',
        },
      ),
    ),
    wait: waitFor(
      WAIT_DEFAULT_SECONDS,
      'After that the job goes on: follow it with get_research. 0 only starts it.',
    ),
  },
  strict,
);

export const GetResearchInput = t.Object(
  {
    id: jobId('The id that research answered.'),
    wait: waitFor(0, '0 answers at once.'),
  },
  strict,
);

export const SearchLibraryInput = t.Object(
  {
    query: t.String({ minLength: 1, maxLength: QUERY_MAX_LENGTH }),
    limit: t.Optional(
      Type.Integer({
        minimum: 1,
        maximum: SEARCH_LIMIT_MAX,
        default: 10,
        expects: `a whole number from 1 to ${SEARCH_LIMIT_MAX}`,
      }),
    ),
  },
  strict,
);

export const VerifyQuoteInput = t.Object(
  {
    job: t.Optional(jobId('The research job that quotes it.')),
    finding: t.Optional(t.String({ description: 'The id of one of its findings.' })),
    text: t.Optional(
      t.String({
        minLength: 1,
        maxLength: QUOTE_MAX_LENGTH,
        expects: `a quote of 1 to ${QUOTE_MAX_LENGTH} characters`,
        description: 'Or the quote itself, as it was written.',
      }),
    ),
    snapshot_hash: t.Optional(
      t.String({
        pattern: '^[0-9a-f]{64}$',
        expects: 'a SHA-256 of 64 lower-case hexadecimal digits',
        description: 'With text: the snapshot it is said to stand in.',
      }),
    ),
  },
  strict,
);
