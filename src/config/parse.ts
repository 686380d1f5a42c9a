import { Fault } from '../lib/fault';
import { type OptionName, type OptionSpec, type Options, optionTable } from './options';

/** What stands on the command line wins over the environment, which wins over the default. */
export type Overrides = Partial<Record<OptionName, string>>;

/** Throws Fault `invalid_request` that names the variable, its value and what it may be. */
export function parseOptions(
  environment: Record<string, string | undefined>,
  overrides: Overrides = {},
): Options {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(optionTable) as [OptionName, OptionSpec][]) {
    const raw = overrides[name] ?? environment[spec.env];
    values[name] = raw === undefined || raw === '' ? spec.default : parseValue(spec, raw);
  }
  return values as Options;
}

/** The sole reader of the process environment. */
export function readOptions(overrides: Overrides = {}): Options {
  return parseOptions(process.env, overrides);
}

function parseValue(spec: OptionSpec, raw: string): unknown {
  switch (spec.kind) {
    case 'text':
      return raw;
    case 'list':
      return raw
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'switch':
      return parseSwitch(spec, raw);
    case 'integer':
      return parseInteger(spec, raw);
    case 'choice':
      if (!spec.choices?.includes(raw))
        throw refused(spec, raw, `one of ${spec.choices?.join(', ')}`);
      return raw;
  }
}

function parseSwitch(spec: OptionSpec, raw: string): boolean {
  const word = raw.toLowerCase();
  if (['on', 'true', '1', 'yes'].includes(word)) return true;
  if (['off', 'false', '0', 'no'].includes(word)) return false;
  throw refused(spec, raw, 'on or off');
}

function parseInteger(spec: OptionSpec, raw: string): number {
  const value = Number(raw);
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = spec;
  if (!/^-?\d+$/.test(raw) || value < min || value > max) {
    throw refused(spec, raw, `a whole number from ${min} to ${max}`);
  }
  return value;
}

function refused(spec: OptionSpec, raw: string, wanted: string): Fault {
  const shown = spec.secret ? '' : ` "${raw}"`;
  return new Fault('invalid_request', `${spec.env}${shown} must be ${wanted}`, { field: spec.env });
}
