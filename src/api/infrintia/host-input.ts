import type { Completion, FinishReason, Host, HostModel, Piece } from '../../hosts/types';
import { readJson } from '../../http/body';
import { Fault } from '../../lib/fault';
import { bareId, shownId } from './ids';

/**
 * What hosts send, checked by hand: these are the paths that every token passes. Fields that are not
 * known are passed over, so that an older server understands a newer host.
 */
export type Fields = Record<string, unknown>;

export const MAX_TOKENS_DEFAULT = 4_096;
const DELTA_MAX_BYTES = 65_536;
const UTF8_BYTES_MAX = 3;
const TEXT_MAX_LENGTH = 200;
const LIST_MAX = 256;
/** Embeddings are long. */
export const COMPLETION_MAX_BYTES = 16_777_216;
const FINISH_REASONS: FinishReason[] = ['stop', 'length', 'tool_calls', 'content_filter'];

/** Empty for a request without a body. Throws Fault `forbidden` when it names another host. */
export async function fieldsOf(request: Request, host: Host, maxBytes?: number): Promise<Fields> {
  const body = (await readJson(request, maxBytes, 'send less at a time')) ?? {};
  if (!isObject(body)) throw new Fault('invalid_request', 'the body must be an object');
  const { host_id: named } = body;
  if (named === undefined || (typeof named === 'string' && bareId('host', named) === host.id))
    return body;
  throw new Fault('forbidden', `this key is that of ${shownId('host', host.id)}`, {
    field: 'host_id',
  });
}

export function fenceOf(raw: unknown): number {
  return wholeNumber(raw, 'fence', 0, Number.MAX_SAFE_INTEGER);
}

/** Of a query or a body. Null for one that is absent. */
export function secondsOf(raw: unknown, field: string, max: number): number | null {
  if (raw === undefined) return null;
  const seconds = typeof raw === 'string' && raw !== '' ? Number(raw) : raw;
  if (typeof seconds === 'number' && seconds >= 0 && seconds <= max) return seconds;
  throw invalid(field, `must be seconds from 0 to ${max}`);
}

export function wholeNumber(raw: unknown, field: string, min: number, max: number): number {
  const value = typeof raw === 'string' && raw !== '' ? Number(raw) : raw;
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max)
    return value as number;
  throw invalid(field, `must be a whole number from ${min}`);
}

export function piecesOf(values: unknown, field = 'tokens'): Piece[] {
  if (!Array.isArray(values)) throw invalid(field, 'must be a list');
  for (const value of values) checkPiece(value, field);
  return values as Piece[];
}

function checkPiece(value: unknown, field: string): void {
  const { seq, delta } = (value ?? {}) as Fields;
  if (!Number.isSafeInteger(seq) || (seq as number) < 1 || typeof delta !== 'string')
    throw invalid(field, 'must hold {"seq": a number from 1, "delta": a text}');
  if (delta === '') throw invalid(field, 'must hold no empty delta');
  const mayBeLong = delta.length * UTF8_BYTES_MAX > DELTA_MAX_BYTES;
  if (mayBeLong && Buffer.byteLength(delta) > DELTA_MAX_BYTES)
    throw invalid(field, `must hold no delta of over ${DELTA_MAX_BYTES} bytes`);
}

/** Throws Fault `invalid_request`. */
export function completionOf(jobId: string, fields: Fields): Completion {
  const { finish_reason: reason, usage, tokens, tool_calls: toolCalls, embeddings } = fields;
  if (!FINISH_REASONS.includes(reason as FinishReason))
    throw invalid('finish_reason', `must be one of ${FINISH_REASONS.join(', ')}`);
  if (toolCalls != null && !Array.isArray(toolCalls)) throw invalid('tool_calls', 'must be a list');
  return {
    jobId,
    fence: fenceOf(fields.fence),
    finishReason: reason as FinishReason,
    ...(usage == null ? {} : { usage: usageOf(usage) }),
    ...(tokens == null ? {} : { pieces: piecesOf(tokens) }),
    ...(toolCalls == null ? {} : { toolCalls }),
    ...(embeddings == null ? {} : { embeddings: embeddingsOf(embeddings) }),
  };
}

function usageOf(usage: unknown) {
  const fields = isObject(usage) ? usage : {};
  const count = (name: string) =>
    wholeNumber(fields[name] ?? 0, `usage/${name}`, 0, Number.MAX_SAFE_INTEGER);
  return { promptTokens: count('prompt_tokens'), completionTokens: count('completion_tokens') };
}

function embeddingsOf(embeddings: unknown): number[][] {
  const isVector = (value: unknown) =>
    Array.isArray(value) && value.every((number) => typeof number === 'number');
  if (Array.isArray(embeddings) && embeddings.every(isVector)) return embeddings as number[][];
  throw invalid('embeddings', 'must be a list of lists of numbers');
}

/** A model that is named without its bound keeps the one that it was registered with. */
export function modelsOf(raw: unknown, field: string, known: readonly HostModel[]): HostModel[] {
  if (!Array.isArray(raw) || raw.length > LIST_MAX)
    throw invalid(field, `must be a list of at most ${LIST_MAX} models`);
  return raw.map((entry: unknown) => {
    const { name, max_tokens: max } = isObject(entry) ? entry : { name: entry, max_tokens: null };
    if (typeof name !== 'string' || name.trim() === '' || name.length > TEXT_MAX_LENGTH)
      throw invalid(field, 'must hold names of models');
    const earlier = known.find((model) => model.name === name)?.maxTokens ?? MAX_TOKENS_DEFAULT;
    return { name, maxTokens: max == null ? earlier : wholeNumber(max, field, 1, 1_000_000) };
  });
}

/** Null for a host that does not say. */
export function utilizationOf(raw: unknown): number | null {
  if (raw == null) return null;
  if (typeof raw === 'number' && raw >= 0 && raw <= 1) return raw;
  throw invalid('gpu_utilization', 'must be a number from 0 to 1');
}

export function invalid(field: string, complaint: string): Fault {
  return new Fault('invalid_request', `${field} ${complaint}`, { field });
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
