import type { Connection } from '../db/client';

/** The index holds every three characters in a row: a shorter part is looked for in each address. */
const INDEXED_LENGTH = 3;

export function userSearchStore({ prepare }: Connection) {
  const byText = prepare<{ id: string }>(`
    SELECT user_id AS id FROM user_text JOIN user_number ON number = user_text.rowid
    WHERE user_text MATCH :phrase ORDER BY user_text.rowid DESC LIMIT :limit OFFSET :offset`);
  const byShortPart = prepare<{ id: string }>(`
    SELECT id FROM user WHERE instr(lower(email), lower(:part)) > 0
    ORDER BY created_ms DESC, id DESC LIMIT :limit OFFSET :offset`);
  const newest = prepare<{ id: string }>(
    'SELECT id FROM user ORDER BY created_ms DESC, id DESC LIMIT :limit OFFSET :offset',
  );
  return {
    /** Ids of those whose address or name holds `part`, whatever its case, newest first. All for
     * an empty part; a part of one or two characters is looked for in addresses alone. */
    async search(part: string, limit: number, offset: number): Promise<string[]> {
      const page = { limit, offset };
      return (await matching(part, page)).map((row) => row.id);
    },
  };

  async function matching(part: string, page: { limit: number; offset: number }) {
    if (part === '') return newest.all(page);
    // No address or name holds a NUL, at which the engine would stop reading.
    if (part.includes('\0')) return [];
    if ([...part].length < INDEXED_LENGTH) return byShortPart.all({ part, ...page });
    return byText.all({ phrase: quoted(part), ...page });
  }
}

/** One FTS5 string: nothing in it is syntax. */
function quoted(part: string): string {
  return `"${part.replaceAll('"', '""')}"`;
}
