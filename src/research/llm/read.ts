import { type Static, Type } from '@sinclair/typebox';
import type { Llm } from '../ports';
import type { Page, Plan } from '../types';
import { ask } from './ask';
import type { CallDeps } from './call';
import { DATA_RULE, fenced, oneLine } from './data';
import { type ExcerptInput, wholeExcerpt } from './excerpt';
import { locateLetterByLetter, type Place } from './locate';
import type { LlmMemory } from './memory';
import { maxTokens } from './tokens';

const ANSWER = Type.Object(
  {
    findings: Type.Array(
      Type.Object(
        { source: Type.Integer(), question: Type.Integer(), quote: Type.String() },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
type Proposed = Static<typeof ANSWER>['findings'];

const MAX_OUTPUT_TOKENS = 3_000;
/** More than a page is worth: it also bounds what one call costs. */
const MAX_EXCERPT_TOKENS = 32_000;
const MIN_EXCERPT_TOKENS = 500;
/** For the marks around a page, and what takes the place of words that a prompt may not hold. */
const SPARE_TOKENS = 800;
const MAX_TITLE_UNITS = 200;
const MAX_QUOTES = 12;
/** Of one job. As many as most jobs read pages in a wave: each further round takes as long again. */
const READS_AT_ONCE = 12;

/** What of reading costs CPU. */
export interface ReadTools {
  excerpt(input: ExcerptInput): Promise<string>;
  /** Of each quote its place, or null, in the same order. */
  locate(input: { text: string; quotes: string[] }): Promise<(Place | null)[]>;
}

/**
 * Has the model read each page that it has not read yet, alone: no page can speak into the reading
 * of another. What comes of it are places in the page's own text; they are remembered.
 */
export async function readWith(
  deps: CallDeps & ReadTools,
  llm: Llm,
  input: { plan: Plan; pages: readonly Page[]; signal: AbortSignal },
  memory: LlmMemory,
): Promise<void> {
  const known = new Set(memory.readSources);
  const fresh = input.pages.filter((page) => !known.has(page.source));
  const found = new Map<number, LlmMemory['proposals']>();
  const waiting = [...fresh];
  const reader = async () => {
    for (let page = waiting.shift(); page; page = waiting.shift()) {
      found.set(page.source, await readPage(deps, llm, page, input, memory));
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, reader));
  // In the order of the pages, whichever answer came first.
  for (const { source } of fresh) {
    const proposals = found.get(source);
    if (!proposals) continue;
    memory.readSources.push(source);
    memory.proposals.push(...proposals);
  }
}

async function readPage(
  deps: CallDeps & ReadTools,
  llm: Llm,
  page: Page,
  { plan, signal }: { plan: Plan; signal: AbortSignal },
  { stats }: LlmMemory,
): Promise<LlmMemory['proposals']> {
  const questions = plan.subQuestions.map((text, at) => `${at}. ${oneLine(text, MAX_TITLE_UNITS)}`);
  const rules = rulesOf(page.source, questions);
  const title = oneLine(page.title, MAX_TITLE_UNITS);
  const { text, spans = null, readLength } = page;
  const shown = (maxExcerptTokens: number) => {
    const wanted = {
      page: { text, spans, ...(readLength === undefined ? {} : { readLength }) },
      questions: plan.subQuestions,
      maxTokens: Math.min(maxExcerptTokens, MAX_EXCERPT_TOKENS),
    };
    return wholeExcerpt(wanted) ?? deps.excerpt(wanted);
  };
  const answer = await ask(deps, {
    stage: 'read',
    llm,
    name: 'findings',
    schema: ANSWER,
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    signal,
    prompt: async (room) => {
      const left = room - maxTokens(rules) - SPARE_TOKENS;
      if (left < MIN_EXCERPT_TOKENS) return undefined;
      const text = `${title}\n\n${await shown(left)}`;
      const source = fenced(`source ${page.source}`, text, `${title}\n${page.snapshotHash}`);
      return [
        { role: 'system', content: rules },
        { role: 'user', content: source },
      ];
    },
  });
  return located(deps, page, plan, answer?.findings ?? [], stats);
}

function rulesOf(source: number, questions: readonly string[]): string {
  return (
    `You read one source, number ${source}, for these questions:\n${questions.join('\n')}\n\n` +
    `Give the passages that answer them or say the contrary, at most ${MAX_QUOTES}, each one ` +
    'sentence, copied letter by letter from the source: what does not stand there is thrown away. ' +
    'None if the source says nothing on them. ' +
    `Answer in JSON: {"findings": [{"source": ${source}, "question": 0, "quote": "..."}]}. ${DATA_RULE}`
  );
}

async function located(
  tools: ReadTools,
  page: Page,
  plan: Plan,
  proposed: Proposed,
  stats: LlmMemory['stats'],
): Promise<LlmMemory['proposals']> {
  const credible = proposed
    .slice(0, MAX_QUOTES)
    .filter(({ source, question }) => source === page.source && question in plan.subQuestions);
  const places = await placesOf(
    tools,
    page.text,
    credible.map(({ quote }) => quote),
  );
  const proposals = credible.flatMap(({ question: subQuestion }, at) => {
    const place = places[at];
    return place ? [{ source: page.source, subQuestion, ...place }] : [];
  });
  stats.droppedQuotes += proposed.length - proposals.length;
  return proposals;
}

/** Most quotes stand as they are given. What is not found at once is looked for in a Worker. */
async function placesOf(
  tools: ReadTools,
  text: string,
  quotes: readonly string[],
): Promise<(Place | null)[]> {
  const places = quotes.map((quote) => locateLetterByLetter(text, quote));
  const left = [...places.keys()].filter((at) => places[at] === null);
  if (left.length === 0) return places;
  const found = await tools.locate({ text, quotes: left.map((at) => quotes[at] ?? '') });
  for (const [index, at] of left.entries()) places[at] = found[index] ?? null;
  return places;
}
