/**
 * One HTTP/1.1 connection by hand: a full client costs more than the server that is to be measured,
 * and both share two cores. One request at a time; answers with Content-Length, 204, or, for
 * `stream`, chunked and read as they come.
 */
export class Wire {
  #socket: Awaited<ReturnType<typeof Bun.connect>> | undefined;
  #origin: URL;
  #pending: Buffer = Buffer.alloc(0);
  #answered: ((answer: Answer) => void) | undefined;
  #onChunk: ((text: string) => void) | undefined;
  #isClosed = false;

  private constructor(origin: URL) {
    this.#origin = origin;
  }

  static async open(origin: string): Promise<Wire> {
    const wire = new Wire(new URL(origin));
    wire.#socket = await Bun.connect({
      hostname: wire.#origin.hostname,
      port: Number(wire.#origin.port),
      socket: {
        data: (_, chunk) => wire.#read(chunk),
        close: () => wire.#closed(),
        error: () => wire.#closed(),
      },
    });
    return wire;
  }

  ask(method: string, path: string, key: string, body = '', type = JSON_TYPE): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answered = resolve;
    this.#socket?.write(this.#request(method, path, key, body, type));
    return promise;
  }

  /** For an answer that goes on: `onChunk` gets what comes, headers and chunk sizes included. */
  stream(path: string, key: string, onChunk: (text: string) => void): void {
    this.#onChunk = onChunk;
    this.#socket?.write(this.#request('GET', path, key, '', JSON_TYPE));
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.end();
  }

  #request(method: string, path: string, key: string, body: string, type: string): string {
    const length =
      body === '' ? '' : `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    return `${method} ${path} HTTP/1.1\r\nhost: ${this.#origin.host}\r\nauthorization: Bearer ${key}\r\n${length}\r\n${body}`;
  }

  #read(chunk: Buffer): void {
    if (this.#onChunk) {
      this.#onChunk(chunk.toString('utf8'));
      return;
    }
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const headerEnd = this.#pending.indexOf(HEADER_END);
    if (headerEnd < 0) return;
    const head = this.#pending.toString('latin1', 0, headerEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const end = headerEnd + HEADER_END.length + length;
    if (this.#pending.length < end) return;
    const body = this.#pending.toString('utf8', headerEnd + HEADER_END.length, end);
    this.#pending = this.#pending.subarray(end);
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.({ status: Number(head.slice(9, 12)), body });
  }

  #closed(): void {
    if (!this.#isClosed) this.#answered?.({ status: 0, body: '' });
  }
}

export interface Answer {
  /** 0 when the connection was lost. */
  status: number;
  body: string;
}

const JSON_TYPE = 'application/json';
const HEADER_END = Buffer.from('\r\n\r\n');
