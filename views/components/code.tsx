/** A sample to copy; a long line scrolls by itself, by the keyboard too. */
export function Code({ label, text, id }: { label: string; text: string; id?: string }) {
  return (
    <section class="scroll" aria-label={label} tabindex="0">
      <pre>
        <code id={id} safe>
          {text}
        </code>
      </pre>
    </section>
  );
}
