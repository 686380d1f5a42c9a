import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { Fault } from '../../src/lib/fault';

export interface RecordFile<Item> {
  path: string;
  records: Item[];
}

const JSON_LINES = /\.jsonl(?:\.gz)?$/;

/**
 * The records at `data`: of a file all its lines, of a folder those files below it whose first line
 * is of the format. Throws Fault `invalid_request` that names file and line.
 */
export async function recordFiles<Schema extends TSchema>(
  data: string,
  schema: Schema,
): Promise<RecordFile<Static<Schema>>[]> {
  if (!statSync(data).isDirectory()) {
    return [{ path: data, records: await readRecords(data, schema) }];
  }
  const files: RecordFile<Static<Schema>>[] = [];
  for (const path of filesBelow(data).filter((name) => JSON_LINES.test(name))) {
    const [first] = await readLines(path);
    if (first === undefined || !Value.Check(schema, jsonOrUndefined(first.text))) continue;
    files.push({ path, records: await readRecords(path, schema) });
  }
  if (files.length > 0) return files;
  const fields = Object.keys(schema.properties ?? {}).join(', ');
  throw refused(`${data} holds no .jsonl file with the fields ${fields}: name the file itself`);
}

/** All files below a folder, by name. */
export function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

export async function readRecords<Schema extends TSchema>(
  path: string,
  schema: Schema,
): Promise<Static<Schema>[]> {
  const records: Static<Schema>[] = [];
  for (const { text, number } of await readLines(path)) {
    const value = parsed(text, path, number);
    if (!Value.Check(schema, value)) {
      const error = Value.Errors(schema, value).First();
      const place = error?.path ? `the field ${error.path.slice(1)}` : 'the line';
      throw refused(`${path}:${number}: ${place} is not as the format says: ${error?.message}`);
    }
    records.push(value);
  }
  if (records.length === 0) throw refused(`${path} holds no records`);
  return records;
}

export interface TextLine {
  text: string;
  /** 1-based. */
  number: number;
}

/** The lines that are not empty; a name that ends in `.gz` is unpacked. */
export async function readLines(path: string): Promise<TextLine[]> {
  const bytes = new Uint8Array(await Bun.file(path).arrayBuffer());
  const text = new TextDecoder().decode(path.endsWith('.gz') ? unpacked(bytes, path) : bytes);
  const lines = text.split('\n').map((line, index) => ({ text: line, number: index + 1 }));
  return lines.filter((line) => line.text.trim() !== '');
}

function unpacked(bytes: Uint8Array<ArrayBuffer>, path: string): Uint8Array {
  try {
    return Bun.gunzipSync(bytes);
  } catch {
    throw refused(`${basename(path)} is not gzip data, though its name says so`);
  }
}

function parsed(text: string, path: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refused(`${path}:${number}: not valid JSON: ${(cause as Error).message}`);
  }
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function refused(message: string): Fault {
  return new Fault('invalid_request', message, { field: 'data' });
}
