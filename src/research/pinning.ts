import type { Clock } from '../lib/clock';
import { Fault } from '../lib/fault';
import type { Library } from '../library/service';
import type { PackedSnapshot, ParsedDocument, ParseInput } from '../library/types';
import type { GivenSource, PinnedRequest, PinnedSource, ResearchRequest } from './types';

export interface PinningPorts {
  library: Library;
  clock: Clock;
  parse(input: ParseInput): Promise<ParsedDocument>;
}

export interface Pinned {
  request: PinnedRequest;
  /** Texts that came with the request, to be stored with it. */
  snapshots: PackedSnapshot[];
}

/**
 * Pins texts and documents to their snapshots: what a document says later is not what was asked.
 * Throws Fault `invalid_request` for a document that the user may not see, or an unreadable text.
 */
export async function pin(
  ports: PinningPorts,
  userId: string,
  request: ResearchRequest,
): Promise<Pinned> {
  const snapshots: PackedSnapshot[] = [];
  const sources: PinnedSource[] = [];
  for (const [index, source] of request.sources.entries()) {
    const field = `sources/${index}`;
    if (source.kind === 'url') sources.push(source);
    else if (source.kind === 'document') {
      sources.push(await pinDocument(ports.library, userId, source.id, field));
    } else {
      const text = source.kind === 'parsed' ? source.parsed : await parseText(ports, source, field);
      snapshots.push(await ports.library.packSnapshot(text));
      sources.push(pinText(source, text));
    }
  }
  const question = request.question.trim();
  return { request: { ...request, question, sources, askedMs: ports.clock.nowMs() }, snapshots };
}

async function pinDocument(
  library: Library,
  userId: string,
  id: string,
  field: string,
): Promise<PinnedSource> {
  try {
    const document = await library.get(userId, id);
    const { snapshotHash: hash, title } = document;
    return { kind: 'snapshot', hash, title, url: `library:${document.id}` };
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new Fault('invalid_request', `${field}: ${cause.message}`, { field });
  }
}

function pinText(
  source: Extract<GivenSource, { kind: 'text' | 'parsed' }>,
  { hash, title }: ParsedDocument,
): PinnedSource {
  if (source.kind === 'parsed') return { kind: 'snapshot', hash, title, url: source.url };
  return { kind: 'snapshot', hash, title: source.title ?? title, url: `urn:sha256:${hash}` };
}

async function parseText(
  { parse }: PinningPorts,
  source: Extract<GivenSource, { kind: 'text' }>,
  field: string,
): Promise<ParsedDocument> {
  const bytes = new TextEncoder().encode(source.text);
  try {
    return await parse({ bytes, name: '', declaredType: 'text/plain; charset=utf-8' });
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    throw new Fault('invalid_request', `${field}: ${cause.message}`, { field });
  }
}
