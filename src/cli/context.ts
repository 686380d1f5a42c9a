import { type Command, InvalidArgumentError } from 'commander';
import type { User } from '../accounts/types';
import type { OptionName } from '../config/options';
import { type Overrides, readOptions } from '../config/parse';
import { type Core, openCore } from '../core';

/** What every command takes. */
export interface CommonFlags {
  data?: string;
  json?: boolean;
}

export function addCommonFlags(command: Command): Command {
  return command
    .option('--data <dir>', 'data folder (SONDE_DATA)')
    .option('--json', 'print JSON of a stable shape');
}

/** Opens the data folder for the length of one command; a server beside it goes on undisturbed. */
export async function withCore<T>(
  flags: CommonFlags,
  use: (core: Core) => Promise<T>,
  overrides: Overrides = {},
): Promise<T> {
  const core = openCore(readOptions({ ...commandDefaults, ...dataOverride(flags), ...overrides }));
  try {
    return await use(core);
  } finally {
    await core.close();
  }
}

/** A command speaks through its output; only what went wrong is logged beside it. */
const commandDefaults: Overrides = { logLevel: 'error' };

export function dataOverride(flags: CommonFlags): Partial<Record<OptionName, string>> {
  return flags.data === undefined ? {} : { dataDir: flags.data };
}

/** The named user, or whom the command line works for when none is named. */
export function userOf(core: Core, email: string | undefined): Promise<User> {
  return email === undefined ? core.accounts.operator() : core.accounts.byEmail(email);
}

export function wholeNumber(min: number, max: number): (raw: string) => number {
  return (raw) => {
    const value = Number(raw);
    if (!/^\d+$/.test(raw) || value < min || value > max) {
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}
