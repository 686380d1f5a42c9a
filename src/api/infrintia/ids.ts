import { notFound } from '../../http/validate';
import { isUuid } from '../../lib/ids';

type Noun = 'job' | 'host' | 'user';

/** What an id begins with in this dialect: it is the same id without. */
const PREFIX: Record<Noun, string> = { job: 'job_', host: 'host_', user: 'usr_' };

export function shownId(noun: Noun, id: string): string {
  return PREFIX[noun] + id;
}

/** The id, whether it is sent with its prefix or without. */
export function bareId(noun: Noun, shown: string): string {
  return shown.startsWith(PREFIX[noun]) ? shown.slice(PREFIX[noun].length) : shown;
}

/** As `bareId`. What cannot be an id is not there: throws Fault `not_found`. */
export function knownBareId(noun: Noun, shown: string): string {
  const id = bareId(noun, shown);
  if (isUuid(id)) return id;
  throw notFound(shown, noun);
}
