import { isoFromMs } from '../../lib/clock';
import { inertMarkdown } from '../text/clean';
import type { Finding, FindingStatus, Quote, ResearchState, Source } from '../types';
import type { ResearchView } from '../view';

const SECTIONS: { status: FindingStatus; heading: string }[] = [
  { status: 'established', heading: 'Established' },
  { status: 'contested', heading: 'Contested' },
  { status: 'reported', heading: 'Reported by one source' },
  { status: 'unverified', heading: 'Stated without ground' },
];

/**
 * The whole job as one Markdown document: the brief, every finding with its quotes, what stayed
 * open, a bibliography and an appendix of the sources. Nothing that stands in a page comes alive.
 */
export function markdownReport({ job, row, state }: ResearchView): string {
  const parts = [
    `# ${inertMarkdown(row.question)}`,
    facts([
      ['Job', job.id],
      ['Asked', isoFromMs(job.createdMs)],
      ['Ended', job.endedMs === null ? 'not yet' : isoFromMs(job.endedMs)],
      ['State', job.state],
      ['Stopped because', state.stopReason ?? 'it has not'],
      ['Sources read', `${state.sources.length} in ${state.waveCount} waves`],
    ]),
    '## Answer',
    state.brief ?? 'There is no answer yet.',
    ...findings(state),
    ...typed(state),
    ...open(state),
    ...bibliography(state),
    ...appendix(state),
  ];
  return `${parts.join('\n\n')}\n`;
}

function facts(rows: [string, string][]): string {
  return rows.map(([name, value]) => `- ${name}: ${value}`).join('\n');
}

function findings(state: ResearchState): string[] {
  return SECTIONS.flatMap(({ status, heading }) => {
    const shown = state.findings.filter((finding) => finding.status === status);
    return shown.length === 0 ? [] : [`## ${heading}`, ...shown.map(findingText)];
  });
}

function findingText(finding: Finding): string {
  const lead = `**${inertMarkdown(finding.text)}** (confidence ${finding.confidence.toFixed(2)})`;
  const against =
    finding.disputedBy.length === 0 ? [] : ['Against it:', ...finding.disputedBy.map(quoteText)];
  return [lead, ...finding.quotes.map(quoteText), ...against].join('\n\n');
}

function quoteText(quote: Quote): string {
  const page = quote.page === null ? '' : `, page ${quote.page}`;
  const place = `[${quote.source}]${page}, characters ${quote.start} to ${quote.end}`;
  return `> “${inertMarkdown(quote.text)}” ${place}`;
}

function typed({ typed: output }: ResearchState): string[] {
  if (!output) return [];
  const basis = output.basis.map(({ field, quotes, confidence }) => {
    const numbers = [...new Set(quotes.map((quote) => `[${quote.source}]`))].join('');
    return `- ${codeSpan(field)} ${numbers} (confidence ${confidence.toFixed(2)})`;
  });
  const value = ['```json', JSON.stringify(output.typed, null, 2), '```'].join('\n');
  const error = output.error === null ? [] : [inertMarkdown(output.error)];
  return ['## Typed answer', value, ...error, ...(basis.length > 0 ? [basis.join('\n')] : [])];
}

function open({ gaps }: ResearchState): string[] {
  if (gaps.length === 0) return [];
  const lines = gaps.map(({ text, searched, foundCount, unreadCount }) => {
    const queries = searched.map((query) => `“${inertMarkdown(query)}”`).join(', ') || 'nothing';
    return `- ${inertMarkdown(text)}: searched ${queries}; ${foundCount} found, ${unreadCount} of them unread`;
  });
  return ['## Not enough evidence', lines.join('\n')];
}

function bibliography({ sources }: ResearchState): string[] {
  if (sources.length === 0) return [];
  const entries = sources.map(
    ({ number, title, domain, url }) =>
      `- [${number}] ${inertMarkdown(title)}. ${inertMarkdown(domain)}. ${address(url)}`,
  );
  return ['## Bibliography', entries.join('\n')];
}

function appendix(state: ResearchState): string[] {
  const { sources, unreadable, searches, unreadCount } = state;
  const searched = searches.map(({ wave, provider, query, foundCount, error }) => {
    const outcome = error === null ? `${foundCount} found` : `no answer: ${inertMarkdown(error)}`;
    return `- wave ${wave}, ${provider}: “${inertMarkdown(query)}”, ${outcome}`;
  });
  return [
    '## Source appendix',
    ...sources.map((source) => sourceText(source, state.findings)),
    ...(searched.length > 0 ? ['### Searches', searched.join('\n')] : []),
    ...(unreadable.length > 0
      ? [
          '### Not read',
          unreadable
            .map(({ url, reason }) => `- ${address(url)}: ${inertMarkdown(reason)}`)
            .join('\n'),
        ]
      : []),
    `${unreadCount} more were found and left unread.`,
  ];
}

function sourceText(source: Source, all: Finding[]): string {
  const isFrom = (quote: Quote) => quote.source === source.number;
  const cited = all.flatMap(({ quotes, disputedBy }) => [...quotes, ...disputedBy]).filter(isFrom);
  const rows: [string, string][] = [
    ['Address', address(source.url)],
    ['Found by', source.provider],
    ['Snapshot (SHA-256)', codeSpan(source.snapshotHash)],
    ['Quoted', `${new Set(cited.map(({ start }) => start)).size} times`],
  ];
  if (source.copyOf !== null) rows.push(['Copy of', `[${source.copyOf}]`]);
  if (source.summary !== null) rows.push(['Says most', `“${inertMarkdown(source.summary)}”`]);
  return `### [${source.number}] ${inertMarkdown(source.title)}\n\n${facts(rows)}`;
}

/** A link for the web; the team's own documents are named and lead nowhere. */
function address(url: string): string {
  return /^https?:\/\/[^\s<>]+$/.test(url) ? `<${url}>` : codeSpan(url);
}

function codeSpan(text: string): string {
  return `\`${text.replace(/[`\s]+/g, ' ')}\``;
}
