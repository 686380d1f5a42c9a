import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../lib/fault';

/** A file to add, or why it cannot be: one bad path never stops the rest. */
export type ImportEntry = { path: string; bytes: Uint8Array } | { path: string; fault: Fault };

export interface ImportLimits {
  maxDocumentBytes: number;
  maxFiles?: number;
  maxDepth?: number;
}

const MAX_FILES = 100_000;
const MAX_DEPTH = 32;
const SKIPPED_FOLDERS = new Set(['node_modules']);

interface Place {
  path: string;
  depth: number;
}

/**
 * The files at `paths`, folders with all that lies in them, in the order of their names. Names
 * with a leading dot and `node_modules` are skipped inside folders; what was named is always read.
 * Links are followed, each folder once, so that a loop ends. Bytes are read one file at a time.
 */
export async function* expandPaths(
  paths: string[],
  limits: ImportLimits,
): AsyncGenerator<ImportEntry> {
  const maxFiles = limits.maxFiles ?? MAX_FILES;
  const maxDepth = limits.maxDepth ?? MAX_DEPTH;
  const pending: Place[] = paths.map((path) => ({ path, depth: 0 })).reverse();
  const seenFolders = new Set<string>();
  let fileCount = 0;
  for (let place = pending.pop(); place; place = pending.pop()) {
    const { path, depth } = place;
    const kind = await kindOf(path);
    if (kind instanceof Fault) {
      yield { path, fault: kind };
    } else if (kind === 'folder') {
      if (depth > maxDepth) {
        yield {
          path,
          fault: tooMuch(`${path} lies over ${maxDepth} folders deep: import it by itself`),
        };
        continue;
      }
      const listed = await namesIn(path, seenFolders);
      if (listed instanceof Fault) yield { path, fault: listed };
      else pending.push(...listed.map((name) => ({ path: join(path, name), depth: depth + 1 })));
    } else {
      if (++fileCount > maxFiles) {
        yield {
          path,
          fault: tooMuch(`there are over ${maxFiles} files: import the rest by itself`),
        };
        return;
      }
      yield await readEntry(path, limits.maxDocumentBytes);
    }
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | Fault> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) return 'folder';
    if (status.isFile()) return 'file';
    return new Fault('unsupported_media', `${path} is neither a file nor a folder`);
  } catch (cause) {
    return unreadable(path, cause);
  }
}

/** In reverse, as the places still to visit are a stack; empty for a folder that was seen before. */
async function namesIn(path: string, seenFolders: Set<string>): Promise<string[] | Fault> {
  try {
    const real = await realpath(path);
    if (seenFolders.has(real)) return [];
    seenFolders.add(real);
    const names = await readdir(path);
    return names
      .filter((name) => !name.startsWith('.') && !SKIPPED_FOLDERS.has(name))
      .sort()
      .reverse();
  } catch (cause) {
    return unreadable(path, cause);
  }
}

async function readEntry(path: string, maxBytes: number): Promise<ImportEntry> {
  try {
    // Asked before it is read: a disk image in the folder must not fill the memory.
    const { size } = await stat(path);
    if (size > maxBytes) {
      const message = `${path} has ${size} bytes and at most ${maxBytes} are allowed: split it`;
      return { path, fault: new Fault('too_large', message) };
    }
    return { path, bytes: new Uint8Array(await readFile(path)) };
  } catch (cause) {
    return { path, fault: unreadable(path, cause) };
  }
}

function tooMuch(message: string): Fault {
  return new Fault('too_large', message);
}

function unreadable(path: string, cause: unknown): Fault {
  const code = (cause as { code?: string } | null)?.code;
  if (code === 'ENOENT') return new Fault('not_found', `${path} does not exist`, { cause });
  if (code === 'EACCES' || code === 'EPERM') {
    return new Fault('forbidden', `${path} may not be read: check its permissions`, { cause });
  }
  return new Fault('unprocessable', `${path} cannot be read (${code ?? 'unknown error'})`, {
    cause,
  });
}
