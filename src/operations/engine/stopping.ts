import { setMaxListeners } from 'node:events';
import type { Executor } from '../../executors/executor.js';

/** Nothing more is begun, or nothing more is written, since the server stops: what is left is led out at the next start. */
export class ServerStopping extends Error {
  constructor() {
    super('the server is shutting down; what is not done is left to recovery at the next start');
    this.name = 'ServerStopping';
  }
}

/**
 * The two ends of a server, in their order. `takingNoMore`: no request is accepted, and what waits for its turn does not
 * begin. `cut`: no command goes to hosts and nothing is written any more. Whoever waits for something listens to the one
 * that ends his waiting, and throws its reason.
 */
export class Stopping {
  readonly #takingNoMore = new AbortController();
  readonly #cut = new AbortController();

  /** Each lane listens; Node takes more than ten listeners for a leak. */
  constructor() {
    setMaxListeners(0, this.takingNoMore, this.cut);
  }

  get takingNoMore(): AbortSignal {
    return this.#takingNoMore.signal;
  }

  get cut(): AbortSignal {
    return this.#cut.signal;
  }

  takeNoMore(): void {
    this.#takingNoMore.abort(new ServerStopping());
  }

  cutOff(): void {
    this.takeNoMore();
    this.#cut.abort(new ServerStopping());
  }
}

/** `inner` until `cut`; what it was sent before runs on. */
export function untilCut(inner: Executor, cut: AbortSignal): Executor {
  return {
    async run(host, batch, signal) {
      cut.throwIfAborted();
      return inner.run(host, batch, signal);
    },
    async checkName(host) {
      cut.throwIfAborted();
      await inner.checkName?.(host);
    },
    async linkNames(host, storageName) {
      cut.throwIfAborted();
      await inner.linkNames?.(host, storageName);
    },
    async awaitLeftovers(host) {
      cut.throwIfAborted();
      await inner.awaitLeftovers(host);
    },
    // It is closed by its owner.
    close: async () => undefined,
  };
}
