/** One table of everything an operator may set. It feeds the parser, `sonde help options` and the docs. */
export interface OptionSpec<Kind extends OptionKind = OptionKind> {
  kind: Kind;
  /** The environment variable that sets it. */
  env: string;
  default: OptionValue[Kind];
  secret?: boolean;
  help: string;
  /** Inclusive bounds of an integer. */
  min?: number;
  max?: number;
  /** The words a choice may take. */
  choices?: readonly string[];
}

export type OptionKind = 'text' | 'integer' | 'switch' | 'list' | 'choice';

export interface OptionValue {
  text: string;
  integer: number;
  switch: boolean;
  list: string[];
  choice: string;
}

function text(env: string, value: string, help: string, secret = false): OptionSpec<'text'> {
  return { kind: 'text', env, default: value, help, secret };
}

function integer(env: string, value: number, min: number, max: number, help: string) {
  return { kind: 'integer', env, default: value, min, max, help } satisfies OptionSpec<'integer'>;
}

function onOff(env: string, value: boolean, help: string): OptionSpec<'switch'> {
  return { kind: 'switch', env, default: value, help };
}

function list(env: string, help: string): OptionSpec<'list'> {
  return { kind: 'list', env, default: [], help };
}

export const optionTable = {
  dataDir: text('SONDE_DATA', './data', 'Folder of the database; made if there is none.'),
  host: text('SONDE_HOST', '127.0.0.1', 'Address that `serve` listens on.'),
  port: integer('SONDE_PORT', 8787, 0, 65_535, 'Port that `serve` listens on; 0 takes a free one.'),
  baseUrl: text('SONDE_BASE_URL', '', 'Address that users see; taken from each request if empty.'),
  logLevel: {
    kind: 'choice',
    env: 'SONDE_LOG_LEVEL',
    default: 'info',
    choices: ['info', 'warn', 'error', 'silent'],
    help: 'The least severe event that is logged.',
  } satisfies OptionSpec<'choice'>,
  logFormat: {
    kind: 'choice',
    env: 'SONDE_LOG_FORMAT',
    default: 'text',
    choices: ['text', 'json'],
    help: 'How a line of the log is written.',
  } satisfies OptionSpec<'choice'>,
  runner: onOff(
    'SONDE_RUNNER',
    true,
    'Run jobs. When off, `serve` accepts jobs and leaves them queued.',
  ),
  researchConcurrency: integer(
    'SONDE_RESEARCH_CONCURRENCY',
    16,
    1,
    1_000,
    'Research jobs that run at once.',
  ),
  workers: integer(
    'SONDE_WORKERS',
    0,
    0,
    64,
    'Threads for parsing, ranking and searching; 0 for one for each core, up to four.',
  ),
  leaseMs: integer(
    'SONDE_LEASE_MS',
    15_000,
    1_000,
    600_000,
    'How long a job stays with a process that has gone silent.',
  ),
  graceMs: integer(
    'SONDE_GRACE_MS',
    5_000,
    0,
    600_000,
    'How long running jobs may take to checkpoint on SIGTERM.',
  ),
  syncWaitMs: integer(
    'SONDE_SYNC_WAIT_MS',
    25_000,
    0,
    120_000,
    'How long a lite or standard job is waited for before the answer is 202.',
  ),
  web: onOff(
    'SONDE_WEB',
    true,
    'Search the web providers. Off, nothing leaves the machine but the URLs that users give.',
  ),
  wikipedia: onOff('SONDE_WIKIPEDIA', true, 'Search Wikipedia.'),
  wikipediaUrl: text('SONDE_WIKIPEDIA_URL', '', 'Another address of the MediaWiki API.'),
  openalex: onOff('SONDE_OPENALEX', true, 'Search OpenAlex.'),
  openalexKey: text(
    'SONDE_OPENALEX_KEY',
    '',
    'API key of OpenAlex; without one it answers a few searches a day.',
    true,
  ),
  openalexUrl: text('SONDE_OPENALEX_URL', '', 'Another address of the OpenAlex API.'),
  arxiv: onOff(
    'SONDE_ARXIV',
    false,
    'Search arXiv. OpenAlex holds its papers too; arXiv has them days earlier, and answers slowly.',
  ),
  arxivUrl: text('SONDE_ARXIV_URL', '', 'Another address of the arXiv API.'),
  gdelt: onOff('SONDE_GDELT', true, 'Search the news of GDELT, for jobs that want news.'),
  gdeltUrl: text('SONDE_GDELT_URL', '', 'Another address of the GDELT API.'),
  searxngUrl: text(
    'SONDE_SEARXNG_URL',
    '',
    'Address of a SearXNG instance that gives JSON; a private one needs SONDE_FETCH_ALLOW too.',
  ),
  braveKey: text('SONDE_BRAVE_KEY', '', 'API key of Brave Search; with one, it is searched.', true),
  braveUrl: text('SONDE_BRAVE_URL', '', 'Another address of the Brave Search API.'),
  serperKey: text('SONDE_SERPER_KEY', '', 'API key of Serper; with one, it is searched.', true),
  serperUrl: text('SONDE_SERPER_URL', '', 'Another address of the Serper API.'),
  tavilyKey: text('SONDE_TAVILY_KEY', '', 'API key of Tavily; with one, it is searched.', true),
  tavilyUrl: text('SONDE_TAVILY_URL', '', 'Another address of the Tavily API.'),
  llmUrl: text(
    'SONDE_LLM_URL',
    '',
    'Address of an OpenAI chat API with its version: https://api.openai.com/v1. `pool`: the hosts of this server, paid by who asks. Empty for no LLM.',
  ),
  llmKey: text('SONDE_LLM_KEY', '', 'API key of the LLM, if it asks for one.', true),
  llmModel: text(
    'SONDE_LLM_MODEL',
    '',
    'Model that plans and reads; with the pool, a model or alias of it.',
  ),
  llmWriterModel: text('SONDE_LLM_WRITER_MODEL', '', 'Model that writes; the same if empty.'),
  llmPrice: text(
    'SONDE_LLM_PRICE',
    '',
    'Its price in dollars for a million tokens in and out: 0.15/0.60. List price if empty; never with the pool.',
  ),
  llmWriterPrice: text(
    'SONDE_LLM_WRITER_PRICE',
    '',
    'The same of the model that writes, if it is another one.',
  ),
  llmContextTokens: integer(
    'SONDE_LLM_CONTEXT_TOKENS',
    32_768,
    4_096,
    10_000_000,
    'Tokens that the models take, what they answer included.',
  ),
  llmTimeoutMs: integer(
    'SONDE_LLM_TIMEOUT_MS',
    60_000,
    10,
    600_000,
    'Longest time for one answer of the LLM.',
  ),
  llmConcurrency: integer(
    'SONDE_LLM_CONCURRENCY',
    16,
    0,
    10_000,
    'Calls of the LLM at once, by all jobs together; 0 for no limit.',
  ),
  siteConcurrency: integer(
    'SONDE_SITE_CONCURRENCY',
    2,
    1,
    1_000,
    'Pages of one site that are fetched at once, by all jobs together.',
  ),
  siteGapMs: integer(
    'SONDE_SITE_GAP_MS',
    200,
    0,
    60_000,
    'Pause between the starts of two fetches from one site.',
  ),
  contact: text(
    'SONDE_CONTACT',
    '',
    'Mail address that is told to the search APIs, as they ask for.',
  ),
  language: text('SONDE_LANGUAGE', 'pl', 'ISO 639-1 language of research2llm jobs that name none.'),
  fetchAllow: list(
    'SONDE_FETCH_ALLOW',
    'Private addresses or ranges that may be fetched all the same, comma separated.',
  ),
  fetchMaxBytes: integer(
    'SONDE_FETCH_MAX_BYTES',
    10_485_760,
    1_024,
    1_073_741_824,
    'Largest page that is read.',
  ),
  fetchTimeoutMs: integer(
    'SONDE_FETCH_TIMEOUT_MS',
    10_000,
    10,
    600_000,
    'Longest time for one page.',
  ),
  documentMaxBytes: integer(
    'SONDE_DOCUMENT_MAX_BYTES',
    52_428_800,
    1_024,
    1_073_741_824,
    'Largest document the library takes.',
  ),
  operatorSharePercent: integer(
    'SONDE_OPERATOR_SHARE_PERCENT',
    10,
    0,
    100,
    'Percent of what users pay for jobs on hosts that the operator keeps; the hosts earn the rest.',
  ),
  hostMaxPriceUsdMicros: integer(
    'SONDE_HOST_MAX_PRICE_USD_MICROS',
    1_000,
    0,
    10_000_000,
    'Most that a host may ask for a token when it registers, in millionths of a dollar: who names no price of their own must be able to pay the dearest host.',
  ),
  hostRegistration: {
    kind: 'choice',
    env: 'SONDE_HOST_REGISTRATION',
    default: 'approval',
    choices: ['approval', 'open'],
    help: 'What a host that registers without credentials and without a join token gets: an admin has to approve it, or it is let in at once.',
  } satisfies OptionSpec<'choice'>,
  joinToken: text('SONDE_JOIN_TOKEN', '', 'Join token by which `host` registers.', true),
  backendKey: text('SONDE_BACKEND_KEY', '', 'Key that `host` sends to its backend.', true),
  signup: {
    kind: 'choice',
    env: 'SONDE_SIGNUP',
    default: 'open',
    choices: ['open', 'approval', 'closed'],
    help: 'Who may sign up: anybody, anybody whom an admin approves, or nobody.',
  } satisfies OptionSpec<'choice'>,
  passwordMinLength: integer(
    'SONDE_PASSWORD_MIN_LENGTH',
    8,
    8,
    128,
    'Characters that a new password must have.',
  ),
  signInRatePerMinute: integer(
    'SONDE_SIGN_IN_RATE_PER_MINUTE',
    1_800,
    0,
    1_000_000,
    'Requests to sign in, sign up or reset from one address in a minute; 0 does not count them.',
  ),
  oidcIssuer: text('SONDE_OIDC_ISSUER', '', 'OpenID Connect issuer whose tokens are taken.'),
  oidcAudience: text('SONDE_OIDC_AUDIENCE', '', 'Audience that its tokens for Sonde must name.'),
  oidcJwksUrl: text(
    'SONDE_OIDC_JWKS_URL',
    '',
    'Address of its keys; asked of the issuer if empty.',
  ),
  googleClientId: text('SONDE_GOOGLE_CLIENT_ID', '', 'OAuth client for signing in with Google.'),
  googleClientSecret: text('SONDE_GOOGLE_CLIENT_SECRET', '', 'Secret of that client.', true),
  googleUrl: text('SONDE_GOOGLE_URL', '', 'Another address of Google sign-in.'),
  smtpUrl: text(
    'SONDE_SMTP_URL',
    '',
    'Mail server, as smtps://user:password@host; without one, mail stays in the outbox.',
    true,
  ),
  mailFrom: text('SONDE_MAIL_FROM', 'Sonde <sonde@localhost>', 'Sender of mail.'),
  adminEmail: text(
    'SONDE_ADMIN_EMAIL',
    'admin@sonde.localhost',
    'Address of the first admin, whom `serve` makes in a fresh folder.',
  ),
} as const;

export type OptionName = keyof typeof optionTable;
export type Options = {
  [Name in OptionName]: OptionValue[(typeof optionTable)[Name]['kind']];
};
