import { afterAll, expect, test } from 'bun:test';
import { seedUser, sondeJson, startServer, temporaryFolder } from '../support/binary';
import { cleanUp } from '../support/cleanup';

afterAll(cleanUp);

const LINK = /^Sign in as (\S+), once, within 30 minutes: (\S+)$/m;

/** Starts the server, and answers what its first lines say of signing in. */
async function firstSignIn(data: string, env: Record<string, string> = {}) {
  const server = await startServer({ data, env });
  const [, email, link] = LINK.exec(server.log()) ?? [];
  return { server, email, link };
}

test('a fresh folder has an admin without a password, who signs in by the link that is printed', async () => {
  const data = temporaryFolder();
  const { server, email, link } = await firstSignIn(data, { SONDE_ADMIN_EMAIL: 'ada@example.com' });
  expect(email).toBe('ada@example.com');
  expect(link).toStartWith(`${server.url}/sign-in?token=`);
  const page = await fetch(link as string);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<form');
  await server.stop();
  expect(await sondeJson(['user', 'list'], { data })).toMatchObject([
    { email: 'ada@example.com', role: 'admin' },
  ]);
});

test('the link is printed anew until somebody has a way to sign in', async () => {
  const data = temporaryFolder();
  const first = await firstSignIn(data);
  await first.server.stop();
  const second = await firstSignIn(data);
  await second.server.stop();
  expect(second.email).toBe(first.email);
  expect(second.link).not.toBe(first.link);
  await seedUser(data, { email: 'eve@example.com', credits: 0 });
  const third = await firstSignIn(data);
  await third.server.stop();
  expect(third.link).toBeUndefined();
});

test('the link leads to the address that users reach the server at', async () => {
  const { server, link } = await firstSignIn(temporaryFolder(), {
    SONDE_BASE_URL: 'https://sonde.example.com',
  });
  await server.stop();
  expect(link).toStartWith('https://sonde.example.com/sign-in?token=');
});
