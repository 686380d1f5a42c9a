const NONCE_BYTES = 16;

const SHARED_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  // What is shown depends on who looks, and holds the token of their forms.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

export interface PageInit {
  status?: number;
  headers?: Record<string, string>;
}

/**
 * Sends a whole document. `nonce` is fresh for every answer: only the scripts that carry it run, so
 * markup that slipped in unescaped could still run nothing.
 */
export async function page(
  render: (nonce: string) => string | Promise<string>,
  init: PageInit = {},
): Promise<Response> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES)).toBase64();
  const html = await render(nonce);
  return answer(`<!doctype html>${html}`, `${SHARED_POLICY}; script-src 'nonce-${nonce}'`, init);
}

/** Sends a part of a page, which htmx puts into it. It can hold no scripts. */
export async function fragment(
  html: string | Promise<string>,
  init: PageInit = {},
): Promise<Response> {
  return answer(await html, SHARED_POLICY, init);
}

function answer(body: string, policy: string, { status = 200, headers = {} }: PageInit): Response {
  return new Response(body, {
    status,
    headers: { ...HEADERS, 'content-security-policy': policy, ...headers },
  });
}
