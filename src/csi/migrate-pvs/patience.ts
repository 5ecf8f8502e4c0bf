import { type ApiFailure, KubernetesError } from '../../kubernetes/kubernetes-error.js';

/** Something else came first: what the cluster shows now decides. */
const OUTRUN: readonly ApiFailure[] = ['conflict', 'already exists', 'not found'];
/** The API server is restarted, or overloaded; what became of a request that is lost is seen at the next look. */
const PASSING: readonly ApiFailure[] = ['busy', 'failing', 'unreachable', 'lost'];

const LONGEST_PAUSE_MS = 5_000;
/** About a minute. */
const MOST_FAILURES = 16;
const MOST_OUTRUN = 50;
const WAIT_MS = 500;
/** Two minutes. */
const MOST_WAITS = 240;

/** How long one volume is tried for. */
export class Patience {
  readonly #sleep: (ms: number) => Promise<void>;
  #failures = 0;
  #outrun = 0;
  #waits = 0;

  constructor(sleep: (ms: number) => Promise<void>) {
    this.#sleep = sleep;
  }

  /** Until the cluster has done its part. Throws when it does not. */
  async wait(what: string): Promise<void> {
    if (++this.#waits > MOST_WAITS) {
      throw new Error(
        `it was waited for two minutes until ${what}: does kube-controller-manager run? Nothing else is begun; run this again when it does`,
      );
    }
    await this.#sleep(WAIT_MS);
  }

  /** Returns when the cluster should be asked again; throws what can't be waited for, with `where` things stand. */
  async bear(error: unknown, where: string): Promise<void> {
    if (!(error instanceof KubernetesError)) throw error;
    if (OUTRUN.includes(error.failure) && ++this.#outrun <= MOST_OUTRUN) return;
    if (PASSING.includes(error.failure) && ++this.#failures <= MOST_FAILURES) {
      await this.#sleep(Math.min(LONGEST_PAUSE_MS, 250 * 2 ** this.#failures));
      return;
    }
    throw new Error(`${error.message}; ${where}: run this again when that is mended`, { cause: error });
  }
}
