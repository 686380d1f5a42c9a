import { Fault } from '../lib/fault';
import { LEAST_METERED_CREDITS, MAX_WALLCLOCK_SECONDS } from './modes';
import type { GivenSource, ResearchRequest } from './types';

const QUESTION_MIN_LENGTH = 3;
const QUESTION_MAX_LENGTH = 4_000;
const MAX_GIVEN_SOURCES = 50;
const GIVEN_TEXT_MAX_LENGTH = 500_000;
const MAX_CREDITS = 1_000_000;
const MAX_COST_USD_MICROS = 10_000_000_000;

/** Throws Fault `invalid_request` that names the field and the remedy. */
export async function checkRequest(request: ResearchRequest): Promise<void> {
  const length = request.question.trim().length;
  if (length < QUESTION_MIN_LENGTH || length > QUESTION_MAX_LENGTH) {
    throw invalid(
      'question',
      `question must have ${QUESTION_MIN_LENGTH} to ${QUESTION_MAX_LENGTH} characters, this one has ${length}`,
    );
  }
  checkCredits(request);
  const seconds = request.maxWallclockSeconds;
  if (seconds !== null && (seconds < 1 || seconds > MAX_WALLCLOCK_SECONDS)) {
    throw invalid(
      'max_wallclock_secs',
      `max_wallclock_secs must be from 1 to ${MAX_WALLCLOCK_SECONDS}`,
    );
  }
  if (request.sources.length > MAX_GIVEN_SOURCES) {
    throw invalid(
      'sources',
      `sources may name at most ${MAX_GIVEN_SOURCES}, this request names ${request.sources.length}`,
    );
  }
  for (const [index, source] of request.sources.entries()) checkSource(source, index);
  if (request.responseSchema !== null) {
    // Few requests have a schema, and its validator is slow to load.
    const { checkResponseSchema } = await import('./typed/schema');
    checkResponseSchema(request.responseSchema);
  }
}

function checkCredits(request: ResearchRequest): void {
  const credits = request.maxCredits;
  if (credits !== null && (!Number.isInteger(credits) || credits < 1 || credits > MAX_CREDITS)) {
    throw invalid('max_credits', `max_credits must be a whole number from 1 to ${MAX_CREDITS}`);
  }
  const cap = request.settings?.maxCostUsdMicros ?? null;
  if (cap !== null && (!Number.isSafeInteger(cap) || cap < 1 || cap > MAX_COST_USD_MICROS)) {
    throw invalid('max_cost_usd', 'max_cost_usd must be above 0 and at most 10000');
  }
  if (request.mode !== 'max') return;
  if (credits === null)
    throw invalid('max_credits', 'mode max needs max_credits: the most this job may cost');
  if (credits < LEAST_METERED_CREDITS) {
    throw invalid(
      'max_credits',
      `max_credits must be at least ${LEAST_METERED_CREDITS} in mode max: one source costs as much`,
    );
  }
}

function checkSource(source: GivenSource, index: number): void {
  const field = `sources/${index}`;
  if (source.kind === 'url') {
    const isWeb = URL.canParse(source.url) && /^https?:$/.test(new URL(source.url).protocol);
    if (!isWeb)
      throw invalid(
        field,
        `${field} is not an http or https address: "${source.url.slice(0, 100)}"`,
      );
  }
  if (source.kind === 'text') {
    if (source.text.trim() === '') throw invalid(field, `${field} is an empty text`);
    if (source.text.length > GIVEN_TEXT_MAX_LENGTH) {
      throw invalid(
        field,
        `${field} has over ${GIVEN_TEXT_MAX_LENGTH} characters: add it to the library instead`,
      );
    }
  }
}

function invalid(field: string, message: string): Fault {
  return new Fault('invalid_request', message, { field });
}
