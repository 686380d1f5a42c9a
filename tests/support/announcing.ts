import { createAnnounce } from '../../src/api/announce';
import { createMail, type MailDeps } from '../../src/mail/service';
import { createDestinationCheck, type DestinationCheckDeps } from '../../src/net/destination';
import { createWebhooks } from '../../src/webhooks/service';

/** Webhooks that are taken in and never sent: nothing of a test's queue makes their tries. */
export function openAnnouncing(ports: MailDeps, check: Partial<DestinationCheckDeps> = {}) {
  const { clock } = ports;
  const webhooks = createWebhooks({
    ...ports,
    mail: createMail(ports),
    post: { post: () => Promise.reject(new Error('nothing is sent here')) },
    checkDestination: createDestinationCheck({ clock, allow: [], ...check }),
  });
  return { webhooks, announce: createAnnounce(webhooks) };
}
