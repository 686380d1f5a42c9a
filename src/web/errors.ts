import { ErrorPage } from '../../views/pages/error/show';
import type { Problem } from '../http/errors';
import { page } from './page';
import { type Browsers, SignInNeeded } from './session';

/**
 * What a browser shows when an answer failed: the same words and status as a program is told. Who
 * has to sign in first is led to where they can. Undefined for who asked for no page.
 */
export function createErrorPages({ viewerOf }: Pick<Browsers, 'viewerOf'>) {
  return async (
    request: Request,
    error: unknown,
    problem: Response,
  ): Promise<Response | undefined> => {
    if (!request.headers.get('accept')?.includes('text/html')) return undefined;
    if (error instanceof SignInNeeded) return toSignIn(request, error.next);
    const { status, detail } = (await problem.clone().json()) as Problem;
    // Who looks is told as ever, unless that is just what failed.
    const viewer = status === 500 ? null : await viewerOf(request);
    const headers = pick(problem.headers, 'retry-after');
    return page((nonce) => ErrorPage({ nonce, viewer, status, message: detail }), {
      status,
      headers,
    });
  };
}

function toSignIn(request: Request, next: string): Response {
  const location = `/login?next=${encodeURIComponent(next)}`;
  // A script would follow a redirect and put the page for signing in into a part of this one.
  if (request.headers.get('hx-request') === 'true')
    return new Response(null, { status: 204, headers: { 'hx-redirect': location } });
  return new Response(null, { status: 303, headers: { location } });
}

function pick(headers: Headers, name: string): Record<string, string> {
  const value = headers.get(name);
  return value === null ? {} : { [name]: value };
}
