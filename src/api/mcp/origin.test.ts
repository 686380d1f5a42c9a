import { expect, test } from 'bun:test';
import { Fault } from '../../lib/fault';
import { checkOrigin } from './origin';

const PUBLIC = 'https://sonde.example.com';

function refusedField(headers: Record<string, string>, baseUrl = ''): string | undefined {
  try {
    checkOrigin(new Headers(headers), baseUrl);
    return undefined;
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Fault);
    return (thrown as Fault).field;
  }
}

test.each([
  'localhost:4000',
  'app.localhost',
  '127.0.0.1:4000',
  '[::1]:4000',
  '192.168.1.7',
  'sonde:4000',
  'box.local:4000',
  'sonde.corp.internal',
])('%s is a name that nobody outside can own', (host) => {
  expect(refusedField({ host })).toBeUndefined();
});

test.each([
  'evil.example',
  'localhost.evil.example',
  '127.0.0.1.evil.example',
  '',
  'a b',
  'local.',
])('as "%s" the server is not known', (host) => {
  expect(refusedField({ host })).toBe('Host');
});

test('as its base URL the server is known, and by an address still', () => {
  expect(refusedField({ host: 'sonde.example.com' }, PUBLIC)).toBeUndefined();
  expect(refusedField({ host: 'sonde.example.com.evil.example' }, PUBLIC)).toBe('Host');
  expect(refusedField({ host: '10.0.0.7:4000' }, PUBLIC)).toBeUndefined();
});

test('only its own pages may call it', () => {
  const own = { host: 'localhost:4000', origin: 'http://localhost:4000' };
  expect(refusedField(own)).toBeUndefined();
  expect(refusedField({ ...own, origin: PUBLIC }, PUBLIC)).toBeUndefined();
  for (const origin of ['http://localhost:4001', 'https://evil.example', 'null', '']) {
    expect(refusedField({ ...own, origin })).toBe('Origin');
    expect(refusedField({ ...own, origin }, PUBLIC)).toBe('Origin');
  }
});
