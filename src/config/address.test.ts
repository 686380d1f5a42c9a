import { expect, test } from 'bun:test';
import { localUrl } from './address';

test.each([
  ['127.0.0.1', 'http://127.0.0.1:80'],
  ['::1', 'http://[::1]:80'],
  ['0.0.0.0', 'http://localhost:80'],
  ['::', 'http://localhost:80'],
  ['sonde.lan', 'http://sonde.lan:80'],
])('a server on %s is opened at %s', (host, url) => {
  expect(localUrl(host, 80)).toBe(url);
  expect(URL.canParse(url)).toBe(true);
});
