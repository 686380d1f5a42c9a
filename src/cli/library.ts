import type { Command } from 'commander';
import type { User } from '../accounts/types';
import { documentDto, libraryHitDto } from '../api/infrence/present';
import type { Core } from '../core';
import { Fault, publicMessage } from '../lib/fault';
import { expandPaths } from '../library/import';
import type { Document } from '../library/types';
import { addCommonFlags, type CommonFlags, userOf, wholeNumber, withCore } from './context';
import { errorLine, json, line, note, printableText, shortened, table } from './output';

const EXCERPT_LENGTH = 200;

/** What became of one path or URL: a broken one never stops the others. */
interface AddOutcome {
  path: string;
  document: Document | null;
  added: boolean;
  error: string | null;
}

interface AddFlags extends CommonFlags {
  user?: string;
  shared?: boolean;
}

export function addLibraryCommands(program: Command): void {
  const library = program.command('library').description("the team's documents");
  addCommonFlags(
    library
      .command('add <path|url...>')
      .description('add text, Markdown, HTML and PDF files, folders of them, or web pages')
      .option('--user <email>', 'whose documents')
      .option('--shared', 'visible to the whole team; the user must be an admin'),
  ).action(add);
  addCommonFlags(
    library
      .command('list')
      .description('list the documents a user may see, newest first')
      .option('--user <email>', 'who looks')
      .option('--limit <n>', 'at most so many', wholeNumber(1, 100_000), 1_000),
  ).action(list);
  addCommonFlags(
    library
      .command('remove <id>')
      .description('remove a document')
      .option('--user <email>', 'who removes it'),
  ).action(remove);
  addCommonFlags(
    library
      .command('search <query>')
      .description('search the documents a user may see')
      .option('--user <email>', 'who looks')
      .option('--limit <n>', 'at most so many', wholeNumber(1, 100), 10),
  ).action(search);
}

async function add(paths: string[], flags: AddFlags): Promise<void> {
  const outcomes = await withCore(flags, async (core) => {
    const user = await userOf(core, flags.user);
    if (flags.shared && user.role !== 'admin') {
      throw new Fault(
        'forbidden',
        `${user.email} is no admin: only an admin may share with the team`,
      );
    }
    const outcomes: AddOutcome[] = [];
    for await (const outcome of addAll(core, user, paths, flags)) {
      outcomes.push(outcome);
      if (!flags.json) printOutcome(outcome);
    }
    return outcomes;
  });
  const failed = outcomes.filter((outcome) => outcome.error !== null);
  if (failed.length > 0) process.exitCode = 1;
  if (flags.json) return json({ documents: outcomes.map(outcomeJson), failed: failed.length });
  const added = outcomes.filter((outcome) => outcome.added).length;
  note(
    `${added} added, ${outcomes.length - added - failed.length} here already, ${failed.length} failed`,
  );
}

async function* addAll(
  core: Core,
  user: User,
  paths: string[],
  flags: AddFlags,
): AsyncGenerator<AddOutcome> {
  const common = { ownerId: user.id, shared: flags.shared ?? false };
  const isUrl = (path: string) => /^https?:\/\//i.test(path);
  for (const url of paths.filter(isUrl)) {
    yield await outcomeOf(url, () => core.library.addUrl({ ...common, url }));
  }
  const files = paths.filter((path) => !isUrl(path));
  for await (const file of expandPaths(files, {
    maxDocumentBytes: core.options.documentMaxBytes,
  })) {
    yield await outcomeOf(file.path, () => {
      if ('fault' in file) throw file.fault;
      return core.library.add({ ...common, bytes: file.bytes, name: file.path, origin: file.path });
    });
  }
}

async function outcomeOf(
  path: string,
  call: () => Promise<{ document: Document; added: boolean }>,
): Promise<AddOutcome> {
  try {
    return { path, error: null, ...(await call()) };
  } catch (thrown) {
    if (!(thrown instanceof Fault)) throw thrown;
    return { path, document: null, added: false, error: publicMessage(thrown) };
  }
}

function printOutcome({ path, document, added, error }: AddOutcome): void {
  if (error !== null) errorLine(printableText(`${path}: ${error}`));
  else line(printableText(`${added ? 'added ' : 'known '} ${document?.id}  ${document?.title}`));
}

function outcomeJson({ path, document, added, error }: AddOutcome) {
  return { path, added, error, ...(document ? documentDto(document) : { id: null }) };
}

async function list(flags: CommonFlags & { user?: string; limit: number }): Promise<void> {
  const documents = await withCore(flags, async (core) => {
    const user = await userOf(core, flags.user);
    return core.library.list(user.id, { limit: flags.limit, offset: 0 });
  });
  if (flags.json) return json(documents.map(documentDto));
  table(
    ['ID', 'TYPE', 'CHUNKS', 'SHARED', 'TITLE', 'ORIGIN'],
    documents.map((document) => [
      document.id,
      document.mediaType,
      String(document.chunkCount),
      document.shared ? 'yes' : 'no',
      shortened(document.title, 50),
      document.origin,
    ]),
    'The library is empty: sonde library add <path|url>',
  );
}

async function remove(id: string, flags: CommonFlags & { user?: string }): Promise<void> {
  await withCore(flags, async (core) => {
    const user = await userOf(core, flags.user);
    await core.library.remove(user.id, user.role === 'admin', id);
  });
  if (flags.json) json({ id, removed: true });
  else line(`Removed ${id}`);
}

async function search(
  query: string,
  flags: CommonFlags & { user?: string; limit: number },
): Promise<void> {
  const hits = await withCore(flags, async (core) => {
    const user = await userOf(core, flags.user);
    return core.library.search(user.id, query, flags.limit);
  });
  if (flags.json) return json(hits.map(libraryHitDto));
  for (const hit of hits) {
    line(
      printableText(
        `${hit.title}  (${hit.origin}, ${hit.start}–${hit.end})\n  ${shortened(hit.text, EXCERPT_LENGTH)}\n`,
      ),
    );
  }
  if (hits.length === 0) note('Nothing found.');
}
