import { expect, test } from 'bun:test';
import { FetchFault } from '../../net/fetch-fault';
import { isContextOverflow, shorterContext } from './overflow';

const fault = (said: string | null, status = 400) =>
  new FetchFault('status', 'no', { status, said });

const SENT = { inputTokens: 40_000, maxOutputTokens: 2_000 };

test.each([
  [
    'exceed_context_size_error: request (36014 tokens) exceeds the available context size (16384 tokens), try increasing it',
    16_384,
  ],
  [
    "context_length_exceeded: This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
    8_192,
  ],
  [
    "BadRequestError: This model's maximum context length is 4096 tokens. However, you requested 5000 tokens",
    4_096,
  ],
  ['invalid_request_error: prompt is too long: 31000 tokens > 20,000 maximum', 20_000],
  ['The input token count (40000) exceeds the maximum number of tokens allowed (30720).', 30_720],
  ['Prompt contains 40000 tokens, too large for model with 32000 maximum context length', 32_000],
  ["This model's maximum prompt length is 131072 but the request contains 200000 tokens.", 26_214],
  ['`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000', 21_000],
  ['Trying to keep the first 9000 tokens when context the overflows.', 21_000],
  ['too many tokens: size limit exceeded by 12', 21_000],
])('%p is a prompt that is too long', (said, contextTokens) => {
  expect(isContextOverflow(fault(said))).toBeTrue();
  expect(shorterContext(fault(said), SENT)).toBe(contextTokens);
});

test('a status can say it alone, and another error does not', () => {
  expect(isContextOverflow(fault(null, 413))).toBeTrue();
  expect(shorterContext(fault(null, 413), SENT)).toBe(21_000);
  for (const said of [
    null,
    'unsupported_value: temperature does not support 0',
    'response_format: unknown type json_schema',
    'body.stream_options: Extra inputs are not permitted',
    'invalid max_tokens value, the valid range is [1, 8192]',
  ]) {
    expect(isContextOverflow(fault(said))).toBeFalse();
  }
  expect(isContextOverflow(new Error('context_length_exceeded'))).toBeFalse();
});

test('a model that makes more tokens of a text than is counted here is given so much less of it', () => {
  const said = 'request (80000 tokens) exceeds the available context size (16384 tokens)';
  expect(shorterContext(fault(said), SENT)).toBe(8_192);
});
