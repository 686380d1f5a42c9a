/** A sample to copy; a long line scrolls by itself, by the keyboard too. */
export function Code({ label, text }: { label: string; text: string }) {
  return (
    <section class="scroll" aria-label={label} tabindex="0">
      <pre>
        <code safe>{text}</code>
      </pre>
    </section>
  );
}
