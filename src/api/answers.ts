/** By status: what it means, and the model of its body or of the items of its list. */
export type AnswerTable<Name extends string> = Record<
  number,
  [description: string, model?: Name | [Name]]
>;

/** Describes the answers of an operation by the names of models; without one, 4xx and 5xx are
 * problems and anything else says nothing of its body. */
export function answersFor<Name extends string>() {
  return (table: AnswerTable<Name>) =>
    Object.fromEntries(
      Object.entries(table).map(([status, [description, model]]) => [
        status,
        {
          description,
          ...(model === undefined ? problemContent(Number(status)) : jsonContent(model)),
        },
      ]),
    );
}

function jsonContent(model: string | [string]) {
  const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const schema = Array.isArray(model)
    ? { type: 'array' as const, items: reference(model[0]) }
    : reference(model);
  return { content: { 'application/json': { schema } } };
}

function problemContent(status: number) {
  if (status < 400) return {};
  return {
    content: {
      'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } },
    },
  };
}
