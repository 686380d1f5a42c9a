const tasks = new Set<() => unknown>();

/** What has to be undone after a file's tests. Returns how to forget it, once it is done already. */
export function onCleanUp(task: () => unknown): () => void {
  tasks.add(task);
  return () => tasks.delete(task);
}

/**
 * For `afterAll` of every file that starts something. It cannot be registered here: a module that
 * several test files import is run once, for the first of them.
 */
export async function cleanUp(): Promise<void> {
  const pending = [...tasks].reverse();
  tasks.clear();
  for (const task of pending) await task();
}
