/** Tells waiters in this process what was committed. Other processes find out by polling. */
export class Wakeups {
  #listeners = new Map<string, Set<() => void>>();

  /** The listener must not throw: it runs after a commit. Returns how to take it off. */
  on(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(topic) === listeners) {
        this.#listeners.delete(topic);
      }
    };
  }

  wake(topic: string): void {
    for (const listener of [...(this.#listeners.get(topic) ?? [])]) listener();
  }
}

export const topics = {
  /** A job of this kind may be claimed. */
  ready: (kind: string) => `ready/${kind}`,
  cancelRequested: (jobId: string) => `cancel/${jobId}`,
  /** The job has a new event, or has ended. */
  changed: (jobId: string) => `changed/${jobId}`,
};
