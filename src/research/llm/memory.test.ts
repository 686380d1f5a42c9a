import { expect, test } from 'bun:test';
import { countFailure, emptyMemory, type LlmUse } from './memory';

test('the errors of a stage are one of a kind, and the same in whatever order they came', () => {
  const errors = ['d', 'a 2', 'a 10', 'b', 'c', 'a 2'];
  const counted = (order: string[]): LlmUse => {
    const use = emptyMemory('m', 'm').stats.stages.read;
    for (const error of order) countFailure(use, error);
    return use;
  };
  expect(counted(errors)).toMatchObject({ failures: 6, errors: ['a 10', 'b', 'c'] });
  for (const [at] of errors.entries()) {
    const turned = [...errors.slice(at), ...errors.slice(0, at)];
    expect(counted(turned)).toEqual(counted(errors));
    expect(counted(turned.reverse())).toEqual(counted(errors));
  }
});
