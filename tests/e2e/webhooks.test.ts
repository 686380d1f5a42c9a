import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { Webhook } from 'standardwebhooks';
import { type SeededUser, type Server, seedUser, sondeJson, startServer } from '../support/binary';
import { cleanUp } from '../support/cleanup';
import { clientOf } from '../support/client';
import { until } from '../support/until';
import { type Receive, startReceiver } from '../support/webhooks';

afterAll(cleanUp);

const QUESTION = 'How high is the Vessby tower?';
const SOURCE = {
  text: 'The Vessby tower is 84 metres high. It was built in 1911.',
  title: 'Towers',
};

let server: Server;
let ada: SeededUser;

beforeAll(async () => {
  server = await startServer({ env: { SONDE_FETCH_ALLOW: '127.0.0.0/8', SONDE_WEB: 'off' } });
  ada = await seedUser(server.data);
});

async function delivered(receive?: Receive) {
  const receiver = startReceiver(receive);
  const { status, json } = await clientOf(server.url, ada.key).post('/v1/research', {
    question: QUESTION,
    mode: 'lite',
    sources: [SOURCE],
    webhook_url: `${receiver.url}hook`,
  });
  expect(status).toBe(202);
  await until('it is delivered', () => receiver.received.length > 0);
  return { id: json.id as string, received: receiver.received[0]! };
}

describe('a job with a webhook_url', () => {
  test('is told when it has ended, signed so that its receiver can check it', async () => {
    const { id, received } = await delivered();
    expect(received.path).toBe('/hook');
    const told = JSON.parse(received.body);
    expect(told).toMatchObject({ id, status: 'completed' });
    expect(told.brief).toContain('84 metres');
    const { json } = await clientOf(server.url, ada.key).get(`/v1/research/${id}`);
    expect(told).toEqual(json);
    const { secret } = await sondeJson(['webhook', 'secret', '--user', ada.email], {
      data: server.data,
    });
    const headers = Object.fromEntries(received.headers);
    expect(() => new Webhook(secret).verify(received.body, headers)).not.toThrow();
    expect(() => new Webhook(secret).verify(`${received.body} `, headers)).toThrow();
    expect(headers['x-infrence-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
  });

  test('is seen by the operator, try by try', async () => {
    const { id } = await delivered(() => new Response('busy', { status: 503 }));
    const list = () => sondeJson(['webhook', 'list'], { data: server.data });
    const ours = (await list()).find((row: { job_id: string }) => row.job_id === id);
    expect(ours).toMatchObject({ state: 'pending' });
  });
});

test.each(['http://10.0.0.1/', 'ftp://example.com/', 'https://user:pass@example.com/'])(
  'an address that may not be called is refused by the name of its field: %s',
  async (webhook_url) => {
    const { status, json } = await clientOf(server.url, ada.key).post('/v1/research', {
      question: QUESTION,
      webhook_url,
    });
    expect([status, json.field]).toEqual([400, 'webhook_url']);
  },
);

test('the callback_url of the other dialect rides on the same', async () => {
  const receiver = startReceiver();
  const { json } = await clientOf(server.url, ada.key).post('/jobs', {
    type: 'research',
    payload: { topic: QUESTION, seed_sources: [{ text: SOURCE.text }] },
    callback_url: receiver.url,
  });
  await until('it is delivered', () => receiver.received.length > 0);
  const told = JSON.parse(receiver.received[0]?.body ?? '');
  expect(told).toMatchObject({ job_id: json.job_id, status: 'done', callback_status: 'pending' });
  const status = async () =>
    (await clientOf(server.url, ada.key).get(`/jobs/${json.job_id}`)).json.callback_status;
  await until('it is known', async () => (await status()) === 'delivered');
});
