import { BackendProcess } from './backend-process';
import type { BackedPart } from './cast';
import { registered } from './host-wire';
import type { Stage } from './stage';

/** A machine with nothing on it but what serves the models: the server calls it. */
export class PushHost {
  readonly part: BackedPart;
  readonly backend: BackendProcess;

  private constructor(part: BackedPart, backend: BackendProcess) {
    this.part = part;
    this.backend = backend;
  }

  static async join(stage: Stage, part: BackedPart, joinToken: string): Promise<PushHost> {
    const backend = new BackendProcess(stage, part);
    backend.start();
    await registered(stage, part, joinToken, {
      backend: part.kind,
      endpoint_url: backend.url,
      endpoint_key: 'sk-chaos',
      features: ['chat', 'completions', 'embeddings'],
    });
    return new PushHost(part, backend);
  }
}
