import { Code } from './code';

/** A sample with a button that copies it, on pages that load `/app/copy.js`. */
export function Copyable({ id, label, text }: { id: string; label: string; text: string }) {
  return (
    <>
      <Code id={id} label={label} text={text} />
      <p>
        <button type="button" class="quiet" data-copy={id}>
          Copy
        </button>
      </p>
    </>
  );
}
