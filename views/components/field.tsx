export interface FieldProps {
  name: string;
  label: string;
  /** `textarea` has several lines. */
  type?: 'text' | 'email' | 'password' | 'number' | 'url' | 'textarea';
  value?: string;
  /** What is wrong with the value, and the remedy. */
  error?: string;
  hint?: string;
  required?: boolean;
  autocomplete?: JSX.HtmlInputTag['autocomplete'];
  minlength?: number;
  maxlength?: number;
  placeholder?: string;
}

/** An input with its label, and its hint and error where a screen reader finds them. */
export function Field(props: FieldProps) {
  const { name, label, hint, error } = props;
  return (
    <div class="field">
      <label for={`field-${name}`} safe>
        {label}
      </label>
      <Control {...props} />
      {hint ? (
        <p class="hint" id={`field-${name}-hint`} safe>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p class="error" id={`field-${name}-error`} safe>
          {error}
        </p>
      ) : null}
    </div>
  );
}

function Control({ label: _, type = 'text', value, hint, error, ...rest }: FieldProps) {
  const id = `field-${rest.name}`;
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  const attributes = {
    ...rest,
    id,
    'aria-invalid': error ? ('true' as const) : undefined,
    'aria-describedby': describedBy || undefined,
  };
  if (type === 'textarea') {
    const { autocomplete: __, ...textarea } = attributes;
    return (
      <textarea {...textarea} rows="6" safe>
        {value ?? ''}
      </textarea>
    );
  }
  return <input {...attributes} type={type} value={value} />;
}
