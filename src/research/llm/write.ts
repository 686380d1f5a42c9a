import { type Static, Type } from '@sinclair/typebox';
import { sentences } from '../../lib/sentences';
import type { Llm } from '../ports';
import { countWords, marks, missingLines, type SynthesizeInput } from '../stages/synthesize';
import { inertMarkdown } from '../text/clean';
import type { Finding, Quote } from '../types';
import { ask } from './ask';
import type { CallDeps } from './call';
import { DATA_RULE, fenced, oneLine } from './data';
import { createSupport, ordinaryWords } from './support';
import { maxTokens } from './tokens';

const ANSWER = Type.Object(
  {
    sentences: Type.Array(
      Type.Object(
        { text: Type.String(), findings: Type.Array(Type.Integer()) },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
type Written = Static<typeof ANSWER>['sentences'];

const MAX_OUTPUT_TOKENS = 4_000;
const SPARE_TOKENS = 400;
const MAX_QUESTION_UNITS = 600;
const MAX_QUOTE_UNITS = 700;
const MAX_SENTENCES = 80;
const MAX_SENTENCE_UNITS = 700;
/** Less than this share of what was written is too little left to be the answer. */
const MIN_KEPT_SHARE = 0.5;
/** Of the words, for what is contested and what was not found: those are told by rule. */
const RULE_SHARE = 0.35;

export interface Writing extends SynthesizeInput {
  signal: AbortSignal;
  /** The brief by rule. */
  base(input: SynthesizeInput): Promise<{ brief: string }>;
}

/**
 * The brief as a model tells it, sentence by sentence traced to findings; what they do not carry is
 * removed. What sources disagree on and what was not found is told by rule, so that nobody can talk
 * a side away. The brief by rule when too little is left.
 */
export async function writeWith(deps: CallDeps, llm: Llm, writing: Writing): Promise<string> {
  const { signal, base, ...input } = writing;
  const plain = input.findings.filter(({ disputedBy }) => disputedBy.length === 0);
  const contested = input.findings.filter(({ disputedBy }) => disputedBy.length > 0);
  const byRule = async () => (await base(input)).brief;
  // The numbers in an answer are those of the prompt that it answers.
  let shown: Finding[] = [];
  const answer = await ask(deps, {
    stage: 'write',
    llm,
    name: 'brief',
    schema: ANSWER,
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    signal,
    prompt(room) {
      shown = fitting(room, input, plain);
      if (shown.length === 0) return undefined;
      return [
        { role: 'system', content: rulesOf(input.maxWords) },
        { role: 'user', content: materialOf(input, shown) },
      ];
    },
  });
  if (!answer) return byRule();
  const written = answer.sentences.slice(0, MAX_SENTENCES);
  const kept = traced(written, shown, input);
  const count = written.reduce((sum, { text }) => sum + sentencesOf(text).length, 0);
  deps.stats.droppedSentences += count - kept.length;
  if (kept.length === 0 || kept.length < MIN_KEPT_SHARE * count) return byRule();
  const tail = await told(input, contested, base);
  return [laidOut(kept, input, input.maxWords - countWords(tail)), tail]
    .filter((part) => part !== '')
    .join('\n\n');
}

function rulesOf(maxWords: number): string {
  return (
    `You write the answer to a question in at most ${maxWords} words, from numbered findings and ` +
    'nothing else, in the language of the findings and close to their words. Begin with the ' +
    'answer itself. Each sentence tells what one finding says, and names all findings that say ' +
    'it; each number, date and name of it must stand there, or it is thrown away. No headings, lists, links or marks. ' +
    'Answer in JSON: {"sentences": [{"text": "...", "findings": [1, 2]}]}. ' +
    DATA_RULE
  );
}

function materialOf({ plan }: SynthesizeInput, shown: readonly Finding[]): string {
  const findings = shown.map((finding, index) => findingText(finding, index));
  return `${fenced('question', oneLine(plan.question, MAX_QUESTION_UNITS))}\n\n${findings.join('\n')}`;
}

function findingText({ text, status }: Finding, index: number): string {
  return fenced(`finding ${index + 1}, ${status}`, oneLine(text, MAX_QUOTE_UNITS));
}

/** As many findings, best first, as the context of the model has room for. */
function fitting(room: number, input: SynthesizeInput, findings: readonly Finding[]): Finding[] {
  const fixed = maxTokens(rulesOf(input.maxWords)) + maxTokens(materialOf(input, []));
  let left = room - SPARE_TOKENS - fixed;
  return findings.filter((finding, index) => {
    const size = maxTokens(findingText(finding, index)) + 1;
    if (size > left) return false;
    left -= size;
    return true;
  });
}

interface Line {
  text: string;
  findings: Finding[];
  /** Each carries it alone: none is cited for what it does not say. */
  quotes: Quote[];
}

/** The sentences that findings carry, each with those quotes of them that carry it alone. */
function traced(
  written: Written,
  shown: readonly Finding[],
  { plan }: Pick<SynthesizeInput, 'plan'>,
): Line[] {
  const carries = createSupport({
    question: plan.question,
    ordinary: ordinaryWords(shown.flatMap(({ quotes }) => quotes.map(({ text }) => text))),
  });
  return written.flatMap(({ text, findings: numbers }) => {
    const cited = [...new Set([...numbers, ...markedIn(text)])].flatMap((number) => {
      const finding = shown[number - 1];
      return finding ? [finding] : [];
    });
    return sentencesOf(text).flatMap((sentence) => {
      const carriers = cited.flatMap((finding) => {
        const quotes = finding.quotes.filter(({ text: quote }) => carries(sentence, quote));
        return quotes.length === 0 ? [] : [{ finding, quotes }];
      });
      if (carriers.length === 0 || MARKUP.test(sentence)) return [];
      const findings = carriers.map(({ finding }) => finding);
      return [{ text: sentence, findings, quotes: carriers.flatMap(({ quotes }) => quotes) }];
    });
  });
}

function sentencesOf(text: string): string[] {
  const plain = text.slice(0, MAX_SENTENCE_UNITS).replace(MARK, ' ').replace(/\s+/g, ' ').trim();
  return sentences(plain).map(({ start, end }) => plain.slice(start, end));
}

const MARK = /\[\s*f?\d+(?:\s*,\s*f?\d+)*\s*\]/gi;
/** What no sentence of an answer needs: addresses, tags, links, images. */
const MARKUP = /:\/\/|\bwww\.|\]\s*\(|<\/?[a-z!]|\b(?:javascript|data|mailto):|\S@\S/i;

function markedIn(text: string): number[] {
  return [...text.matchAll(/\bf(\d{1,3})\b/g)].map((match) => Number(match[1]));
}

/** A paragraph for each part of the question, as many sentences as the words allow. */
function laidOut(lines: readonly Line[], { sources }: SynthesizeInput, words: number): string {
  const copies = new Map(sources.map(({ number, copyOf }) => [number, copyOf]));
  const paragraphs: { part: number; sentences: string[] }[] = [];
  let left = words;
  for (const { text, findings, quotes } of lines) {
    const hedge = findings.every(({ status }) => status === 'unverified') ? 'Unverified: ' : '';
    const sentence = `${hedge}${inertMarkdown(text)}${marks(quotes, copies)}`;
    left -= countWords(sentence);
    if (left < 0 && paragraphs.length > 0) break;
    const part = findings[0]?.subQuestion ?? 0;
    const last = paragraphs.at(-1);
    if (last?.part === part) last.sentences.push(sentence);
    else paragraphs.push({ part, sentences: [sentence] });
  }
  return paragraphs.map(({ sentences }) => sentences.join(' ')).join('\n\n');
}

async function told(
  input: SynthesizeInput,
  contested: readonly Finding[],
  base: Writing['base'],
): Promise<string> {
  const maxWords = Math.floor(input.maxWords * RULE_SHARE);
  if (contested.length > 0) return (await base({ ...input, findings: contested, maxWords })).brief;
  let left = maxWords;
  const lines = missingLines(input.plan, input.gaps).filter((line) => {
    left -= countWords(line);
    return left >= 0;
  });
  return lines.join('\n\n');
}
