import type { ResearchResult } from '../api/infrence/present';
import { line, note, printableText, shortened } from './output';

const QUOTE_LENGTH = 160;

/** A result for people: the brief, the sources it cites, what it rests on, and how to check it. */
export function printAnswer(result: ResearchResult): void {
  if (result.brief) line(printableText(result.brief));
  else line(`No result yet: the job is ${result.status}.`);
  if (result.typed && Object.keys(result.typed).length > 0) {
    line(`\nTyped answer\n  ${printableText(JSON.stringify(result.typed))}`);
  }
  printSources(result);
  printQuotes(result);
  const failed = result.providers.filter((provider) => provider.error !== null);
  for (const provider of failed) note(`\n${provider.name} did not answer: ${provider.error}`);
  for (const { url, reason } of result.unreadable) note(`Not read: ${url}: ${reason}`);
  if (result.error) note(`\n${result.error}`);
  line(`\n${summary(result)}\nCheck every quote: sonde verify ${result.id}`);
}

function printSources(result: ResearchResult): void {
  const cited = new Set(
    result.findings.flatMap((finding) =>
      [...finding.quotes, ...finding.disputed_by].map((quote) => quote.source),
    ),
  );
  const sources = result.sources.filter((source) => cited.has(source.number));
  if (sources.length === 0) return;
  line('\nSources');
  for (const source of sources) {
    const copy = source.copy_of === null ? '' : ` (copy of [${source.copy_of}])`;
    line(printableText(`  [${source.number}] ${source.title}${copy}\n      ${source.url}`));
  }
}

function printQuotes(result: ResearchResult): void {
  if (result.findings.length === 0) return;
  line('\nFindings');
  for (const finding of result.findings) {
    line(
      printableText(
        `  ${finding.status.padEnd(11)} ${finding.confidence.toFixed(2)}  ${shortened(finding.text, QUOTE_LENGTH)}`,
      ),
    );
  }
}

function summary(result: ResearchResult): string {
  const seconds =
    result.latency_ms === null ? '' : ` in ${(result.latency_ms / 1_000).toFixed(1)} s`;
  return `${result.status}${seconds}: ${result.sources.length} sources read, ${result.findings.length} findings, ${result.credits_charged} credits`;
}
