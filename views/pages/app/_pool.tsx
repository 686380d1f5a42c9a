/** What there is of hosts, and who waits. */
export interface PoolProps {
  registeredHosts: number;
  /** In force and alive. */
  activeHosts: number;
  /** Hosts that wait for an admin. */
  pendingHosts: number;
  waitingJobs: number;
}

/** One line; nothing for a member of a team without hosts. */
export function PoolSection({ pool, isAdmin }: { pool: PoolProps; isAdmin: boolean }) {
  const { registeredHosts, activeHosts, pendingHosts, waitingJobs } = pool;
  if (registeredHosts === 0 && !isAdmin) return null;
  return (
    <section aria-labelledby="pool">
      <h2 id="pool">Pool</h2>
      {registeredHosts === 0 ? (
        <p>
          No host lends its models yet. <a href="/app/admin/hosts">Add the first one</a>
        </p>
      ) : (
        <p>
          <a href={isAdmin ? '/app/admin/hosts' : '/app/models'} safe>
            {`${counted(activeHosts, 'host')} at work, ${counted(waitingJobs, 'job')} waiting`}
          </a>
        </p>
      )}
      {isAdmin && pendingHosts > 0 ? (
        <p class="banner" role="status">
          <a href="/app/admin/hosts?state=pending" safe>
            {`To be let in: ${counted(pendingHosts, 'host')}`}
          </a>
        </p>
      ) : null}
    </section>
  );
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
