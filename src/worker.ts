import { serveTasks } from './compute/serve';
import { tasks } from './tasks';

serveTasks(tasks);
