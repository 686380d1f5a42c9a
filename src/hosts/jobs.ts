/** The kind under which an inference stands in the jobs table. */
export const INFERENCE = 'inference';

/** How long a host may be silent about a job before the job is taken from it. */
export const LEASE_MS = 20_000;

/** Hosts that one job may wear out. */
export const MAX_ATTEMPTS = 5;

/** A job that nobody takes in this time is not wanted any more: it fails, and costs nothing. */
export const LONGEST_WAIT_MS = 60 * 60_000;
