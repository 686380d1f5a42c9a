import { statSync } from 'node:fs';
import type { Static, TSchema } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { filesBelow, readLines, readRecords } from './records';

/** All records of one format in a file or below a folder; none where there is no such file. */
export async function recordsIn<Schema extends TSchema>(
  data: string,
  schema: Schema,
): Promise<Static<Schema>[]> {
  const isFolder = statSync(data).isDirectory();
  const paths = isFolder
    ? filesBelow(data).filter((path) => /\.jsonl(?:\.gz)?$/.test(path))
    : [data];
  const found: Static<Schema>[] = [];
  for (const path of paths) {
    if (Value.Check(schema, await firstOf(path))) found.push(...(await readRecords(path, schema)));
  }
  return found;
}

async function firstOf(path: string): Promise<unknown> {
  const [line] = await readLines(path);
  try {
    return JSON.parse(line?.text ?? '');
  } catch {
    return undefined;
  }
}

/** For an error: what a line of some formats must have. */
export function fieldsOf(schemas: readonly TSchema[]): string {
  return schemas
    .map((schema) => Object.keys((schema.properties ?? {}) as object).join(', '))
    .join('; or ');
}
