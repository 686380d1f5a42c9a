const TABS = [
  { path: '/app/admin/hosts', name: 'Hosts' },
  { path: '/app/admin/models', name: 'Models, aliases, priorities' },
] as const;

/** Between the pages of an admin about the pool. */
export function PoolTabs({ path }: { path: (typeof TABS)[number]['path'] }) {
  return (
    <nav aria-label="Pool" class="filter">
      <ul>
        {TABS.map((tab) => (
          <li>
            <a href={tab.path} aria-current={tab.path === path ? 'true' : undefined}>
              {tab.name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
