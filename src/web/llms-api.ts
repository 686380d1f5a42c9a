import {
  type ApiDescription,
  type NamedOperation,
  operationsOf,
  type Schema,
} from './api-description';

/** Every operation of the description as Markdown, by tag. */
export function operationsText(description: ApiDescription): string {
  const byTag = Map.groupBy(operationsOf(description), ({ tags }) => tags?.[0] ?? 'other');
  return [...byTag]
    .map(([tag, operations]) => `### ${tag}\n\n${operations.map(operationText).join('\n\n')}`)
    .join('\n\n');
}

/** Every schema that operations refer to by name. */
export function schemasText({ components }: ApiDescription): string {
  return Object.entries(components.schemas)
    .map(([name, schema]) => `### ${name}\n\n${fieldsText(schema)}`)
    .join('\n\n');
}

function operationText(operation: NamedOperation): string {
  const { method, path, summary, operationId } = operation;
  return [
    `#### ${method} ${path}`,
    '',
    `${summary ?? operationId ?? 'No summary'}.`,
    '',
    `- Security: ${securityOf(operation)}`,
    ...parametersOf(operation),
    ...bodiesOf(operation),
    ...answersOf(operation),
  ].join('\n');
}

function securityOf({ security }: NamedOperation): string {
  const names = (security ?? []).flatMap((each) => Object.keys(each));
  return names.length === 0 ? 'none' : names.join(' or ');
}

function parametersOf({ parameters = [] }: NamedOperation): string[] {
  return parameters.map(({ name, in: place, required = false, description, schema }) => {
    const described = description === undefined ? schema : { ...schema, description };
    return `- ${capitalized(place)} parameter ${fieldText(name, described, required)}`;
  });
}

function bodiesOf({ requestBody }: NamedOperation): string[] {
  return Object.entries(requestBody?.content ?? {}).flatMap(([type, { schema }]) => {
    if (!schema) return [`- Body (${type})`];
    if (!schema.properties) return [`- Body (${type}): ${typeOf(schema)}`];
    return [`- Body (${type}):`, fieldsText(schema).replace(/^/gm, '  ')];
  });
}

function answersOf({ responses }: NamedOperation): string[] {
  return Object.entries(responses ?? {}).map(([status, { description, content }]) => {
    const types = Object.entries(content ?? {}).map(([type, { schema }]) =>
      schema ? typeOf(schema) : type,
    );
    return `- ${status}: ${description}${types.length > 0 ? ` → ${types.join(' or ')}` : ''}`;
  });
}

function fieldsText(schema: Schema): string {
  if (!schema.properties) return `A value: ${typeOf(schema)}.`;
  return Object.entries(schema.properties)
    .map(([name, field]) => `- ${fieldText(name, field, schema.required?.includes(name) ?? false)}`)
    .join('\n');
}

function fieldText(name: string, schema: Schema, isRequired: boolean): string {
  const need = isRequired ? 'required' : 'optional';
  const words = schema.description ? `: ${schema.description}` : '';
  return `\`${name}\` (${typeOf(schema)}, ${need})${words}`;
}

/** `string`, `integer | null`, `list of Finding`, `{url: string}`. */
function typeOf(schema: Schema): string {
  if (schema.$ref) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  if (schema.properties) return objectType(schema.properties, schema.required ?? []);
  const type = [schema.type ?? 'any'].flat().join(' | ');
  return schema.format ? `${type}, ${schema.format}` : type;
}

function objectType(properties: Record<string, Schema>, required: string[]): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${typeOf(field)}`,
  );
  return fields.length === 0 ? 'object' : `{${fields.join(', ')}}`;
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
