import { type Static, Type } from '@sinclair/typebox';
import type { Llm } from '../ports';
import { isJsonObject } from '../typed/limits';
import { shapeOfSchema } from '../typed/shape';
import type { Finding, TypedOutput } from '../types';
import { ask } from './ask';
import type { CallDeps } from './call';
import { DATA_RULE, fenced, oneLine } from './data';
import { maxTokens } from './tokens';
import { type Entry, joined } from './typed-tree';

const ANSWER = Type.Object(
  {
    fields: Type.Array(
      Type.Object(
        {
          path: Type.String(),
          value: Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]),
          finding: Type.Integer(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const MAX_OUTPUT_TOKENS = 4_000;
const SPARE_TOKENS = 400;
const MAX_FIELDS = 200;
const MAX_QUESTION_UNITS = 600;
const MAX_QUOTE_UNITS = 700;

const RULES =
  'You fill the fields of a JSON Schema from numbered findings and nothing else. For each field ' +
  'that a finding answers give its JSON pointer, its value in the words of the finding, and the ' +
  'number of the finding. Leave out what no finding says. ' +
  'Answer in JSON: {"fields": [{"path": "/items/0/name", "value": "...", "finding": 1}]}. ' +
  DATA_RULE;

export interface Typing {
  schema: unknown;
  question: string;
  findings: readonly Finding[];
  signal: AbortSignal;
  /** What the rules make of the same. */
  byRule: TypedOutput;
}

/**
 * Typed output with what a model reads in the findings. A value counts only when it stands in the
 * quotes of the finding that it names; every other field stays as the rules have it.
 */
export async function typeWith(deps: CallDeps, llm: Llm, typing: Typing): Promise<TypedOutput> {
  const { schema, question, findings, signal, byRule } = typing;
  if (!isJsonObject(schema) || findings.length === 0) return byRule;
  const head =
    `${fenced('schema', JSON.stringify(schema))}\n\n` +
    fenced('question', oneLine(question, MAX_QUESTION_UNITS));
  const answer = await ask(deps, {
    stage: 'typed',
    llm,
    name: 'fields',
    schema: ANSWER,
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    signal,
    prompt(room) {
      let left = room - SPARE_TOKENS - maxTokens(head) - maxTokens(RULES);
      const texts = findings.map(textOf).filter((text) => {
        left -= maxTokens(text) + 1;
        return left >= 0;
      });
      if (texts.length === 0) return undefined;
      return [
        { role: 'system', content: RULES },
        { role: 'user', content: `${head}\n\n${texts.join('\n')}` },
      ];
    },
  });
  const entries = entriesOf(answer?.fields ?? [], findings);
  return entries.size === 0 ? byRule : joined(schema, shapeOfSchema(schema), entries, byRule);
}

function textOf({ text, status }: Finding, index: number): string {
  return fenced(`finding ${index + 1}, ${status}`, oneLine(text, MAX_QUOTE_UNITS));
}

function entriesOf(
  fields: Static<typeof ANSWER>['fields'],
  findings: readonly Finding[],
): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const { path, value, finding: number } of fields.slice(0, MAX_FIELDS)) {
    const finding = findings[number - 1];
    const pointer = path.startsWith('/') ? path : `/${path}`;
    if (!finding || value === null || entries.has(pointer)) continue;
    entries.set(pointer, { value, finding });
  }
  return entries;
}
