import { describe, expect, test } from 'bun:test';
import { parseOptions } from './parse';

describe('options', () => {
  test('an empty environment gives every default', () => {
    const options = parseOptions({});
    expect(options.port).toBe(8787);
    expect(options.web).toBe(true);
    expect(options.fetchAllow).toEqual([]);
  });

  test('the command line wins over the environment', () => {
    expect(parseOptions({ SONDE_PORT: '1' }, { port: '2' }).port).toBe(2);
  });

  test.each([
    [{ SONDE_PORT: '70000' }, 'SONDE_PORT "70000" must be a whole number from 0 to 65535'],
    [{ SONDE_PORT: '80x' }, 'SONDE_PORT "80x" must be a whole number from 0 to 65535'],
    [{ SONDE_WEB: 'maybe' }, 'SONDE_WEB "maybe" must be on or off'],
    [
      { SONDE_LOG_LEVEL: 'loud' },
      'SONDE_LOG_LEVEL "loud" must be one of info, warn, error, silent',
    ],
  ])('a bad value is refused by its name and remedy: %j', (environment, message) => {
    expect(() => parseOptions(environment)).toThrow(message);
  });

  test('a list is split at commas and loses its blanks', () => {
    expect(parseOptions({ SONDE_FETCH_ALLOW: '10.0.0.0/8, 127.0.0.1,' }).fetchAllow).toEqual([
      '10.0.0.0/8',
      '127.0.0.1',
    ]);
  });
});
