import { createAuth } from '../../src/accounts/auth';
import { createPasswords } from '../../src/accounts/password';
import { createAccounts } from '../../src/accounts/service';
import { createSessions } from '../../src/accounts/sessions';
import type { SignupPolicy } from '../../src/accounts/types';
import { createWebSessions } from '../../src/accounts/web-sessions';
import { createAudit } from '../../src/audit/service';
import { createHosts } from '../../src/hosts/service';
import { composeApp } from '../../src/http/app';
import { createRateLimiter } from '../../src/http/limits';
import { listen } from '../../src/http/listen';
import { EventStreams } from '../../src/http/sse';
import { assert } from '../../src/lib/assert';
import { sha256Hex } from '../../src/lib/ids';
import { createLibrary } from '../../src/library/service';
import { createMail } from '../../src/mail/service';
import { initialState } from '../../src/research/initial-state';
import { researchStore } from '../../src/research/store';
import type { ResearchState } from '../../src/research/types';
import { createUserJobs } from '../../src/research/user-jobs';
import { adminPages } from '../../src/web/admin/routes';
import { appPages } from '../../src/web/app/routes';
import { createCookies } from '../../src/web/cookies';
import { createErrorPages } from '../../src/web/errors';
import { recoveryRoutes } from '../../src/web/recovery';
import { createBrowsers } from '../../src/web/session';
import { signInRoutes } from '../../src/web/sign-in';
import { signUpRoutes } from '../../src/web/sign-up';
import { recordingLog } from './log';
import { openResearch, question } from './research';
import { snapshotOf } from './snapshot';

const ORIGIN = 'https://sonde.example.com';
const NOW_MS = Date.UTC(2026, 0, 15);
const PASSWORD_MIN_LENGTH = 8;

/** Fast: how passwords are hashed is tested elsewhere. */
const hasher = {
  hash: async (password: string) => `hash of ${password}`,
  verify: async (password: string, hash: string) => hash === `hash of ${password}`,
  dummyHash: 'hash of what nobody types',
};

export type WebWorld = Awaited<ReturnType<typeof openWeb>>;

/** The pages of sign-in and of the dashboard over a real file, and nobody who performs the jobs. */
export async function openWeb(
  options: { signup?: SignupPolicy; baseUrl?: string; signInsPerMinute?: number } = {},
) {
  const { signup = 'open', baseUrl = ORIGIN, signInsPerMinute: perMinute = 1_000 } = options;
  const world = await openResearch(NOW_MS);
  const log = recordingLog();
  const mail = createMail(world);
  const passwords = createPasswords({ hasher });
  const shared = { ...world, mail, passwords, sessions: createSessions(world) };
  const auth = createAuth({ ...shared, signup, baseUrl });
  const accounts = createAccounts(shared);
  const webSessions = createWebSessions(world);
  const browsers = createBrowsers({
    webSessions,
    cookies: createCookies(baseUrl),
    chance: world.chance,
    baseUrl,
  });
  const streams = new EventStreams(world.clock);
  const hosts = createHosts({
    ...world,
    log,
    checkDestination: async (url) => url,
    drive: () => ({ stop: async () => {} }),
    options: { operatorSharePercent: 10, openRegistration: false, maxPriceUsd: 1 },
  });
  // Not started: its watch would go round for each quarter of a second that a test skips.
  await hosts.load();
  const pages = {
    ...world,
    auth,
    accounts,
    audit: createAudit(world),
    browsers,
    hosts,
    userJobs: createUserJobs(world),
    streams,
    baseUrl,
    passwordMinLength: PASSWORD_MIN_LENGTH,
    hasGoogle: false,
    limiter: createRateLimiter({ clock: world.clock, perMinute }),
  };
  const app = composeApp({
    log,
    errorPage: createErrorPages(browsers),
    routes: [
      signInRoutes(pages),
      signUpRoutes({ ...pages, signup, sendsMail: false }),
      recoveryRoutes(pages),
      ...appPages(pages),
      ...adminPages(pages),
    ],
  });
  return {
    ...pages,
    log,
    mail,
    webSessions,
    handle: (request: Request): Promise<Response> => app.handle(request),
    /** On a real connection: only there has a request an address. */
    listen: () => listen(app, { host: '127.0.0.1', port: 0 }),
    browser: () => new TestBrowser((request) => app.handle(request), baseUrl),
    /** One whose requests go over a real connection, to what listens at this address. */
    connectedBrowser: (url: string) =>
      new TestBrowser(async (request) => {
        const { pathname, search } = new URL(request.url);
        const { method, headers } = request;
        const body = method === 'GET' ? null : await request.text();
        return fetch(url + pathname + search, { method, headers, body, redirect: 'manual' });
      }, baseUrl),
    /** A job that has ended with this state, over texts that are stored. */
    async addJob(
      userId: string,
      texts: string[],
      stateOf: (hashes: string[]) => Partial<ResearchState>,
    ) {
      const asked = { ...question, question: 'How long is the bridge?' };
      const { id } = await world.research.submit({ userId, key: null }, asked);
      const hashes = texts.map(sha256Hex);
      const state = { ...initialState, stopReason: 'complete', ...stateOf(hashes) };
      const library = createLibrary({
        ...world,
        parse: () => Promise.reject(new Error('nothing is parsed here')),
        fetch: { get: () => Promise.reject(new Error('nothing is fetched here')) },
        search: async () => [],
        chunk: async () => [],
        limits: { maxDocumentBytes: 1_000 },
      });
      const store = world.db.bind(researchStore);
      const packed = await Promise.all(texts.map((text) => library.packSnapshot(snapshotOf(text))));
      await world.db.write(async (tx) => {
        for (const snapshot of packed) await library.putSnapshot(tx, snapshot);
        const checkpoint = JSON.stringify(state);
        await store.within(tx).checkpoint({ jobId: id, checkpoint, waveCount: 1, sourceCount: 1 });
      });
      await world.finish(50);
      return id;
    },
    async close() {
      streams.closeAll();
      await hosts.stop();
      await world.file.close();
    },
  };
}

export interface Page {
  status: number;
  headers: Headers;
  html: string;
  location: string | null;
}

/** A browser without scripts: keeps cookies, and sends forms as the page holds them. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  #handle: (request: Request) => Promise<Response>;
  #origin: string;

  constructor(handle: (request: Request) => Promise<Response>, origin: string) {
    this.#handle = handle;
    this.#origin = origin;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send('GET', path, headers);
  }

  /** Sends the fields as they are, to tell what is missing. */
  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const site = { 'sec-fetch-site': 'same-origin' };
    const body = new URLSearchParams(fields).toString();
    return this.#send('POST', path, { ...site, ...type, ...headers }, body);
  }

  /** Loads the page and sends its form with this action, with the fields that are typed. */
  async submit(path: string, action: string, fields: Record<string, string> = {}) {
    const { html } = await this.get(path);
    return this.post(action, { ...hiddenFields(html, action), ...fields });
  }

  async #send(method: string, path: string, headers: Record<string, string>, body?: string) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await this.#handle(
      new Request(this.#origin + path, {
        method,
        headers: { accept: 'text/html', host: new URL(this.#origin).host, cookie, ...headers },
        ...(body === undefined ? {} : { body }),
      }),
    );
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return {
      status: answer.status,
      headers: answer.headers,
      html: await answer.text(),
      location: answer.headers.get('location'),
    };
  }
}

/** What the form with this action would send by itself. */
export function hiddenFields(html: string, action: string): Record<string, string> {
  const forms = html
    .split('<form')
    .slice(1)
    .map((form) => form.split('</form>')[0] ?? '');
  const form = forms.find((each) => each.includes(`action="${action}"`));
  assert(form, `the page has a form for ${action}`);
  const fields: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(tag)?.[1];
    if (name) fields[name] = /value="([^"]*)"/.exec(tag)?.[1] ?? '';
  }
  return fields;
}
