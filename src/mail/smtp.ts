import { Fault } from '../lib/fault';
import type { Delivery, MailTransport } from './types';

const CONNECT_TIMEOUT_MS = 10_000;
const SILENCE_TIMEOUT_MS = 30_000;
/** RFC 5321: a reply of 5xx is final. */
const FINAL_REPLY = 500;
/** What is refused is the message. A log-in that is refused the operator can mend while it waits. */
const ABOUT_THE_MESSAGE = ['EENVELOPE', 'EMESSAGE'];

/**
 * `url`: `smtp://user:password@host:587`, or `smtps://` for TLS from the first byte. A server that
 * offers STARTTLS is held to it. Throws Fault `invalid_request` for another kind of address.
 */
export function createSmtpTransport({ url, from }: { url: string; from: string }): MailTransport {
  if (!URL.canParse(url) || !['smtp:', 'smtps:'].includes(new URL(url).protocol)) {
    throw new Fault(
      'invalid_request',
      'SONDE_SMTP_URL must look like smtp://user:password@host:587 or smtps://host',
      { field: 'SONDE_SMTP_URL' },
    );
  }
  let connecting: ReturnType<typeof connect> | undefined;
  return {
    async deliver({ id, recipient, subject, text, html }) {
      try {
        connecting ??= connect(url);
        await (await connecting).sendMail({
          from,
          // As an object it is one address, whatever characters it has.
          to: { name: '', address: recipient },
          subject,
          text,
          ...(html === null ? {} : { html }),
          // The same at every attempt, so that a message that arrives twice can be told.
          messageId: `<${id}@sonde>`,
        });
        return { outcome: 'accepted' };
      } catch (cause) {
        return deliveryFailure(cause);
      }
    },
  };
}

/** The library is loaded with the first mail: it would double the time that the server starts in. */
async function connect(url: string) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    url,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    greetingTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: SILENCE_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function deliveryFailure(cause: unknown): Delivery {
  const { responseCode, code, message } = cause as {
    responseCode?: number;
    code?: string;
    message?: string;
  };
  const error = (message ?? String(cause)).replace(/\s+/g, ' ').slice(0, 500);
  const isFinal =
    responseCode !== undefined &&
    responseCode >= FINAL_REPLY &&
    ABOUT_THE_MESSAGE.includes(code ?? '');
  return { outcome: isFinal ? 'refused' : 'deferred', error };
}
