export interface NewMail {
  /** One address, checked by whoever took it in. */
  to: string;
  subject: string;
  text: string;
  html?: string;
}

/**
 * `unsent`: it waits for its turn, or stays because no mail server is configured.
 * `failed`: a mail server refused it for good, or none took it in all the attempts.
 */
export type MailState = 'unsent' | 'sent' | 'failed';

/** A message of the outbox. */
export interface OutboxMessage {
  id: string;
  recipient: string;
  subject: string;
  /** Null once it is sent: it may hold a link that lets its reader in. */
  text: string | null;
  html: string | null;
  state: MailState;
  error: string | null;
  createdMs: number;
  endedMs: number | null;
}

/** What a mail server made of a message: a failure is data, for the queue to act on. */
export type Delivery =
  | { outcome: 'accepted' }
  /** For good: the same message would be refused again. */
  | { outcome: 'refused'; error: string }
  /** Not now: unreachable, busy, or not letting us in. */
  | { outcome: 'deferred'; error: string };

/** The way out for messages. Never rejects. */
export interface MailTransport {
  deliver(
    message: Pick<OutboxMessage, 'id' | 'recipient' | 'subject' | 'html'> & { text: string },
  ): Promise<Delivery>;
}
