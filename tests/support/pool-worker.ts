import { serveTasks } from '../../src/compute/serve';
import { Fault } from '../../src/lib/fault';

/** Tasks of the pool's own tests. */
export const tasks = {
  double: async (value: number): Promise<number> => value * 2,
  refuse: async (field: string): Promise<never> => {
    throw new Fault('invalid_request', `${field} is refused`, { field });
  },
  spin: async (_: number): Promise<never> => {
    for (;;);
  },
};

serveTasks(tasks);
