/** The one time that a key is shown. */
export function CreatedKey({ name, plaintext }: { name: string; plaintext: string }) {
  return (
    <div class="flash done created-key" role="status">
      <p safe>{`This is the key “${name}”. Copy it now: it is not shown again.`}</p>
      <p>
        <code id="created-key" safe>
          {plaintext}
        </code>{' '}
        <button type="button" class="quiet" data-copy="created-key">
          Copy
        </button>
      </p>
    </div>
  );
}
