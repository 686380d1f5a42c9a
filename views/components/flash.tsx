/** One message above a page or form: what was done, or what went wrong and the remedy. */
export function Flash({ kind, text }: { kind: 'done' | 'error'; text: string }) {
  return (
    <p class={`flash ${kind}`} role={kind === 'error' ? 'alert' : 'status'} safe>
      {text}
    </p>
  );
}
