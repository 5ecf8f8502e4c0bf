import type { Probes } from '../api/handlers/deps.js';
import { isUnavailable } from '../domain/errors.js';
import type { HealthMonitor } from '../operations/hosts/health-monitor.js';
import type { Logger } from '../operations/logger.js';
import type { Store } from '../store/store.js';
import { startTimer } from '../timing/timers.js';

/** A database whose disk takes longer than this for one row does not work. */
const STORE_LIMIT_MS = 2000;
/** How long a question for readiness waits for hosts that were asked because of it. */
const HOSTS_LIMIT_MS = 1000;
/** Between two questions to the hosts; the health monitor asks those that are down as often. */
const HOSTS_REFRESH_MS = 15_000;

export interface ServerProbesDeps {
  readonly store: Pick<Store, 'read'>;
  readonly health: Pick<HealthMonitor, 'check'>;
  /** A held server waits for a person and not for its hosts. */
  readonly restored: { readonly isHeld: boolean };
  readonly log: Logger;
}

export interface ProbeLimits {
  readonly storeLimitMs: number;
  readonly hostsLimitMs: number;
  readonly hostsRefreshMs: number;
}

/** Answers of /healthz and /readyz: see openapi.yaml for what they mean. */
export class ServerProbes implements Probes {
  readonly #deps: ServerProbesDeps;
  readonly #limits: ProbeLimits;
  /** The question that the database has not answered yet: a disk that hangs is not asked a second one. */
  #asking: Promise<string | null> | null = null;
  /** Until the first answer of one: why hosts are asked at all. */
  #isHostReached = false;
  #isReady = false;
  #hostsAskedAtMs = Number.NEGATIVE_INFINITY;
  #hostsAsked: Promise<void> = Promise.resolve();

  constructor(deps: ServerProbesDeps, limits: Partial<ProbeLimits> = {}) {
    this.#deps = deps;
    this.#limits = {
      storeLimitMs: STORE_LIMIT_MS,
      hostsLimitMs: HOSTS_LIMIT_MS,
      hostsRefreshMs: HOSTS_REFRESH_MS,
      ...limits,
    };
  }

  /** A host has run a command, whatever became of it. */
  hostReached(): void {
    this.#isHostReached = true;
  }

  whyUnhealthy(): Promise<string | null> {
    const { storeLimitMs } = this.#limits;
    this.#asking ??= this.#askStore().finally(() => {
      this.#asking = null;
    });
    return within(storeLimitMs, this.#asking, `the database has not answered within ${storeLimitMs / 1000} s`);
  }

  async whyNotReady(): Promise<string | null> {
    if (this.#isReady) return null;
    const unhealthy = await this.whyUnhealthy();
    if (unhealthy !== null) return unhealthy;
    const { storeLimitMs, hostsLimitMs } = this.#limits;
    if (!(await within(storeLimitMs + hostsLimitMs, this.#isReachable(), false)))
      return 'no storage host has run a command since the start of the server; its log tells which are down';
    this.#isReady = true;
    return null;
  }

  async #askStore(): Promise<string | null> {
    try {
      await this.#deps.store.read((tx) => tx.origin.copiedAt());
      return null;
    } catch (error) {
      if (isUnavailable(error)) return (error as Error).message;
      this.#deps.log.error({ err: error }, 'the database could not be read for a probe');
      return "the database can't be read; the log tells why";
    }
  }

  async #isReachable(): Promise<boolean> {
    const { store, restored } = this.#deps;
    if (this.#isHostReached || restored.isHeld) return true;
    const nodes = await store.read((tx) => tx.nodes.list());
    if (!nodes.some(({ state }) => state === 'online')) return true;
    await within(this.#limits.hostsLimitMs, this.#askHosts(), undefined);
    return this.#isHostReached;
  }

  /** The monitor may be switched off, and its first look comes later than clients do. */
  #askHosts(): Promise<void> {
    const now = performance.now();
    if (now - this.#hostsAskedAtMs < this.#limits.hostsRefreshMs) return this.#hostsAsked;
    this.#hostsAskedAtMs = now;
    this.#hostsAsked = this.#deps.health.check().catch((error: unknown) => {
      this.#deps.log.debug({ err: error }, 'hosts could not be asked for a probe');
    });
    return this.#hostsAsked;
  }
}

/** What `work` answers, or `late` when it takes longer. */
async function within<T>(limitMs: number, work: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<T>((done) => {
    timer = startTimer(() => done(late), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
