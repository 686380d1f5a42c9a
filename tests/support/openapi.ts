/** As much of JSON Schema as API descriptions use. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  minimum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  'x-sonde-addition'?: boolean;
}

export type Content = Record<string, { schema?: Schema }>;

export interface Parameter {
  name: string;
  in: string;
  required: boolean;
  schema: Schema;
  'x-sonde-addition'?: boolean;
}

export interface Operation {
  operationId: string;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { content?: Content }>;
  'x-sonde-addition'?: boolean;
}

export interface Description {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<string, unknown>;
  };
}

export interface NamedOperation extends Operation {
  /** `POST /v1/research`: the method, and the path with its parameters in braces. */
  name: string;
  method: string;
  path: string;
}

export function operationsOf({ paths }: Description): NamedOperation[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      ...operation,
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
    })),
  );
}

export const bodySchemaOf = (operation: Operation) =>
  operation.requestBody?.content['application/json']?.schema;

/** A schema with its references followed, its parts joined, and nothing but facts. */
export interface Shape {
  types: string[];
  format: string | undefined;
  enum: string[] | undefined;
  minimum: number | undefined;
  required: Set<string>;
  properties: Map<string, Schema>;
  items: Schema | undefined;
}

export function nameOf(schema: Schema): string | undefined {
  return schema.$ref?.split('/').at(-1);
}

export function shapeOf(schema: Schema, description: Description): Shape {
  const parts = [...(schema.allOf ?? [])];
  const name = nameOf(schema);
  if (name !== undefined) {
    const named = description.components.schemas[name];
    if (!named) throw new Error(`no schema is named ${name}`);
    parts.push(named);
  }
  const shapes = parts.map((part) => shapeOf(part, description));
  const first = <Key extends 'format' | 'enum' | 'minimum' | 'items'>(key: Key) =>
    shapes.find((shape) => shape[key] !== undefined)?.[key];
  return {
    types: schema.type ? [schema.type].flat().toSorted() : (shapes[0]?.types ?? []),
    format: schema.format ?? first('format'),
    enum: schema.enum?.map(String).toSorted() ?? first('enum'),
    minimum: schema.minimum ?? first('minimum'),
    items: schema.items ?? first('items'),
    required: new Set([
      ...shapes.flatMap((shape) => [...shape.required]),
      ...(schema.required ?? []),
    ]),
    properties: new Map([
      ...shapes.flatMap((shape) => [...shape.properties]),
      ...Object.entries(schema.properties ?? {}),
    ]),
  };
}

/** The least that a schema takes, as far as it says. */
export function sampleOf(schema: Schema, description: Description): unknown {
  const { types, required, properties } = shapeOf(schema, description);
  if (types.includes('object')) {
    const fields = [...properties].filter(([name]) => required.has(name));
    return Object.fromEntries(fields.map(([name, field]) => [name, sampleOf(field, description)]));
  }
  if (types.includes('boolean')) return false;
  return types.includes('string') ? 'text' : 1;
}
