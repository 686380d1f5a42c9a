import { expect, test } from 'bun:test';
import { createCookies } from './cookies';

test.each([
  ['https://sonde.example.com', true],
  ['http://localhost:8787', true],
  ['http://sonde.localhost', true],
  ['http://127.0.0.1:8787', true],
  ['http://[::1]:8787', true],
  ['http://0.0.0.0:8787', false],
  ['http://192.168.1.7:8787', false],
  ['http://sonde.lan', false],
  ['http://localhost.example.com', false],
  ['http://127.0.0.1.example.com', false],
])('cookies of %s are secure: %p', (baseUrl, isSecure) => {
  const cookies = createCookies(baseUrl);
  expect(cookies.isSecure).toBe(isSecure);
  const line = cookies.set('a', 'b');
  expect([line.startsWith('__Host-a=b; '), line.endsWith('; Secure')]).toEqual([
    isSecure,
    isSecure,
  ]);
});

test('only the cookie of this very name is read', () => {
  const cookies = createCookies('https://sonde.example.com');
  const headers = new Headers({ cookie: 'a=plain; x__Host-a=other; __Host-a=ours; __Host-ab=no' });
  expect(cookies.read(headers, 'a')).toBe('ours');
  expect(cookies.read(new Headers({ cookie: 'a=plain' }), 'a')).toBeUndefined();
});
