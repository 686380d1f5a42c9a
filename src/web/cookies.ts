const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** The longest that browsers keep a cookie. Whether a session goes on is the server's word alone. */
const MAX_AGE_SECONDS = 400 * 24 * 3_600;

export interface Cookies {
  /** False where the server is reached by plain http from elsewhere: a browser would not keep secure
   * cookies there, so these travel as readable as the pages do. */
  isSecure: boolean;
  read(headers: Headers, name: string): string | undefined;
  /** A Set-Cookie line. */
  set(name: string, value: string): string;
  clear(name: string): string;
}

/**
 * `__Host-` cookies are kept over https alone, and can be set by no other host of the domain.
 * `baseUrl` is where users reach the server; browsers take a machine's own address for safe.
 */
export function createCookies(baseUrl: string): Cookies {
  const { protocol, hostname } = new URL(baseUrl);
  const isSecure = protocol === 'https:' || LOOPBACK.test(hostname);
  const prefix = isSecure ? '__Host-' : '';

  function line(name: string, value: string, maxAgeSeconds: number): string {
    const attributes = `Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax`;
    return `${prefix}${name}=${value}; ${attributes}${isSecure ? '; Secure' : ''}`;
  }

  return {
    isSecure,
    read(headers, name) {
      const start = `${prefix}${name}=`;
      const pairs = headers.get('cookie')?.split(';') ?? [];
      return pairs
        .map((pair) => pair.trim())
        .find((pair) => pair.startsWith(start))
        ?.slice(start.length);
    },
    set: (name, value) => line(name, value, MAX_AGE_SECONDS),
    clear: (name) => line(name, '', 0),
  };
}
