import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright';
import { EXAMPLES, type Server, seedUser, sondeJson, startServer } from '../support/binary';
import { launchBrowser, openPage } from '../support/browser';
import { cleanUp } from '../support/cleanup';
import { clientOf } from '../support/client';

afterAll(cleanUp);

const PASSWORD = 'seven green umbrellas';
const TURBINES = 'How many turbines does the Halden Strait tidal power plant have?';

describe.skipIf(!process.env.SONDE_CHROMIUM)('in a browser', () => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    server = await startServer();
    const { email } = await seedUser(server.data, { admin: true });
    await sondeJson(['library', 'add', EXAMPLES, '--user', email, '--shared'], {
      data: server.data,
    });
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  async function signUp(page: Page, email: string): Promise<void> {
    await page.goto(`${server.url}/signup`);
    await page.getByLabel('Mail address').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Make the account' }).click();
    await page.getByText(email).first().waitFor();
    await page.goto(`${server.url}/app`);
  }

  async function ask(page: Page): Promise<void> {
    await page.getByLabel('Question', { exact: true }).fill(TURBINES);
    await page.getByLabel('How thorough').selectOption('lite');
    await page.getByRole('button', { name: 'Run it' }).click();
  }

  /** Follows the first quote, and tells what is marked where it leads. */
  async function openFirstQuote(page: Page): Promise<{ quote: string; marked: string }> {
    const link = page.locator('.finding a.quote').first();
    await link.waitFor();
    const quote = ((await link.textContent()) ?? '').replace(/^“|”$/g, '');
    await link.click();
    const target = page.locator('mark:target, mark:has(:target)');
    await target.waitFor();
    return { quote, marked: (await target.textContent()) ?? '' };
  }

  test('somebody signs up, makes a key, runs a job and opens a quote', async () => {
    const { context, page, origins, complaints } = await openPage(browser);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await signUp(page, 'ana@example.com');

    await page.getByLabel('Name', { exact: true }).fill('browser test');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = (await page.locator('#created-key').textContent())?.trim() ?? '';
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(key);
    const client = clientOf(server.url, key);
    expect((await client.get('/v1/credits')).json.credits).toBe(500);

    await page.goto(`${server.url}/app`);
    await ask(page);
    await page.locator('#run .brief').waitFor();
    // In the same page: the answer came over the stream, and took the place of the progress.
    expect(new URL(page.url()).pathname).toBe('/app');
    expect(await page.locator('#run .progress').count()).toBe(0);
    expect(await page.locator('#run .brief').textContent()).toContain('[1]');
    expect((await client.get('/v1/credits')).json.credits).toBe(450);

    const { quote, marked } = await openFirstQuote(page);
    expect(quote.length).toBeGreaterThan(10);
    expect(marked).toContain(quote);

    await page.goto(`${server.url}/app`);
    await page.locator('summary', { hasText: 'Revoke' }).click();
    await page.getByRole('button', { name: 'Revoke this key' }).click();
    await page.getByText('You have no keys').waitFor();
    expect((await client.get('/v1/credits')).status).toBe(401);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();

    expect([...origins]).toEqual([server.url]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('it all works without scripts', async () => {
    const { context, page, origins, complaints } = await openPage(browser, {
      javaScriptEnabled: false,
    });
    await signUp(page, 'bo@example.com');
    await ask(page);
    const { quote, marked } = await openFirstQuote(page);
    expect(marked).toContain(quote);
    expect([...origins]).toEqual([server.url]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('what another site sends to a form of ours does nothing', async () => {
    const { context, page } = await openPage(browser);
    await signUp(page, 'cy@example.com');
    const token = await page.locator('input[name=csrf_token]').first().getAttribute('value');
    const evil = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: () =>
        new Response(
          `<form method="post" action="${server.url}/app/keys"><input name="csrf_token" value="${token}"><input name="name" value="evil"><button>Win</button></form>`,
          { headers: { 'content-type': 'text/html' } },
        ),
    });
    try {
      // By another name it is another site.
      await page.goto(`http://localhost:${evil.port}/`);
      await page.getByRole('button', { name: 'Win' }).click();
      await page.waitForURL(`${server.url}/**`);
      await page.goto(`${server.url}/app`);
      await page.getByText('You have no keys').waitFor();
    } finally {
      await evil.stop(true);
    }
    await context.close();
  });
});
