import { Fault } from '../lib/fault';

const MAX_LENGTH = 100;
/** Without `@`, so that no name is anybody's address, and without `:`, which ends it in Basic. */
const USERNAME = /^[A-Za-z0-9._-]{3,32}$/;

/** Throws Fault `invalid_request` for a name that is too long or could forge a line elsewhere. */
export function checkedName(raw: string, field: 'first_name' | 'last_name'): string {
  const name = raw.trim().normalize('NFC');
  if (name.length > MAX_LENGTH || /\p{Cc}/u.test(name)) {
    throw new Fault(
      'invalid_request',
      `${field} must have at most ${MAX_LENGTH} characters, none of them a control character`,
      { field },
    );
  }
  return name;
}

/** Throws Fault `invalid_request`. */
export function checkedUsername(raw: string): string {
  if (USERNAME.test(raw)) return raw;
  throw new Fault(
    'invalid_request',
    'username must have 3 to 32 characters, each a letter, a digit, a dot, _ or -',
    { field: 'username' },
  );
}
