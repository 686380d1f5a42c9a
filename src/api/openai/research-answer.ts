import { Fault } from '../../lib/fault';
import type { ResearchView } from '../../research/service';
import { inertMarkdown } from '../../research/text/clean';
import type { Source } from '../../research/types';
import type { Annotation, Ending } from './present';

export interface ResearchAnswer {
  /** What the message says, in parts that a client may be shown one after another. */
  parts: string[];
  ending: Ending;
}

/** Nobody counts tokens where a brief is written by rule: an estimate, for clients that show one. */
const CHARACTERS_PER_TOKEN = 4;
const CITATION = /\[(\d{1,4})\]/g;

/**
 * The brief of a job that has ended, and the sources that it cites. Throws Fault `unavailable` when
 * it failed, `conflict` when it was canceled before it found anything.
 */
export function researchAnswer({ job, row, state }: ResearchView, model: string): ResearchAnswer {
  const { brief, sources } = state;
  if (brief === null) {
    if (job.state === 'canceled') throw new Fault('conflict', 'the research was canceled');
    throw new Fault('unavailable', job.error ?? 'the research found no answer: try again');
  }
  const cited = citationsIn(brief, sources);
  const list = sourceList([...new Set(cited.map(({ source }) => source))]);
  const parts = [...paragraphsOf(brief), ...(list === '' ? [] : [list])];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return {
    parts,
    ending: {
      model,
      finishReason: job.state === 'done' ? 'stop' : 'length',
      toolCalls: [],
      annotations: cited.flatMap(annotationOf),
      usage: {
        promptTokens: estimatedTokens(row.question.length),
        completionTokens: estimatedTokens(length),
        chargedMicros: row.chargedMicros,
      },
    },
  };
}

interface Citation {
  source: Source;
  start: number;
  end: number;
}

function citationsIn(brief: string, sources: Source[]): Citation[] {
  const byNumber = new Map(sources.map((source) => [source.number, source]));
  return [...brief.matchAll(CITATION)].flatMap(({ 0: mark, 1: number, index }) => {
    const source = byNumber.get(Number(number));
    return source ? [{ source, start: index, end: index + mark.length }] : [];
  });
}

function annotationOf({ source, start, end }: Citation): Annotation[] {
  const url = webAddress(source);
  if (url === undefined) return [];
  return [
    {
      type: 'url_citation',
      url_citation: { start_index: start, end_index: end, title: source.title, url },
    },
  ];
}

/** Empty for no sources. */
function sourceList(sources: Source[]): string {
  if (sources.length === 0) return '';
  const lines = sources
    .toSorted((one, other) => one.number - other.number)
    .map((source) => {
      const title = inertMarkdown(source.title) || inertMarkdown(source.domain) || 'Untitled';
      const url = webAddress(source);
      return `- [${source.number}] ${url === undefined ? title : `[${title}](${bare(url)})`}`;
    });
  return `\n\n**Sources**\n\n${lines.join('\n')}`;
}

/** Undefined for a document of the library, or a text that was given: these have none. */
function webAddress({ url }: Source): string | undefined {
  const parsed = URL.parse(url);
  return parsed && /^https?:$/.test(parsed.protocol) ? parsed.href : undefined;
}

/** As the target of a link in Markdown: nothing of it may end the link. */
function bare(url: string): string {
  return url.replace(/[()\\]/g, percentEncoded);
}

const percentEncoded = (character: string) =>
  `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Together they are the text again. */
function paragraphsOf(text: string): string[] {
  return text.match(/[\s\S]+?(?:\n\n+|$)/g) ?? [];
}

function estimatedTokens(length: number): number {
  return Math.ceil(length / CHARACTERS_PER_TOKEN);
}
