import { setPriority } from 'node:os';
import { serveTasks } from './compute/serve';
import { tasks } from './tasks';

const LOWER_PRIORITY = 10;

/** Where cores are short, a Worker gives way to the thread that answers requests. */
function giveWay(): void {
  // Linux alone takes this to be about the calling thread.
  if (process.platform !== 'linux') return;
  try {
    setPriority(LOWER_PRIORITY);
  } catch {
    // A sandbox that forbids it costs some fairness, and no work.
  }
}

giveWay();
serveTasks(tasks);
