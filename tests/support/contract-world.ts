import { EXAMPLES, seedUser, sondeJson, startServer } from './binary';
import { type Client, clientOf } from './client';
import type { NamedOperation } from './openapi';
import { hang, startSite } from './site';
import { until } from './until';

const PASSWORD = 'correct horse';
export const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';
/** An id that nobody and nothing has. */
export const NOBODY = '00000000-0000-7000-8000-000000000000';

export type Role =
  | 'nobody'
  | 'ada'
  | 'bob'
  | 'admin'
  | 'adaKey'
  | 'bobKey'
  | 'adminKey'
  | 'hostKey';
export type World = Awaited<ReturnType<typeof openWorld>>;

/** A running server, a user Ada who has one of everything, a user Bob, and an admin. */
export async function openWorld() {
  const slow = startSite({ '/slow': hang });
  const server = await startServer({ env: { SONDE_FETCH_ALLOW: '127.0.0.0/8' } });
  const { url, data } = server;
  const [ada, bob, admin] = await Promise.all([
    seedUser(data),
    seedUser(data, { email: 'bob@example.com' }),
    seedUser(data, { email: 'root@example.com', admin: true }),
  ]);
  await sondeJson(['library', 'add', EXAMPLES, '--user', ada.email], { data });
  const signIn = async ({ email }: { email: string }) => {
    const { json } = await clientOf(url, null).post('/api/auth/login', {
      email,
      password: PASSWORD,
    });
    return clientOf(url, json.access_token);
  };
  /** One that asks for its jobs, and never gets any: nobody asks for its model. */
  const host = await clientOf(url, ada.key).post('/hosts/register', {
    gpu: 'none',
    models: ['nobody/asks'],
    price_per_token: 0,
    backend: 'ollama',
  });
  const clients: Record<Role, Client> = {
    nobody: clientOf(url, null),
    ada: await signIn(ada),
    bob: await signIn(bob),
    admin: await signIn(admin),
    adaKey: clientOf(url, ada.key),
    bobKey: clientOf(url, bob.key),
    adminKey: clientOf(url, admin.key),
    hostKey: clientOf(url, host.json.api_key),
  };
  const done = await clients.adaKey.research({ question: TURBINES, mode: 'lite' });
  const [document] = (await clients.adaKey.get('/v1/library')).json;
  await clients.ada.post('/api/support', {
    category: 'bug',
    subject: 'A fault',
    body: 'It fails.',
  });
  const [ticket] = (await clients.admin.get('/api/admin/tickets')).json;
  return {
    server,
    users: { ada, bob, admin },
    password: PASSWORD,
    clients,
    hostId: host.json.host_id as string,
    jobId: done.json.id as string,
    ticketId: ticket.id as string,
    documentId: document.id as string,
    /** A job that goes on until it is canceled. */
    async startJob(): Promise<string> {
      const asked = slow.asked.length;
      const { json } = await clients.adaKey.research({
        question: 'What is it that never comes?',
        mode: 'pro',
        sources: [{ url: `${slow.url}/slow` }],
        search: { library: false, web: false },
      });
      await until('the slow page is asked for', () => slow.asked.length > asked);
      return json.id;
    },
    async makeKey(): Promise<string> {
      return (await clients.ada.post('/api/keys', {})).json.id;
    },
    /** The token of the newest link that was mailed to the address. */
    mailedToken(email: string): Promise<string> {
      return until(`a link is mailed to ${email}`, async () => {
        const outbox: { to: string; text: string | null }[] = await sondeJson(['mail', 'list'], {
          data,
        });
        const text = outbox.find((message) => message.to === email)?.text;
        return /token=([\w-]+)/.exec(text ?? '')?.[1];
      });
    },
  };
}

/** Who may call an operation, as its description says. */
export function callerOf({ path, security }: NamedOperation): Role {
  if (!security) return 'nobody';
  if ('bearer_api_key' in security[0]!) return 'adaKey';
  if ('host_key' in security[0]!) return 'hostKey';
  return /^(?:\/api)?\/admin\//.test(path) ? 'admin' : 'ada';
}
