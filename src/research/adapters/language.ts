import { Fault } from '../../lib/fault';

/** A language as the APIs name it. Throws Fault `invalid_request` for what is none. */
export function assertLanguage(language: string): void {
  if (/^[a-z]{2}$/.test(language)) return;
  throw new Fault('invalid_request', 'The language must be two letters, such as en.', {
    field: 'language',
  });
}

/** Where most who speak it live, as two letters: `US`, `DE`. Null when that is not known. */
export function countryOf(language: string): string | null {
  return new Intl.Locale(language).maximize().region ?? null;
}

/** `german`. Null for a language without an English name. */
export function englishNameOf(language: string): string | null {
  const name = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' }).of(language);
  return name?.toLowerCase() ?? null;
}
