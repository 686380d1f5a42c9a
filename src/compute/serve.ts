import { Fault } from '../lib/fault';
import type { TaskMessage, TaskReply, TaskTable } from './pool';

/** The Worker's side: answers each message with what its task gives. */
export function serveTasks(tasks: TaskTable): void {
  const scope = globalThis as unknown as Worker;
  scope.addEventListener('message', (event) => {
    void answer(tasks, event.data as TaskMessage).then((reply) => scope.postMessage(reply));
  });
}

async function answer(tasks: TaskTable, message: TaskMessage): Promise<TaskReply> {
  try {
    const task = tasks[message.name];
    if (!task) throw new Error(`no such task: ${message.name}`);
    return { ok: true, value: await task(message.input as never) };
  } catch (thrown) {
    if (thrown instanceof Fault) {
      return { ok: false, code: thrown.code, field: thrown.field, message: thrown.message };
    }
    return {
      ok: false,
      message: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    };
  }
}
