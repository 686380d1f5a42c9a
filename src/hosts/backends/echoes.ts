import type { Assignment } from '../types';
import type { Generated } from './types';

/** No model answers so. */
const TRIAL = 'Quince 4711 lantern ';

/**
 * Whether a backend repeats the text that it is to go on from. It cannot be seen in the answer
 * itself: a model that stutters looks the same. So it is tried once, with a text that no model goes
 * on to say, for each model and each way in which an answer is parsed.
 */
export class Echoes {
  #known = new Map<string, boolean>();

  async has(
    { model, request: { parameters } }: Assignment,
    goOnFrom: (text: string) => AsyncIterable<Generated>,
  ): Promise<boolean> {
    const way = [model, 'tools' in parameters, 'response_format' in parameters].join(' ');
    const known = this.#known.get(way);
    if (known !== undefined) return known;
    let answer = '';
    for await (const part of goOnFrom(TRIAL)) {
      if ('delta' in part) answer += part.delta;
    }
    const isEcho = answer.includes(TRIAL);
    this.#known.set(way, isEcho);
    return isEcho;
  }
}
