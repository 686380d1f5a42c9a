import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Fault } from '../../lib/fault';

/** Who this host is at its server. The key is a secret. */
export interface HostState {
  server: string;
  hostId: string;
  key: string;
}

const STATE = Type.Object({
  server: Type.String(),
  host_id: Type.String(),
  api_key: Type.String(),
});

const ONLY_OWNER = 0o600;
const ONLY_OWNER_FOLDER = 0o700;

/** Null when there is none yet. Throws Fault `invalid_request` (field `state`) for a file that is
 * something else, or of another server. */
export async function readState(path: string, server: string): Promise<HostState | null> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null;
    throw refused(`${path} cannot be read`, cause);
  });
  if (text === null) return null;
  const state = parsed(text);
  if (!Value.Check(STATE, state)) throw refused(`${path} is no state file of a host`);
  if (state.server !== server) throw refused(`${path} is of a host at ${state.server}`);
  return { server, hostId: state.host_id, key: state.api_key };
}

/** As a whole or not at all, and for its owner alone. */
export async function writeState(path: string, state: HostState): Promise<void> {
  const { server, hostId, key } = state;
  const text = `${JSON.stringify({ server, host_id: hostId, api_key: key }, null, 2)}\n`;
  const draft = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: ONLY_OWNER_FOLDER });
    await writeFile(draft, text, { mode: ONLY_OWNER });
    // A draft that was there already keeps the mode it had.
    await chmod(draft, ONLY_OWNER);
    await rename(draft, path);
  } catch (cause) {
    throw refused(`${path} cannot be written`, cause);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function refused(what: string, cause?: unknown): Fault {
  return new Fault('invalid_request', `${what}: choose another with --state`, {
    field: 'state',
    cause,
  });
}
