import { Fault } from '../lib/fault';

const MAX_LENGTH = 100;

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
