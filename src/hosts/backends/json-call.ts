import { BackendFault, passing } from './fault';
import { readJson } from './read';
import { opened, type StreamDeps } from './stream';
import { startWatch } from './watch';

export interface JsonCall {
  maxBytes: number;
  /** Sent by POST; a GET without. */
  json?: unknown;
}

/** Asks for what is answered in one JSON body. */
export async function askJson(
  { http, clock, patience, headers }: StreamDeps,
  url: string,
  caller: AbortSignal,
  { maxBytes, json }: JsonCall,
): Promise<unknown> {
  const watch = startWatch(clock, patience, caller);
  const { signal } = watch;
  try {
    const asking =
      json === undefined ? http.get(url, headers, signal) : http.post(url, json, headers, signal);
    const answer = await opened(asking, signal);
    return await readJson(answer.body, maxBytes, signal);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    if (thrown instanceof BackendFault) throw thrown;
    throw passing('The connection to the backend broke off.', thrown);
  } finally {
    watch.close();
  }
}
