import { describe, expect, test } from 'bun:test';
import { ResearchRequest } from '../src/api/infrence/schemas';
import { validator } from '../src/http/validate';
import * as samples from './samples';

const ORIGIN = 'http://127.0.0.1:8787';
const checked = validator(ResearchRequest);

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

  test.each(Object.values(samples))('%p names the address that it is given', (sample) => {
    expect(sample(ORIGIN)).toContain(`${ORIGIN}/v1/`);
  });
});
