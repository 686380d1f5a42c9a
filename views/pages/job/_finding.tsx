import type { Finding, Quote, Source } from '../../../src/research/types';
import { quotePath } from './words';

interface FindingProps {
  jobId: string;
  finding: Finding;
  sources: Source[];
}

export function FindingArticle({ jobId, finding, sources }: FindingProps) {
  const { text, status, confidence, quotes, disputedBy } = finding;
  return (
    <article class={['finding', status]} id={`finding-${finding.id}`}>
      <p safe>{text}</p>
      <p class="verdict" safe>{`${status}, confidence ${confidence.toFixed(2)}`}</p>
      {quotes.map((quote) => (
        <QuoteLink jobId={jobId} quote={quote} sources={sources} />
      ))}
      {disputedBy.length > 0 ? <p class="note">Disputed by</p> : null}
      {disputedBy.map((quote) => (
        <QuoteLink jobId={jobId} quote={quote} sources={sources} />
      ))}
    </article>
  );
}

interface QuoteProps {
  jobId: string;
  quote: Quote;
  sources: Source[];
}

/** Leads to the stored text, where the quote is marked. */
function QuoteLink({ jobId, quote, sources }: QuoteProps) {
  const title = sources.find((source) => source.number === quote.source)?.title ?? '';
  const page = quote.page === null ? '' : `, page ${quote.page}`;
  return (
    <blockquote>
      <p>
        <a class="quote" href={quotePath(jobId, quote)} safe>
          {`“${quote.text}”`}
        </a>
      </p>
      <cite safe>{`[${quote.source}] ${title}${page}`}</cite>
    </blockquote>
  );
}
