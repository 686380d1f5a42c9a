interface SelectProps {
  name: string;
  label: string;
  options: readonly { value: string; text: string }[];
  selected: string;
}

/** A choice of few, with its label. */
export function Select({ name, label, options, selected }: SelectProps) {
  return (
    <div class="field">
      <label for={`field-${name}`} safe>
        {label}
      </label>
      <select id={`field-${name}`} name={name}>
        {options.map(({ value, text }) => (
          <option value={value} selected={value === selected} safe>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  name: string;
  label: string;
  checked: boolean;
}

export function Check({ name, label, checked }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" name={name} value="on" checked={checked} />
      <span safe>{label}</span>
    </label>
  );
}
