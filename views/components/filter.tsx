import { hrefWith } from './pager';

interface FilterProps {
  label: string;
  path: string;
  name: string;
  /** Empty for all. */
  selected: string;
  options: readonly { value: string; text: string }[];
}

/** Links that show a part of a list; the first shows all. */
export function Filter({ label, path, name, selected, options }: FilterProps) {
  return (
    <nav aria-label={label} class="filter">
      <ul>
        {[{ value: '', text: 'all' }, ...options].map(({ value, text }) => (
          <li>
            <a
              href={hrefWith(path, { [name]: value })}
              aria-current={value === selected ? 'true' : undefined}
              safe
            >
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
