import type { Viewer as LayoutViewer } from '../../views/layout';
import type { SessionOwner, WebUser } from '../accounts/types';
import type { WebSessions } from '../accounts/web-sessions';
import { Fault } from '../lib/fault';
import type { Chance } from '../lib/ids';
import type { Cookies } from './cookies';
import { expectSameOrigin, type FormFields, isSameToken, readFields } from './form';

const SESSION_COOKIE = 'sonde_session';
const FORM_COOKIE = 'sonde_form';
const GUEST_BYTES = 32;
const GUEST_SHAPE = /^[\w-]{43}$/;

/** Who is signed in, and the token that their forms carry. */
export interface Viewer extends WebUser, LayoutViewer {}

/** A form as it was sent, and who sent it: null for one that was filled in without a session. */
export interface Form {
  viewer: Viewer | null;
  form: FormFields;
}

/** What a form needs that is shown to somebody without a session. */
export interface GuestForm {
  csrfToken: string;
  /** For the answer that shows the form. */
  headers: Record<string, string>;
}

/** Thrown where only somebody who is signed in goes on. A browser is led to where they can. */
export class SignInNeeded extends Fault {
  /** Where they wanted to go: a local path. */
  readonly next: string;

  constructor(next: string) {
    super('unauthenticated', 'sign in to see this page');
    this.next = next;
  }
}

/** Browsers and their sessions, as pages see them. */
export interface Browsers {
  /** Asks once a request, however often it is called. */
  viewerOf(request: Request): Promise<Viewer | null>;
  /** Throws {@link SignInNeeded}. */
  requireViewer(request: Request): Promise<Viewer>;
  /** Reads a form of ours. Throws Fault `forbidden` unless a page of ours in the same browser sent
   * it, `too_large`, `unsupported_media`. */
  formOf(request: Request): Promise<Form>;
  /** As `formOf`. Throws {@link SignInNeeded} when its session is over. */
  requireForm(request: Request): Promise<{ viewer: Viewer; form: FormFields }>;
  guestForm(request: Request): Promise<GuestForm>;
  /** Begins a session under a new id, and ends the one that the browser had. */
  signIn(request: Request, owner: SessionOwner): Promise<Record<string, string>>;
  signOut(request: Request): Promise<Record<string, string>>;
}

export interface BrowserDeps {
  webSessions: WebSessions;
  cookies: Cookies;
  chance: Chance;
  /** Where users reach this server. */
  baseUrl: string;
}

export function createBrowsers(deps: BrowserDeps): Browsers {
  const { webSessions, cookies, chance, baseUrl } = deps;
  const known = new WeakMap<Request, Promise<Viewer | null>>();

  async function findViewer(request: Request): Promise<Viewer | null> {
    const session = cookies.read(request.headers, SESSION_COOKIE);
    const user = session === undefined ? undefined : await webSessions.find(session);
    if (session === undefined || !user) return null;
    return { ...user, csrfToken: await webSessions.formToken({ session }) };
  }

  function viewerOf(request: Request): Promise<Viewer | null> {
    const viewer = known.get(request) ?? findViewer(request);
    known.set(request, viewer);
    return viewer;
  }

  function guestOf(request: Request): string | undefined {
    const guest = cookies.read(request.headers, FORM_COOKIE);
    return guest !== undefined && GUEST_SHAPE.test(guest) ? guest : undefined;
  }

  async function formOf(request: Request): Promise<Form> {
    expectSameOrigin(request, baseUrl);
    const { csrf_token: given = '', ...form } = await readFields(request);
    const viewer = await viewerOf(request);
    if (viewer && isSameToken(given, viewer.csrfToken)) return { viewer, form };
    const guest = guestOf(request);
    if (guest && isSameToken(given, await webSessions.formToken({ guest })))
      return { viewer: null, form };
    throw new Fault(
      'forbidden',
      'this form is out of date: load its page again (cookies must be allowed), then send it',
    );
  }

  async function endSession(request: Request): Promise<void> {
    const session = cookies.read(request.headers, SESSION_COOKIE);
    if (session !== undefined) await webSessions.end(session);
  }

  return {
    viewerOf,
    async requireViewer(request) {
      const viewer = await viewerOf(request);
      if (!viewer) throw new SignInNeeded(pathOf(request));
      return viewer;
    },
    formOf,
    async requireForm(request) {
      if (!(await viewerOf(request))) throw new SignInNeeded(pathOf(request));
      const { viewer, form } = await formOf(request);
      if (!viewer) throw new SignInNeeded(pathOf(request));
      return { viewer, form };
    },
    async guestForm(request) {
      const guest = guestOf(request) ?? base64url(chance.bytes(GUEST_BYTES));
      const headers = { 'set-cookie': cookies.set(FORM_COOKIE, guest) };
      return { csrfToken: await webSessions.formToken({ guest }), headers };
    },
    async signIn(request, owner) {
      await endSession(request);
      return { 'set-cookie': cookies.set(SESSION_COOKIE, await webSessions.start(owner)) };
    },
    async signOut(request) {
      await endSession(request);
      return { 'set-cookie': cookies.clear(SESSION_COOKIE) };
    },
  };
}

/** What a form was sent to is no page to come back to. */
function pathOf(request: Request): string {
  if (request.method !== 'GET') return '/app';
  const { pathname, search } = new URL(request.url);
  return localPath(pathname + search);
}

/** The path, if it leads to a page of this server; otherwise the dashboard. Browsers take `//host`
 * and `/\host` for addresses of other servers, and leave out tabs and line feeds. */
export function localPath(raw: string | null | undefined): string {
  const isLocal = raw != null && raw.length <= 2_000 && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(raw);
  return isLocal ? raw : '/app';
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
