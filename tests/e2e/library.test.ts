import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Outcome,
  type SeededUser,
  type Server,
  seedUser,
  sonde,
  sondeJson,
  startServer,
  temporaryFolder,
} from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { type Client, clientOf } from '../support/client';
import { buildPdf } from '../support/pdf';

afterAll(cleanUp);

const NOBODY = '00000000-0000-7000-8000-000000000000';

/** One document of each kind; each tells one thing that no other does. */
function fillFolder(folder: string): void {
  mkdirSync(join(folder, 'inner/.hidden'), { recursive: true });
  writeFileSync(
    join(folder, 'harbour.txt'),
    'The harbour of Skerrow has 17 berths for trawlers.\n',
  );
  writeFileSync(
    join(folder, 'lighthouse.md'),
    '# Lighthouse\n\nThe **lighthouse** of Skerrow is 41 metres high.\n',
  );
  writeFileSync(
    join(folder, 'inner/ferry.html'),
    '<!doctype html><title>Ferry</title><article><h1>Ferry</h1><p>The ferry to Skerrow takes 55 minutes on a calm day.</p></article>',
  );
  writeFileSync(
    join(folder, 'inner/quay.pdf'),
    buildPdf({ pages: [['The quay of Skerrow was rebuilt in 1987.']], title: 'Quay' }),
  );
  writeFileSync(join(folder, 'inner/.hidden/secret.txt'), 'What is hidden stays out of sight.');
}

interface Added {
  path: string;
  id: string | null;
  added: boolean;
  error: string | null;
}

function addedOf(outcome: Outcome): Record<string, string> {
  const documents: Added[] = outcome.json.documents;
  const word = ({ added, error }: Added) => (error ? 'failed' : added ? 'added' : 'known');
  return Object.fromEntries(
    documents.map((document) => [document.path.split('/').at(-1) ?? '', word(document)]),
  );
}

describe('files and folders', () => {
  let data: string;
  let folder: string;

  beforeAll(async () => {
    data = temporaryFolder();
    folder = temporaryFolder('documents');
    fillFolder(folder);
    await seedUser(data, { credits: 0 });
  });

  const add = (...args: string[]) =>
    sonde(['library', 'add', ...args, '--user', 'ada@example.com', '--json'], { data });
  const search = (query: string) =>
    sondeJson(['library', 'search', query, '--user', 'ada@example.com'], { data });

  test('text, Markdown, HTML and PDF of a folder can be found; the same again changes nothing', async () => {
    const first = await add(folder);
    expect({ code: first.code, added: addedOf(first) }).toEqual({
      code: 0,
      added: {
        'harbour.txt': 'added',
        'lighthouse.md': 'added',
        'ferry.html': 'added',
        'quay.pdf': 'added',
      },
    });
    for (const [query, text] of [
      ['trawler berths', '17 berths'],
      ['lighthouse high', '41 metres'],
      ['ferry calm day', '55 minutes'],
      ['quay rebuilt', '1987'],
    ] as const) {
      expect((await search(query))[0].text).toContain(text);
    }
    const again = await add(folder);
    expect([again.code, Object.values(addedOf(again))]).toEqual([0, Array(4).fill('known')]);
    const listed = await sondeJson(['library', 'list', '--user', 'ada@example.com'], { data });
    expect(listed).toHaveLength(4);
  });

  test('a file that is named although it is hidden is added', async () => {
    expect(addedOf(await add(join(folder, 'inner/.hidden/secret.txt')))).toEqual({
      'secret.txt': 'added',
    });
  });

  test('what cannot be read is named in one line each, and the rest is added', async () => {
    const mixed = temporaryFolder('mixed');
    const pdf = Buffer.from(buildPdf({ pages: [['A page.']] }));
    writeFileSync(join(mixed, 'broken.pdf'), pdf.subarray(0, 60));
    writeFileSync(join(mixed, 'locked.pdf'), buildPdf({ pages: [['Locked.']], encrypted: true }));
    writeFileSync(join(mixed, 'empty.txt'), '');
    writeFileSync(
      join(mixed, 'long.txt'),
      'Every line of this text is a little too long. '.repeat(200),
    );
    writeFileSync(join(mixed, 'zip.pdf'), Buffer.from(`504b0304${'00'.repeat(200)}`, 'hex'));
    writeFileSync(join(mixed, 'program.txt'), Buffer.from([0, 1, 2, 3, 255, 0, 0, 7, 0, 9]));
    writeFileSync(join(mixed, 'huge.txt'), '');
    truncateSync(join(mixed, 'huge.txt'), 200 * 1_048_576);
    writeFileSync(join(mixed, 'good.txt'), 'The tide table of Skerrow is printed in March.');
    const bad = [
      'broken.pdf',
      'empty.txt',
      'huge.txt',
      'locked.pdf',
      'long.txt',
      'program.txt',
      'zip.pdf',
    ];
    const args = ['library', 'add', mixed, join(mixed, 'absent.txt'), '--user', 'ada@example.com'];
    const env = { SONDE_DOCUMENT_MAX_BYTES: '4096' };
    const { code, stdout, stderr } = await sonde(args, { data, env });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^added {2}[0-9a-f-]{36} {2}good\n$/);
    const said = stderr.split('\n').filter((line) => line.startsWith('sonde: '));
    expect(said.map((line) => /^sonde: \S+\/([a-z.]+): \S/.exec(line)?.[1])).toEqual([
      ...bad.slice(0, 2),
      ...bad.slice(2),
      'absent.txt',
    ]);
    expect(stderr).toContain('huge.txt has 209715200 bytes and at most 4096 are allowed');
    expect(stderr.trim().split('\n').at(-1)).toBe('1 added, 0 here already, 8 failed');
    const json = await sonde([...args, '--json'], { data, env });
    expect([json.code, json.json.failed, json.stderr]).toEqual([1, 8, '']);
    expect((await search('tide table')).length).toBe(1);
  });
});

describe('between users', () => {
  let server: Server;
  let ada: SeededUser;
  let bob: SeededUser;
  let admin: SeededUser;
  let asAda: Client;
  let asBob: Client;
  let asAdmin: Client;

  beforeAll(async () => {
    server = await startServer();
    const { data, url } = server;
    [ada, bob, admin] = [
      await seedUser(data),
      await seedUser(data, { email: 'bob@example.com' }),
      await seedUser(data, { email: 'root@example.com', admin: true }),
    ];
    [asAda, asBob, asAdmin] = [
      clientOf(url, ada.key),
      clientOf(url, bob.key),
      clientOf(url, admin.key),
    ];
  });

  const cli = (user: SeededUser, ...args: string[]) =>
    sonde([...args, '--user', user.email, '--json'], { data: server.data });

  test('a document of one user is to another as if it were not there', async () => {
    const text = 'The vault of Skerrow opens with the word marmalade.';
    const { status, json: document } = await asAda.post('/v1/library', { text, title: 'Vault' });
    expect(status).toBe(201);
    expect((await asAda.get(`/v1/library/${document.id}`)).json.text).toBe(text);

    expect((await asBob.get('/v1/library')).json).toEqual([]);
    expect((await cli(bob, 'library', 'list')).json).toEqual([]);
    expect((await asBob.get('/v1/library/search?q=marmalade')).json).toEqual([]);
    expect((await cli(bob, 'library', 'search', 'marmalade')).json).toEqual([]);

    const hidden = await asBob.get(`/v1/library/${document.id}`);
    const absent = await asBob.get(`/v1/library/${NOBODY}`);
    expect([hidden.status, absent.status]).toEqual([404, 404]);
    expect(hidden.text.replaceAll(document.id, NOBODY)).toBe(absent.text);

    expect((await asBob.delete(`/v1/library/${document.id}`)).status).toBe(404);
    const removed = await cli(bob, 'library', 'remove', document.id);
    expect([removed.code, removed.stderr]).toEqual([1, expect.stringContaining('no document')]);
    expect((await asAda.get(`/v1/library/${document.id}`)).status).toBe(200);

    const question = 'Which word opens the vault of Skerrow?';
    const asked = await asBob.research({ question, mode: 'lite' });
    expect([asked.status, asked.json.sources, asked.json.findings]).toEqual([200, [], []]);
    expect(asked.text).not.toContain('marmalade');
    const given = await asBob.research({ question, sources: [{ document_id: document.id }] });
    expect([given.status, given.json.field]).toEqual([400, 'sources/0']);
    const byCli = await cli(bob, 'research', question);
    expect(byCli.stdout).not.toContain('marmalade');

    const own = await asAda.research({ question, mode: 'lite' });
    expect(own.json.brief).toContain('marmalade');
  });

  test('what an admin shares all may read and search, and only an admin may share or remove it', async () => {
    const folder = temporaryFolder('shared');
    writeFileSync(join(folder, 'canteen.txt'), 'The canteen of Skerrow serves herring on Fridays.');
    const refused = await cli(ada, 'library', 'add', folder, '--shared');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('admin')]);
    const text = 'Nobody may share this.';
    const overHttp = await asAda.post('/v1/library', { text, shared: true });
    expect([overHttp.status, overHttp.json.field]).toEqual([403, 'shared']);

    const added = await cli(admin, 'library', 'add', folder, '--shared');
    const id = added.json.documents[0].id;
    for (const client of [asAda, asBob]) {
      expect((await client.get(`/v1/library/${id}`)).json).toMatchObject({ id, shared: true });
      expect((await client.get('/v1/library/search?q=herring')).json[0].document_id).toBe(id);
      expect((await client.delete(`/v1/library/${id}`)).status).not.toBe(204);
    }
    const question = 'What does the canteen of Skerrow serve on Fridays?';
    expect((await asBob.research({ question, mode: 'lite' })).json.brief).toContain('herring');
    expect((await asAdmin.delete(`/v1/library/${id}`)).status).toBe(204);
    expect((await asAda.get('/v1/library/search?q=herring')).json).toEqual([]);
  });

  test('two users may add the same text, and each keeps it when the other removes it', async () => {
    const text = 'The pilot of Skerrow keeps two dogs.';
    const one = (await asAda.post('/v1/library', { text })).json;
    const two = (await asBob.post('/v1/library', { text })).json;
    expect(one.id).not.toBe(two.id);
    expect((await asAda.post('/v1/library', { text })).status).toBe(200);
    expect((await asAda.delete(`/v1/library/${one.id}`)).status).toBe(204);
    expect((await asBob.get(`/v1/library/${two.id}`)).json.text).toBe(text);
  });

  test('a file is uploaded as it is, and read by its content', async () => {
    const form = new FormData();
    const pdf = buildPdf({ pages: [['The bell of Skerrow weighs 3 tonnes.']], title: 'Bell' });
    form.append(
      'file',
      new File([Buffer.from(pdf)], 'bell.bin', { type: 'application/octet-stream' }),
    );
    const { status, json } = await asAda.post('/v1/library', form);
    expect([status, json.media_type]).toEqual([201, 'application/pdf']);
    expect((await asAda.get('/v1/library/search?q=bell+weighs')).json[0].text).toContain(
      '3 tonnes',
    );
  });

  test('bad uploads are refused with the reason', async () => {
    const file = (bytes: string[], name: string) => {
      const form = new FormData();
      form.append('file', new File(bytes, name));
      return form;
    };
    const status = async (body: unknown) => (await asAda.post('/v1/library', body)).status;
    expect(await status(file([], 'empty.txt'))).toBe(422);
    expect(await status(file(['PK\u0003\u0004\0\0\0\0'], 'zip.pdf'))).toBe(415);
    expect(await status(file(['%PDF-1.4 broken'], 'broken.pdf'))).toBe(422);
    expect(await status({ text: 'a', url: 'https://a.example' })).toBe(400);
    expect(await status({})).toBe(400);
    expect(await status({ text: 'a', owner: 'bob' })).toBe(400);
    expect(await status({ url: 'http://127.0.0.1/' })).toBe(400);
  });
});
