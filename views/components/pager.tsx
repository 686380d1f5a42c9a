interface PagerProps {
  path: string;
  /** What the links keep; empty values are left out. */
  query: Record<string, string>;
  offset: number;
  limit: number;
  total: number;
}

/** Where in a long list the page is, and the ways on and back. Nothing for a list of one page. */
export function Pager({ path, query, offset, limit, total }: PagerProps) {
  if (offset === 0 && total <= limit) return null;
  const hrefOf = (to: number) => hrefWith(path, { ...query, offset: to === 0 ? '' : String(to) });
  const last = Math.min(offset + limit, total);
  return (
    <nav aria-label="Pages" class="pager">
      <p class="note" safe>
        {last > offset ? `${offset + 1} to ${last} of ${total}` : `There are ${total}`}
      </p>
      <ul>
        {offset > 0 ? (
          <li>
            <a href={hrefOf(Math.max(0, offset - limit))} rel="prev">
              Newer
            </a>
          </li>
        ) : null}
        {last < total ? (
          <li>
            <a href={hrefOf(offset + limit)} rel="next">
              Older
            </a>
          </li>
        ) : null}
      </ul>
    </nav>
  );
}

/** A path with those values that are not empty. */
export function hrefWith(path: string, query: Record<string, string>): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
