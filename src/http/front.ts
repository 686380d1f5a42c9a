import type { Answering } from './listen';

export interface FrontParts {
  /** What can be answered without the app; undefined for all else. */
  early: (request: Request) => Promise<Response> | undefined;
  /** Asked once. */
  compose: () => Promise<Answering>;
}

export interface Front extends Answering {
  /** Resolves when the app answers; begins to compose it, if no request has. */
  ready(): Promise<void>;
}

/**
 * Answers from the first moment on, while the app is still to be composed: the requests that need it
 * wait for it, and the first of them begins it.
 */
export function createFront({ early, compose }: FrontParts): Front {
  let app: Answering | undefined;
  let composing: Promise<Answering> | undefined;
  const composed = () => {
    composing ??= compose().then((whole) => {
      whole.server = front.server;
      app = whole;
      return whole;
    });
    return composing;
  };
  const front: Front = {
    server: null,
    fetch(request) {
      if (app) return app.fetch(request);
      return early(request) ?? composed().then((whole) => whole.fetch(request));
    },
    async ready() {
      await composed();
    },
  };
  return front;
}
