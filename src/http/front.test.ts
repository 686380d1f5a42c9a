import { afterAll, beforeAll, expect, test } from 'bun:test';
import { Elysia } from 'elysia';
import { silentLog } from '../../tests/support/log';
import { composeApp } from './app';
import { createFront, type Front } from './front';
import { type Listening, listen } from './listen';

const { promise: mayCompose, resolve: compose } = Promise.withResolvers<void>();
let composedCount = 0;
let front: Front;
let listening: Listening;

beforeAll(() => {
  const routes = new Elysia()
    .post(
      '/echo',
      async ({ request, server }) => ({
        text: await request.text(),
        address: server?.requestIP(request)?.address,
      }),
      { parse: 'none' },
    )
    .get('/jobs/:id', ({ params }) => params.id);
  front = createFront({
    early: ({ url }) =>
      url.endsWith('/health') ? Promise.resolve(new Response('early')) : undefined,
    async compose() {
      composedCount += 1;
      await mayCompose;
      return composeApp({ log: silentLog, routes: [routes] });
    },
  });
  listening = listen(front, { host: '127.0.0.1', port: 0 });
});
afterAll(() => listening.stop(0));

const post = () => fetch(`${listening.url}/echo`, { method: 'POST', body: 'what was sent' });

test('requests that come before the app wait for it; what is early does not', async () => {
  let answeredCount = 0;
  const waiting = [post(), post()].map((answer) =>
    answer.then((response) => {
      answeredCount += 1;
      return response.json();
    }),
  );
  const none = fetch(`${listening.url}/nothing`);
  expect(await (await fetch(`${listening.url}/health`)).text()).toBe('early');
  expect(answeredCount).toBe(0);
  compose();
  const echo = { text: 'what was sent', address: '127.0.0.1' };
  expect(await Promise.all(waiting)).toEqual([echo, echo]);
  expect((await none).status).toBe(404);
  expect(composedCount).toBe(1);
});

test('once the app is composed it answers everything', async () => {
  compose();
  await front.ready();
  expect((await fetch(`${listening.url}/health`)).status).toBe(404);
  expect(await (await post()).json()).toMatchObject({ address: '127.0.0.1' });
  expect(composedCount).toBe(1);
});

test.each(['%E0%A4', '%zz', 'a%'])('a path that is no text leads nowhere: /jobs/%j', async (id) => {
  compose();
  const answer = await fetch(`${listening.url}/jobs/${id}`);
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 'not_found' });
  expect(await (await fetch(`${listening.url}/jobs/a%20b`)).text()).toBe('a b');
});
