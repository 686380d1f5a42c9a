/** The address of a server that listens there, as it was configured. */
export function listenUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What a browser on this machine opens to reach it: a server on every address has none of its own. */
export function localUrl(host: string, port: number): string {
  return listenUrl(host === '0.0.0.0' || host === '::' ? 'localhost' : host, port);
}
