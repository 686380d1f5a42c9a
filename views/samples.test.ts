import { describe, expect, test } from 'bun:test';
import { ResearchRequest } from '../src/api/infrence/schemas';
import { RunRequest } from '../src/api/infrintia/schemas';
import { ChatCompletionRequest } from '../src/api/openai/schemas-request';
import { validator } from '../src/http/validate';
import * as samples from './samples';

const ORIGIN = 'http://127.0.0.1:8787';
const checked = validator(ResearchRequest);
const checkedChat = validator(ChatCompletionRequest);
const checkedRun = validator(RunRequest);

describe('samples', () => {
  test.each([samples.firstQuestion, samples.followedQuestion, samples.typedQuestion])(
    '%p sends what the API accepts',
    (sample) => {
      const [, body] = /-d '(\{[^']*\})'/.exec(sample(ORIGIN)) ?? [];
      expect(checked(JSON.parse(body!)).question).toEndWith('?');
    },
  );

  test('TypeScript and Python are well-formed', async () => {
    const source = samples.typescriptQuestion(ORIGIN);
    expect(() => new Bun.Transpiler({ loader: 'ts' }).transformSync(source)).not.toThrow();
    const python = samples.pythonQuestion(ORIGIN);
    expect(python.match(/[([{]/g)?.length).toBe(python.match(/[)\]}]/g)!.length);
  });

  const { nameInSample: _, joinCommand: __, firstRun, firstChat, openaiChat, ...asking } = samples;

  test.each(Object.values(asking))('%p names the address that it is given', (sample) => {
    expect(sample(ORIGIN)).toContain(`${ORIGIN}/v1/`);
  });

  test.each([
    [firstChat, `${ORIGIN}/v1/chat/completions `, checkedChat],
    [firstRun, `${ORIGIN}/run/model `, checkedRun],
  ])('%p sends a model what its API accepts', (sample, address, check) => {
    const text = sample(ORIGIN, 'team/llama-3:8b');
    expect(text).toContain(address);
    const [, body] = /-d '(\{[^']*\})'/.exec(text) ?? [];
    expect(check(JSON.parse(body!)).model).toBe('team/llama-3:8b');
  });

  test("let no name of a host's model say anything to a shell or to Python", () => {
    for (const name of ["x'; rm -rf ~; '", '"); evil("', '$(evil)', 'a b', '-x', '`evil`']) {
      for (const sample of [firstChat, firstRun, openaiChat]) {
        expect(sample(ORIGIN, name)).toBe(sample(ORIGIN, 'MODEL'));
      }
    }
  });
});
