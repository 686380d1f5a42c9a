import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { passing } from './fault';

const MAX_CALLS = 128;
const MAX_ARGUMENTS_LENGTH = 1_048_576;

const DELTA = Type.Object({
  index: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_CALLS - 1 })),
  id: Type.Optional(Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
  function: Type.Optional(
    Type.Object({
      name: Type.Optional(Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()])),
      arguments: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    }),
  ),
});

interface ToolCall {
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}

/** Puts the calls of tools together, which a chat streams in fragments. */
export class ToolCalls {
  #calls = new Map<number, ToolCall>();
  #length = 0;

  /** Throws BackendFault for what is no fragment of a call. */
  add(fragments: readonly unknown[]): void {
    for (const [position, fragment] of fragments.entries()) {
      if (!Value.Check(DELTA, fragment)) {
        throw passing('The backend sent a call of a tool that its API does not promise.');
      }
      const call = this.#at(fragment.index ?? position);
      const { name, arguments: more } = fragment.function ?? {};
      call.id ||= fragment.id ?? '';
      call.function.name += name ?? '';
      call.function.arguments += more ?? '';
      this.#length += (more ?? '').length + (name ?? '').length;
      if (this.#length > MAX_ARGUMENTS_LENGTH) {
        throw passing('The backend sent longer calls of tools than any model makes.');
      }
    }
  }

  #at(index: number): ToolCall {
    const known = this.#calls.get(index);
    if (known) return known;
    const call: ToolCall = { id: '', type: 'function', function: { name: '', arguments: '' } };
    this.#calls.set(index, call);
    return call;
  }

  /** In the order of their numbers; undefined when there were none. */
  all(): ToolCall[] | undefined {
    if (this.#calls.size === 0) return undefined;
    return [...this.#calls].sort(([a], [b]) => a - b).map(([, call]) => call);
  }
}
