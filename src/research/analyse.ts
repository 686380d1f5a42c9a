import { makeFinding, type ProvenFinding, quoteAt } from './finding';
import type { Proposal } from './llm/memory';
import type { Candidate } from './stages/candidate';
import { type Independence, independence } from './stages/copies';
import { followUps, gapsOf, type Searched, supported } from './stages/critic';
import { extract } from './stages/extract';
import { withProposals } from './stages/proposed';
import { select } from './stages/select';
import { type Claim, verify } from './stages/verify';
import { plainWords } from './text/clean';
import { buildCorpus, type Corpus } from './text/corpus';
import { focus } from './text/focus';
import { type Question, readQuestion } from './text/question';
import { respelled } from './text/spelling';
import type { Gap, Page, Plan, PlannedQuery, Quote } from './types';

export interface AnalyseInput {
  plan: Plan;
  /** All pages read so far, in any order; of two with one source number the first counts. */
  pages: readonly Page[];
  maxFindings: number;
  /** Ask on in the next wave. */
  critic: boolean;
  searched: readonly Searched[];
  /** Passages that a model pointed out, each located in its page. */
  proposals?: readonly Proposal[];
}

export interface Analysis {
  /** Best first. */
  findings: ProvenFinding[];
  gaps: Gap[];
  /** Queries for the next wave; empty when there is nothing left to ask. */
  followUps: PlannedQuery[];
  /** Sources that copy another one. */
  copies: { source: number; copyOf: number }[];
  /** For each source that a finding quotes, the passage that says most. */
  summaries: { source: number; text: string }[];
}

/** Extract, verify, criticise: what all pages together say about the plan's questions. Pure. */
export function analyse(input: AnalyseInput): Analysis {
  const pages = ordered(input.pages);
  const corpus = buildCorpus(pages);
  const sources = independence(pages);
  const { subQuestions } = input.plan;
  const questions = subQuestions.map((text) => readQuestion(respelled(corpus, text)));
  const judged = questions.map((question, index) =>
    verify(corpus, question, candidatesFor(corpus, index, question, input.proposals), sources),
  );
  const standing = supported(corpus, questions, judged);
  const gaps = gapsOf(corpus, input.plan, questions, standing, input.searched);
  const byHash = new Map(pages.map((page) => [page.snapshotHash, page]));
  const findings = select(corpus, standing, input.maxFindings).flatMap((claim) => {
    const question = questions[claim.lead.subQuestion];
    return question ? finding(corpus, question, claim, byHash) : [];
  });
  return {
    findings,
    gaps,
    followUps: input.critic ? followUps(corpus, input.plan, judged, gaps, input.searched) : [],
    copies: copies(sources),
    summaries: summaries(findings),
  };
}

/** What a model points out comes beside what the rules find, and takes nothing from it: so no page
 * can talk a model into silencing another. */
function candidatesFor(
  corpus: Corpus,
  subQuestion: number,
  question: Question,
  proposals: readonly Proposal[] = [],
): Candidate[] {
  const found = extract(corpus, subQuestion, question);
  const own = proposals.filter((proposal) => proposal.subQuestion === subQuestion);
  return own.length === 0 ? found : withProposals(corpus, found, subQuestion, own);
}

function ordered(pages: readonly Page[]): Page[] {
  const bySource = new Map<number, Page>();
  for (const page of pages) if (!bySource.has(page.source)) bySource.set(page.source, page);
  return [...bySource.values()].sort((a, b) => a.source - b.source);
}

/** Empty when the passage holds no words once its markup is taken off. */
function finding(
  corpus: Corpus,
  question: Question,
  claim: Claim,
  byHash: ReadonlyMap<string, Page>,
): ProvenFinding[] {
  const quoted = (candidates: readonly Candidate[]): Quote[] =>
    candidates.flatMap(({ sentence }) => {
      const page = corpus.pages[sentence.page]?.page;
      if (!page) return [];
      const { start, end } = focus(corpus, sentence, question);
      return [quoteAt(page, start, end)];
    });
  const quotes = quoted([claim.lead, ...claim.support]);
  const text = plainWords(quotes[0]?.text ?? '');
  if (text === '') return [];
  const { kind, status, confidence, lead } = claim;
  const disputedBy = quoted(claim.disputed);
  const { subQuestion } = lead;
  return [makeFinding({ text, kind, status, confidence, quotes, disputedBy, subQuestion }, byHash)];
}

function copies(sources: Independence): { source: number; copyOf: number }[] {
  return [...sources.copyOf].map(([source, copyOf]) => ({ source, copyOf }));
}

function summaries(findings: readonly ProvenFinding[]): { source: number; text: string }[] {
  const bySource = new Map<number, string>();
  for (const { quotes, disputedBy } of findings) {
    for (const quote of [...quotes, ...disputedBy]) {
      if (!bySource.has(quote.source)) bySource.set(quote.source, plainWords(quote.text));
    }
  }
  return [...bySource]
    .map(([source, text]) => ({ source, text }))
    .sort((a, b) => a.source - b.source);
}
