import { createAuth } from '../../src/accounts/auth';
import { createPasswords } from '../../src/accounts/password';
import { createAccounts } from '../../src/accounts/service';
import { createSessions } from '../../src/accounts/sessions';
import type { SignupPolicy } from '../../src/accounts/types';
import { createHealth } from '../../src/api/health';
import { healthRoutes } from '../../src/api/health-routes';
import { infrintiaRoutes } from '../../src/api/infrintia/routes';
import { infrintiaModels } from '../../src/api/infrintia/schemas';
import { jobRoutes } from '../../src/api/jobs';
import { jobModels } from '../../src/api/research2llm/schemas';
import { createAudit } from '../../src/audit/service';
import { createHosts } from '../../src/hosts/service';
import { composeApp } from '../../src/http/app';
import { createRateLimiter } from '../../src/http/limits';
import { listen } from '../../src/http/listen';
import { describeApi } from '../../src/http/openapi';
import { EventStreams } from '../../src/http/sse';
import { assert } from '../../src/lib/assert';
import { createMail } from '../../src/mail/service';
import { createUserJobs } from '../../src/research/user-jobs';
import { type Answer, clientOf } from './client';
import { recordingLog } from './log';
import { openResearch, question } from './research';

const NOW_MS = Date.UTC(2026, 2, 10, 12);
export const PASSWORD = 'correct horse';
export const LLAMA = 'meta-llama/Llama-3-8B-Instruct';

/** Counts what the real one would take 40 ms of a core for. */
function countingHasher() {
  const counts = { verify: 0 };
  return {
    counts,
    hash: async (password: string) => `hash of ${password}`,
    async verify(password: string, hash: string) {
      counts.verify += 1;
      return hash === `hash of ${password}`;
    },
    dummyHash: 'hash of what nobody types',
  };
}

export type InfrintiaWorld = Awaited<ReturnType<typeof openInfrintia>>;

/** The dialect over real HTTP, a real file and the real pool, at a clock that stands still. */
export async function openInfrintia(
  options: { signup?: SignupPolicy; perMinute?: number; openRegistration?: boolean } = {},
) {
  const { signup = 'open', perMinute = 1_000, openRegistration = false } = options;
  const world = await openResearch(NOW_MS);
  const { clock, db } = world;
  const log = recordingLog();
  const hasher = countingHasher();
  const mail = createMail(world);
  const passwords = createPasswords({ hasher });
  const parts = { ...world, log, mail, passwords, sessions: createSessions(world) };
  const auth = createAuth({ ...parts, signup, baseUrl: 'https://sonde.example.com' });
  const accounts = createAccounts(parts);
  const hosts = createHosts({
    ...parts,
    checkDestination: async (url) => url,
    drive: () => ({ stop: async () => {} }),
    options: { operatorSharePercent: 10, openRegistration, maxPriceUsd: 1 },
  });
  await hosts.start();
  const deps = {
    ...parts,
    auth,
    accounts,
    hosts,
    audit: createAudit(world),
    userJobs: createUserJobs(world),
    streams: new EventStreams(clock),
    limiter: createRateLimiter({ clock, perMinute }),
    defaultLanguage: 'en',
    home: {
      page: async () =>
        new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }),
      docsUrl: () => 'https://sonde.example.com/docs',
    },
  };
  const routes = () => [
    jobRoutes(deps),
    ...infrintiaRoutes(deps),
    healthRoutes(createHealth({ ...deps, version: '0' })),
  ];
  const listening = listen(composeApp({ log, routes: routes() }), { host: '127.0.0.1', port: 0 });
  const { url } = listening;
  const nobody = clientOf(url, null);

  /** Whoever sends this with each request. */
  function as(authorization: string) {
    const { send } = nobody;
    const call =
      (method: string) =>
      (path: string, body?: unknown, more: object = {}) =>
        send(method, path, body, { authorization, ...more });
    const read = call('GET');
    return {
      authorization,
      get: (path: string, headers: object = {}): Promise<Answer> => read(path, undefined, headers),
      post: call('POST'),
      put: call('PUT'),
      delete: call('DELETE'),
    };
  }
  const basic = (name: string, password = PASSWORD) =>
    as(`Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`);
  const bearer = (token: string) => as(`Bearer ${token}`);

  /** Registers a host; what is not said is one that is free of charge, by a join token. */
  async function addHost(more: Record<string, unknown> = {}) {
    const join_token = await hosts.registry.createJoinToken({ lifeMs: 60_000, uses: 1 });
    const body = {
      gpu: 'NVIDIA A100 80GB',
      models: [LLAMA],
      price_per_token: 0.0001,
      backend: 'vllm',
      join_token,
      ...more,
    };
    const { json, status } = await nobody.post('/hosts/register', body);
    assert(status === 201, `the host is registered, and not ${JSON.stringify(json)}`);
    return { ...bearer(json.api_key), id: json.host_id as string, key: json.api_key as string };
  }

  return {
    ...deps,
    hasher,
    log,
    url,
    nobody,
    as,
    basic,
    bearer,
    addHost,
    /** Signs up; credits are the Free plan's. */
    async addMember(username: string) {
      const account = { username, email: `${username}@example.com`, password: PASSWORD };
      const { json } = await nobody.post('/users', account);
      const id = (json.user_id as string).replace('usr_', '');
      const { plaintext } = await world.keys.create({ userId: id, name: 'test' });
      return { id, basic: basic(username), key: bearer(plaintext) };
    },
    async addAdmin() {
      const email = 'root@example.com';
      const admin = await accounts.create({ email, password: PASSWORD, role: 'admin' });
      const { accessToken } = await auth.login({ email, password: PASSWORD });
      return { id: admin.id, basic: basic(email), token: bearer(accessToken) };
    },
    /** A research job of the user, queued. */
    async askResearch(userId: string, keyId: string | null = null): Promise<string> {
      const key = keyId === null ? null : { id: keyId, isCapped: false };
      return (await world.research.submit({ userId, key }, question)).id;
    },
    /** The description of these routes, as the server gives it. */
    async describe() {
      return JSON.parse(
        await describeApi({
          routes: [],
          models: {},
          additions: { routes: routes(), models: { ...jobModels, ...infrintiaModels } },
          version: '0',
        }),
      );
    },
    async close() {
      deps.streams.closeAll();
      await hosts.stop();
      await listening.stop(0);
      await db.close();
      await world.file.close();
    },
  };
}

/** The lines of a stream that are events, in order. */
export function framesOf(text: string): { id?: number; event?: string; data: string }[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '' && !block.startsWith(':'))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
      const [id, event] = [field('id'), field('event')];
      return {
        ...(id === undefined ? {} : { id: Number(id) }),
        ...(event === undefined ? {} : { event }),
        data: field('data') ?? '',
      };
    });
}

export const lines = (from: number, deltas: string[]) =>
  deltas.map((delta, index) => JSON.stringify({ seq: from + index, delta })).join('\n');
