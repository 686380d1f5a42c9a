import { articleRoot, Mass, massOf } from './article-root';
import type { DomNode } from './dom';
import { isLinkedParagraph, isMostlyLinks } from './prose';
import { flowOf, type Run, type Suspect } from './runs';
import { SUSPECT_SHARE } from './suspicion';

/**
 * The texts of a page that are its article. Blocks of text are judged by their length and their
 * share of links (Kohlschütter, Fankhauser and Nejdl 2010, "Boilerplate detection using shallow
 * text features"), by the names that pages give to what is not the text, and by where they stand:
 * in the block that holds the article, and between its first and last paragraph.
 */
export function articleNodes(page: DomNode, title: string): Set<DomNode> {
  const { runs, root: all, suspects } = flowOf(page);
  const prose = new Mass(runs.map((run) => (run.isProse ? run.length - run.linkLength : 0)));
  const leftOut = new Set<Suspect>();
  for (const suspect of suspects) {
    const { block, suspicion, outer } = suspect;
    const isSmall = prose.of(block) <= prose.of(all) * SUSPECT_SHARE[suspicion];
    if (isSmall || (outer && leftOut.has(outer))) leftOut.add(suspect);
  }
  const clear = runs.map(({ suspect }) => !suspect || !leftOut.has(suspect));
  const mass = new Mass(runs.map((run, at) => (clear[at] ? massOf(run) : 0)));
  const { from, to } = articleRoot(all, mass);
  const inside = runs.filter((_, at) => at >= from && at < to && clear[at]);
  return new Set(withHeadings(chosen(inside, title)).flatMap((run) => run.nodes));
}

/** Paragraphs and what stands between them; before and after, only what has a form of its own. */
function chosen(runs: Run[], title: string): Run[] {
  const first = runs.findIndex((run) => run.isProse);
  const last = runs.findLastIndex((run) => run.isProse);
  if (first === -1) return runs;
  return runs.filter((run, at) => {
    if (run.isProse || run.isInTable || run.isPreformatted) return true;
    if (run.headingLevel > 0) {
      return !isLinkItem(runs[at + 1]) && isHeadingOfText(run, at < first ? title : '');
    }
    if (isMostlyLinks(run)) return isLinkedParagraph(run);
    return run.isInList || (at > first && at < last);
  });
}

/** Without the headings of what was left out. */
function withHeadings(runs: Run[]): Run[] {
  const kept: Run[] = [];
  // By the level of a heading: whether there is text between here and the next of that level.
  const hasText = new Array<boolean>(7).fill(false);
  for (const run of runs.toReversed()) {
    const level = run.headingLevel;
    if (level === 0) hasText.fill(true);
    else if (hasText[level]) hasText.fill(false, level);
    else continue;
    kept.push(run);
  }
  return kept.reverse();
}

/** The page's own title is kept apart; a linked heading in a list leads to another page. */
function isHeadingOfText(run: Run, title: string): boolean {
  if (isLinkItem(run)) return false;
  const heading = wordsOf(run.text);
  return heading === '' || !wordsOf(title).includes(heading);
}

function isLinkItem(run: Run | undefined): boolean {
  return run?.isInList === true && isMostlyLinks(run);
}

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
