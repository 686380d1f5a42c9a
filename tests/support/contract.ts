import contractJson from '../contract/infrence.json';
import {
  bodySchemaOf,
  type Content,
  type Description,
  nameOf,
  type Operation,
  operationsOf,
  type Parameter,
  type Schema,
  shapeOf,
} from './openapi';

/** The facts of the Infrence API. */
export const contract = contractJson as unknown as Description;

interface Sides {
  wanted: Description;
  ours: Description;
  differences: string[];
  /** Schemas that both sides name are compared where they are met first. */
  seen: Set<string>;
}

/** Whether a schema is sent or answered: what we add to a request cannot be required. */
type Way = 'request' | 'answer';

/**
 * What `ours` says otherwise than `wanted`, in words; empty when a client of `wanted` is served.
 * Prose, bounds and further errors are our own matter. What is added has to say so.
 */
export function differencesOf(wanted: Description, ours: Description): string[] {
  const sides: Sides = { wanted, ours, differences: [], seen: new Set() };
  const known = new Map(operationsOf(ours).map((operation) => [operation.name, operation]));
  for (const operation of operationsOf(wanted)) {
    const found = known.get(operation.name);
    known.delete(operation.name);
    if (found) compareOperation(sides, operation.name, operation, found);
    else sides.differences.push(`${operation.name}: in the contract, missing in ours`);
  }
  for (const { name, ...operation } of known.values()) expectAddition(sides, name, operation);
  compareNamedSchemas(sides);
  for (const [name, scheme] of Object.entries(ours.components.securitySchemes)) {
    const place = `security scheme ${name}`;
    const known = wanted.components.securitySchemes[name];
    if (known === undefined) expectAddition(sides, place, scheme as Marked);
    else expectEqual(sides, place, [known, scheme]);
  }
  for (const name of Object.keys(wanted.components.securitySchemes)) {
    if (!(name in ours.components.securitySchemes))
      sides.differences.push(`security scheme ${name} is missing`);
  }
  return sides.differences;
}

type Marked = { 'x-sonde-addition'?: boolean };

function expectAddition({ differences }: Sides, where: string, ours: Marked): void {
  if (ours['x-sonde-addition'] !== true)
    differences.push(`${where}: not in the contract, and not marked as an addition`);
}

function expectNoAddition({ differences }: Sides, where: string, ours: Marked): void {
  if (ours['x-sonde-addition'] !== undefined)
    differences.push(`${where}: in the contract, and marked as an addition`);
}

function expectEqual({ differences }: Sides, where: string, [wanted, ours]: unknown[]): void {
  const [expected, found] = [JSON.stringify(wanted), JSON.stringify(ours)];
  if (expected !== found)
    differences.push(
      `${where}: ${expected ?? 'nothing'} in the contract, ${found ?? 'nothing'} in ours`,
    );
}

const necessity = (isRequired: boolean) => (isRequired ? 'required' : 'optional');

function expectNecessity(sides: Sides, where: string, wanted: boolean, ours: boolean): void {
  if (wanted !== ours)
    sides.differences.push(
      `${where}: ${necessity(wanted)} in the contract, ${necessity(ours)} in ours`,
    );
}

function compareOperation(sides: Sides, name: string, wanted: Operation, ours: Operation): void {
  expectNoAddition(sides, name, ours);
  expectEqual(sides, `${name} operationId`, [wanted.operationId, ours.operationId]);
  expectEqual(sides, `${name} security`, [wanted.security, ours.security]);
  compareParameters(sides, name, wanted.parameters ?? [], ours.parameters ?? []);
  const [wantedBody, ourBody] = [bodySchemaOf(wanted), bodySchemaOf(ours)];
  if (wantedBody && ourBody) compareSchema(sides, `${name} body`, wantedBody, ourBody, 'request');
  else expectEqual(sides, `${name} body`, [wantedBody, ourBody]);
  expectNecessity(
    sides,
    `${name} body`,
    wanted.requestBody?.required ?? false,
    ours.requestBody?.required ?? false,
  );
  compareAnswers(sides, name, wanted, ours);
}

function compareParameters(
  sides: Sides,
  name: string,
  wanted: Parameter[],
  ours: Parameter[],
): void {
  const known = new Map(ours.map((parameter) => [`${parameter.in} ${parameter.name}`, parameter]));
  for (const parameter of wanted) {
    const key = `${parameter.in} ${parameter.name}`;
    const where = `${name} ${key}`;
    const found = known.get(key);
    known.delete(key);
    if (!found) {
      sides.differences.push(`${where}: in the contract, missing in ours`);
      continue;
    }
    expectNoAddition(sides, where, found);
    expectNecessity(sides, where, parameter.required, found.required);
    compareSchema(sides, where, parameter.schema, found.schema, 'request');
  }
  for (const [key, parameter] of known) {
    expectAddition(sides, `${name} ${key}`, parameter);
    expectNecessity(sides, `${name} ${key}`, false, parameter.required);
  }
}

function compareAnswers(sides: Sides, name: string, wanted: Operation, ours: Operation): void {
  for (const [status, answer] of Object.entries(wanted.responses)) {
    const where = `${name} → ${status}`;
    const found = ours.responses[status];
    if (!found) sides.differences.push(`${where}: in the contract, missing in ours`);
    // The contract leaves open what an error says.
    else if (Number(status) < 400)
      compareContent(sides, where, answer.content ?? {}, found.content ?? {});
  }
  for (const status of Object.keys(ours.responses)) {
    if (!(status in wanted.responses) && Number(status) < 400)
      sides.differences.push(`${name} → ${status}: not in the contract`);
  }
}

function compareContent(sides: Sides, where: string, wanted: Content, ours: Content): void {
  expectEqual(sides, `${where} media types`, [Object.keys(wanted), Object.keys(ours)]);
  for (const [type, { schema }] of Object.entries(wanted)) {
    const found = ours[type]?.schema;
    if (schema && found) compareSchema(sides, where, schema, found, 'answer');
  }
}

function compareNamedSchemas(sides: Sides): void {
  const { wanted, ours, seen } = sides;
  const [wantedSchemas, ourSchemas] = [wanted.components.schemas, ours.components.schemas];
  for (const [name, schema] of Object.entries(wantedSchemas)) {
    const found = ourSchemas[name];
    if (!found) sides.differences.push(`schema ${name}: in the contract, missing in ours`);
    else {
      expectNoAddition(sides, `schema ${name}`, found);
      if (!seen.has(name)) compareSchema(sides, name, schema, found, 'answer');
    }
  }
  for (const [name, schema] of Object.entries(ourSchemas)) {
    if (!(name in wantedSchemas)) expectAddition(sides, `schema ${name}`, schema);
  }
}

function compareSchema(sides: Sides, where: string, wanted: Schema, ours: Schema, way: Way): void {
  const [name, ourName] = [nameOf(wanted), nameOf(ours)];
  if (ourName !== undefined && ourName !== name) {
    sides.differences.push(
      `${where}: ${name ?? 'no named schema'} in the contract, ${ourName} in ours`,
    );
    return;
  }
  if (name !== undefined && ourName === name) {
    if (sides.seen.has(name)) return;
    sides.seen.add(name);
  }
  compareShapes(sides, name === undefined ? where : `${where} ${name}`, wanted, ours, way);
}

function compareShapes(sides: Sides, where: string, wanted: Schema, ours: Schema, way: Way): void {
  const [expected, found] = [shapeOf(wanted, sides.wanted), shapeOf(ours, sides.ours)];
  expectEqual(sides, `${where} type`, [expected.types, found.types]);
  expectEqual(sides, `${where} format`, [expected.format, found.format]);
  expectEqual(sides, `${where} values`, [expected.enum, found.enum]);
  if (expected.minimum !== undefined)
    expectEqual(sides, `${where} minimum`, [expected.minimum, found.minimum]);
  if (expected.items && found.items)
    compareSchema(sides, `${where}[]`, expected.items, found.items, way);
  else expectEqual(sides, `${where}[]`, [expected.items, found.items]);
  for (const [property, schema] of expected.properties) {
    const place = `${where}.${property}`;
    const ourSchema = found.properties.get(property);
    if (!ourSchema) {
      sides.differences.push(`${place}: in the contract, missing in ours`);
      continue;
    }
    expectNoAddition(sides, place, ourSchema);
    expectNecessity(sides, place, expected.required.has(property), found.required.has(property));
    compareSchema(sides, place, schema, ourSchema, way);
  }
  for (const [property, schema] of found.properties) {
    if (expected.properties.has(property)) continue;
    expectAddition(sides, `${where}.${property}`, schema);
    if (way === 'request')
      expectNecessity(sides, `${where}.${property}`, false, found.required.has(property));
  }
}
