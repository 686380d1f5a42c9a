import { expect, test } from 'bun:test';
import { errorWords } from './error-words';

const said = (body: unknown, ...secrets: string[]) =>
  errorWords(
    new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)),
    secrets,
  );

test.each([
  [
    { error: { code: 400, message: 'request (9 tokens) is too long', type: 'exceed_size_error' } },
    'exceed_size_error: request (9 tokens) is too long',
  ],
  [{ error: { message: 'No.', type: 'invalid', code: 'too_long' } }, 'too_long: No.'],
  [{ error: 'model not found' }, 'model not found'],
  [{ object: 'error', message: 'No.', type: 'BadRequestError', code: 400 }, 'BadRequestError: No.'],
  [[{ error: { code: 400, message: 'No.', status: 'INVALID_ARGUMENT' } }], 'No.'],
  [
    { detail: [{ loc: ['body', 'stream'], msg: 'Extra inputs', input: { secret: 1 } }] },
    'body.stream: Extra inputs',
  ],
  ['Bad request\n', 'Bad request'],
  ['<html>Bad gateway</html>', null],
  ['', null],
  [{}, null],
  [7, null],
] as [unknown, string | null][])('of %j the words are %j', (body, words) => {
  expect(said(body)).toBe(words);
});

test('what is nested without end says nothing', () => {
  expect(said('['.repeat(4_000) + ']'.repeat(4_000))).toBeNull();
});

test('the words are short, on one line, with nothing invisible in them', () => {
  expect(said({ error: `a\u001b[31m\nb\u202e\u0000c ${'x '.repeat(500)}` })).toMatch(
    /^a \[31m b c (x )+x?$/,
  );
  expect(said({ error: 'x '.repeat(500) })?.length).toBe(300);
});

test('no key is in the words, however it is hidden', () => {
  const words = said(
    { error: 'Bad key sk-ab\u200bhush, hush-hush or proj_0123456789abcdefABCDEF****wxyz' },
    'hush-hush',
  );
  expect(words).toBe('Bad key sk-ab hush, … or …');
});
