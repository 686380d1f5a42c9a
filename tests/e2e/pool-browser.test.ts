import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright';
import { type Server, seedUser, startServer } from '../support/binary';
import { launchBrowser, openPage } from '../support/browser';
import { cleanUp } from '../support/cleanup';
import { clientOf } from '../support/client';
import { type Script, startScriptedHost } from '../support/scripted-host';

afterAll(cleanUp);

const PASSWORD = 'correct horse';
const MODEL = 'team/llama-3:8b';

describe.skipIf(!process.env.SONDE_CHROMIUM)('the pool in a browser', () => {
  let server: Server;
  let browser: Browser;
  let admin: { email: string; key: string };

  beforeAll(async () => {
    server = await startServer();
    admin = await seedUser(server.data, { email: 'root@example.com', admin: true });
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  /** Signed in as the admin. */
  async function openHosts(javaScriptEnabled = true) {
    const watched = await openPage(browser, { javaScriptEnabled });
    const { page } = watched;
    await page.goto(`${server.url}/login`);
    await page.getByLabel('Mail address').first().fill(admin.email);
    await page.getByLabel('Password').first().fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('link', { name: 'Hosts', exact: true }).click();
    await page.getByRole('heading', { name: 'Hosts', level: 1 }).waitFor();
    return watched;
  }

  const register = async (gpu: string, more: object = {}) => {
    const body = { gpu, models: [MODEL], price_per_token: 0.0001, backend: 'ollama', ...more };
    return (await clientOf(server.url, null).post('/hosts/register', body)).json;
  };
  const rowOf = (page: Page, gpu: string) => page.getByRole('row').filter({ hasText: gpu });

  /** Names that a screen reader needs, told as the browser computes them. */
  async function expectAccessible(page: Page): Promise<void> {
    expect(await page.locator('h1').count()).toBe(1);
    expect(await page.locator('main').count()).toBe(1);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(
      await page.evaluate<string[]>(`(() => {
        const ids = [...document.querySelectorAll('[id]')].map((each) => each.id);
        const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
        const unlabelled = [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
          .filter((each) => each.labels.length === 0).map((each) => each.name);
        const unnamed = [...document.querySelectorAll('button, a, summary, [tabindex="0"]')]
          .filter((each) => !(each.textContent.trim() || each.ariaLabel)).map((each) => each.outerHTML);
        const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
        return [...twice, ...unlabelled, ...unnamed, ...(wide ? ['wider than the window'] : [])];
      })()`),
    ).toEqual([]);
  }

  test('an admin makes a token, and approves, drains, and shuts out a host in its row', async () => {
    const { context, page, complaints } = await openHosts();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByText('There are no hosts yet').waitFor();
    await expectAccessible(page);
    await page.getByLabel('Good for so many hours').fill('2');
    await page.getByRole('button', { name: 'Make a join token' }).click();
    const command = (await page.locator('#join-command').textContent()) ?? '';
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(command);
    const [, address, token] = /^sonde host --server (\S+) --join-token (\S+)$/.exec(command) ?? [];
    expect(address).toBe(server.url);
    expect((await register('Tokened', { join_token: token })).status).toBe('active');

    expect((await register('Waiting')).status).toBe('pending');
    await page.goto(`${server.url}/app`);
    await page.getByRole('link', { name: 'To be let in: 1 host' }).click();
    const row = rowOf(page, 'Waiting');
    await row.getByRole('button', { name: 'Approve' }).click();
    await row.getByText('in force').waitFor();
    // In the same page: the row took the place of the one before.
    expect(new URL(page.url()).search).toBe('?state=pending');
    await row.getByRole('button', { name: 'Drain' }).click();
    await row.getByText('draining').waitFor();
    await row.getByRole('button', { name: 'Resume' }).click();
    await row.getByText('in force').waitFor();
    await row.locator('summary').click();
    await row.getByRole('button', { name: 'Shut this host out' }).click();
    await row.getByText('shut out').waitFor();
    await expectAccessible(page);
    await page.setViewportSize({ width: 375, height: 800 });
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('it all works without scripts, and so do aliases and priorities', async () => {
    const { context, page, complaints } = await openHosts(false);
    await register('Scriptless');
    await page.goto(`${server.url}/app/admin/hosts?state=pending`);
    await rowOf(page, 'Scriptless').getByRole('button', { name: 'Approve' }).click();
    await rowOf(page, 'Scriptless').getByText('in force').waitFor();
    await page.getByRole('link', { name: 'Models, aliases, priorities' }).click();
    await page.getByLabel('Alias', { exact: true }).fill('team/best');
    await page.getByLabel('Models', { exact: true }).last().fill(`missing\n${MODEL}`);
    await page.getByRole('button', { name: 'Set the alias' }).click();
    await page.getByText(`missing, then ${MODEL}`).waitFor();
    await page.getByLabel('Mail address of the user').fill(admin.email);
    await page.getByLabel('Priority', { exact: true }).fill('12');
    await page.getByRole('button', { name: 'Give the priority' }).click();
    await page.getByRole('cell', { name: '12', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('Everybody has the same').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  test("a model's answer comes word by word, and its page ends with the bill", async () => {
    const told = Promise.withResolvers<void>();
    const script: Script = function* () {
      yield ['Once', ' upon\n a'];
      yield told.promise;
      yield [' <b>time</b>', '.'];
      yield { done: 'stop', usage: { prompt_tokens: 3, completion_tokens: 4 } };
    };
    const models = ['slow/talker'];
    await startScriptedHost(server.url, { userKey: admin.key, models }, script);
    const asked = await clientOf(server.url, admin.key).post('/run/model', {
      model: 'slow/talker',
      input_text: 'Tell me a story.',
      max_tokens: 16,
    });
    const { context, page, complaints } = await openHosts();
    await page.getByRole('link', { name: 'Jobs', exact: true }).click();
    await page.getByRole('link', { name: 'slow/talker' }).click();
    expect(asked.json.job_id).toEndWith(new URL(page.url()).pathname.split('/').at(-1)!);
    const answer = page.locator('.answer-text');
    await answer.getByText('Once upon').waitFor();
    expect(await answer.textContent()).toBe('Once upon\n a');
    await page.getByRole('button', { name: 'Cancel it' }).waitFor();
    told.resolve();
    await page.getByText('Ended by').waitFor();
    expect(await answer.textContent()).toBe('Once upon\n a <b>time</b>.');
    expect(await page.getByRole('button', { name: 'Cancel it' }).count()).toBe(0);
    await page.getByText('done, 0.004 credits').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Models', exact: true }).click();
    await page.getByText('Prices are for a million tokens').waitFor();
    await expectAccessible(page);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
