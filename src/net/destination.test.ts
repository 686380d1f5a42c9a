import { describe, expect, test } from 'bun:test';
import { ManualClock } from '../../tests/support/clock';
import { createDestinationCheck } from './destination';

const clock = new ManualClock();
const names: Record<string, string[]> = {
  'public.example.com': ['93.184.216.34'],
  'mixed.example.com': ['93.184.216.34', '192.168.1.1'],
  'printer.lan': ['192.168.1.9'],
};
const resolve = async (name: string) => {
  const addresses = names[name];
  if (!addresses) throw new Error('no such name');
  return addresses;
};
const check = createDestinationCheck({ clock, allow: [], resolve });

describe('an address that is to be called later', () => {
  test.each([
    'https://public.example.com/a',
    'http://8.8.8.8:8080/',
    'https://unknown.example.com/',
  ])('passes: %s', async (url) => expect(await check(url)).toBe(new URL(url).href));

  test.each([
    'http://192.168.1.1/',
    'http://0x7f.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://[fe80::1]/',
    'https://mixed.example.com/',
    'http://printer.lan/',
    'http://unknown.internal/',
    'http://unknown/',
    'http://app.localhost/',
    'http://8.8.8.8:6379/',
    'gopher://public.example.com/',
    'public.example.com',
    '',
  ])('is refused: %s', async (url) => {
    await expect(check(url)).rejects.toMatchObject({ code: 'fetch_refused' });
  });

  test('passes in a range that the operator allows', async () => {
    const allowing = createDestinationCheck({ clock, allow: ['192.168.0.0/16'], resolve });
    expect(await allowing('http://printer.lan/#a')).toBe('http://printer.lan/');
    await expect(allowing('http://10.0.0.1/')).rejects.toMatchObject({ code: 'fetch_refused' });
  });

  test('does not wait long for a name', async () => {
    const slow = createDestinationCheck({ clock, allow: [], resolve: () => new Promise(() => {}) });
    const checked = slow('https://slow.example.com/');
    await Promise.resolve();
    clock.advance(3_000);
    expect(await checked).toBe('https://slow.example.com/');
  });
});
