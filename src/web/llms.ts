import { APIS, EVENTS, PROBLEMS, VERDICTS } from '../../views/facts';
import { PUBLIC_PAGES } from '../../views/navigation';
import {
  count,
  dollars,
  modePrice,
  type Pricing,
  planPrice,
  USD_MICROS_PER_CENT,
} from '../../views/pages/pricing/figures';
import {
  firstChat,
  firstQuestion,
  firstRun,
  followedQuestion,
  typedQuestion,
} from '../../views/samples';
import type { Pack, Plan } from '../billing/types';
import type { ApiDescription } from './api-description';
import { operationsText, schemasText } from './llms-api';

export interface LlmsInput {
  /** Without a slash at the end. */
  origin: string;
  pricing: Pricing;
  description: ApiDescription;
}

const SUMMARY = `# Sonde

> Cited research as an API, on the machine of the team that uses it. A job answers a question with findings; every finding carries quotes, and every quote stands at its recorded offsets in a stored, hashed snapshot of its source.`;

/** The short text of llmstxt.org: what this is, and where the rest stands. */
export function llmsText({ origin, pricing }: Omit<LlmsInput, 'description'>): string {
  const prices = pricing.modes.map(
    (mode) => `${mode.mode} ${modePrice(mode, pricing.meteredSourceCredits)}`,
  );
  return `${SUMMARY}

Ask with \`POST ${origin}/v1/research\` and \`Authorization: Bearer inf_live_…\`; a person makes the key in the dashboard. Prices by mode: ${prices.join('; ')}. One credit is ${dollars(pricing.creditUsdMicros)}.

The team's own models are behind the OpenAI API at \`${origin}/v1\` (chat completions, completions, embeddings, models), with the same key; \`GET ${origin}/v1/models\` lists them.

## API

- [Everything in one text](${origin}/llms-full.txt): credits, plans, every operation with its fields, events, errors
- [OpenAPI 3.1 description](${origin}/api/openapi.json): for generated clients
- [API reference](${origin}/api/docs): the same for people

## Pages

${pagesText(origin)}
`;
}

/** Everything that an agent needs to use this server, from what is in force on it. */
export function llmsFullText(input: LlmsInput): string {
  const { origin, pricing, description } = input;
  const sections = {
    Addresses: addressesText(origin, description.info.version),
    'Who is asking': AUTHENTICATION,
    Credits: creditsText(pricing),
    Plans: listed(pricing.plans, planText),
    'Credit packs': listed(pricing.packs, packText),
    'How to ask': usageText(origin),
    'How to ask a model': modelsText(origin),
    APIs: factsText(APIS),
    Pages: pagesText(origin),
    Events: factsText(EVENTS),
    Verdicts: factsText(VERDICTS),
    Errors: errorsText(),
    Operations: operationsText(description),
    Schemas: schemasText(description),
  };
  const parts = Object.entries(sections).map(([title, text]) => `## ${title}\n\n${text}`);
  return `${[SUMMARY, ...parts].join('\n\n')}\n`;
}

function addressesText(origin: string, version: string): string {
  return `- Base address: ${origin}
- OpenAPI 3.1: ${origin}/api/openapi.json
- API reference: ${origin}/api/docs
- Sitemap: ${origin}/sitemap.xml
- Version: ${version}`;
}

const AUTHENTICATION = `- \`bearer_api_key\`, for /v1: \`Authorization: Bearer inf_live_…\` or \`X-API-Key: inf_live_…\`. A person makes keys in the dashboard; each is shown once.
- \`bearer_jwt\`, for /api: the access token that \`POST /api/auth/login\` gives, good for 15 minutes; \`POST /api/auth/refresh\` gives the next.
- /api/admin takes an admin's access token, and no key.
- \`basic\`, beside the others outside /v1 and /api: username or mail address, and password.
- \`host_key\`, for /hosts: \`Authorization: Bearer hk_live_…\`, which \`POST /hosts/register\` gives a host.`;

function creditsText(pricing: Pricing): string {
  const modes = listed(pricing.modes, (mode) => {
    const price = modePrice(mode, pricing.meteredSourceCredits);
    const critic = mode.hasCritic ? ', with a critic' : '';
    return `\`${mode.mode}\`: ${price}; at most ${mode.maxSources} sources, waves: ${mode.maxWaves}, minutes: ${mode.maxMinutes}${critic}`;
  });
  return `One credit is ${dollars(pricing.creditUsdMicros)} at the list price. A job's price is set aside when it is accepted and settled once when it ends. A failed job costs nothing; a canceled one costs the sources it has read. \`GET /v1/credits\` tells the balance. Credits of a plan expire at the end of the month (UTC) and are used first; others do not expire.

Modes:

${modes}`;
}

function planText(plan: Plan): string {
  const { id, name, includedCredits, overageUsdMicros, isByContact, blurb } = plan;
  const figures = isByContact
    ? ''
    : `, ${count(includedCredits)} credits, further credits at ${dollars(overageUsdMicros)}`;
  return `${name} (\`${id}\`): ${planPrice(plan)}${figures}. ${blurb}`;
}

function packText({ id, name, credits, priceCents, blurb }: Pack): string {
  const price = dollars(priceCents * USD_MICROS_PER_CENT);
  return `${name} (\`${id}\`): ${count(credits)} credits for ${price}. ${blurb}`;
}

function usageText(origin: string): string {
  const samples = {
    'The first question': firstQuestion(origin),
    'Accept at once, and follow the job': followedQuestion(origin),
    'Typed output: a JSON Schema that is filled from evidence, never with a guess':
      typedQuestion(origin),
  };
  return `Send an \`Idempotency-Key\` with every POST that spends: a repetition finds the same job and is not charged again. A lite or standard job that ends in time answers 200 with its result; otherwise the answer is 202, with \`status_url\` to poll and \`events_url\` to stream. \`Last-Event-ID\` resumes a stream.

${Object.entries(samples)
  .map(([title, sample]) => `${title}:\n\n\`\`\`sh\n${sample}\n\`\`\``)
  .join('\n\n')}`;
}

function modelsText(origin: string): string {
  return `\`GET /v1/models\` lists models of the pool, aliases, and \`sonde-lite\`, \`sonde-standard\`, \`sonde-pro\`, which answer a chat by a research job. Any client of the OpenAI API works with \`${origin}/v1\` as its base address. Credits are set aside for the prompt and \`max_tokens\`, and charged for the tokens that came; an error costs nothing. \`GET /models\` tells prices and free hosts.

A chat:

\`\`\`sh
${firstChat(origin, 'sonde-lite')}
\`\`\`

A job that goes on when its reader leaves; \`Last-Event-ID\` resumes its stream, and \`GET /jobs/JOB_ID\` tells why it waits:

\`\`\`sh
${firstRun(origin, 'MODEL')}
\`\`\``;
}

function pagesText(origin: string): string {
  return listed(
    PUBLIC_PAGES,
    ({ path, name, summary }) => `[${name}](${origin}${path}): ${summary}`,
  );
}

function errorsText(): string {
  const problems = Object.entries(PROBLEMS);
  return `Problem documents (RFC 9457, \`application/problem+json\`) with \`status\`, \`code\`, \`detail\` and, where one is at fault, \`field\`.

${listed(problems, ([code, { status, meaning }]) => `${status} \`${code}\`: ${meaning}`)}`;
}

function factsText(facts: Record<string, string>): string {
  return listed(Object.entries(facts), ([name, meaning]) => `\`${name}\`: ${meaning}`);
}

function listed<Item>(items: readonly Item[], text: (item: Item) => string): string {
  return items.map((item) => `- ${text(item)}`).join('\n');
}
