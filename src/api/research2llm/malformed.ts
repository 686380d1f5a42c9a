import { Fault } from '../../lib/fault';

/** In this dialect a body that is not as described is 422, where elsewhere it is 400. `renamed` gives
 * a field the name that it has here. */
export async function asMalformed<T>(
  work: () => T | Promise<T>,
  renamed: (field: string) => string = (field) => field,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code !== 'invalid_request') throw thrown;
    const { message, field } = thrown;
    throw new Fault('unprocessable', message, field === undefined ? {} : { field: renamed(field) });
  }
}
