/** The job belongs to somebody else by now, or has ended: its worker must not write for it. */
export class LeaseLost extends Error {
  override name = 'LeaseLost';

  constructor(jobId: string) {
    super(`the lease of job ${jobId} is lost`);
  }
}
