import pLimit from 'p-limit';
import { manageName } from '../../domain/node.js';
import { GLUSTERD_CHECK_TIMEOUT_MS, isGlusterdUp } from '../../executors/commands/gluster/glusterd.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import type { Store } from '../../store/store.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports/node-health.js';

/** Probes at a time of hosts last seen up, and as many of those last seen down: the dead never delay the living. */
const PROBES_AT_A_TIME = 16;
/** What nobody confirmed for so long is not known any more. */
const KNOWN_FOR_MS = 2 * 3600 * 1000;
/** Without probes nobody would see a reported host come back, so a report is only believed for a while. */
const REPORT_BELIEVED_FOR_MS = 60_000;
/** A host that is down is looked at more often than the others: work waits for it. */
const DOWN_REFRESH_SECONDS = 15;

interface Seen {
  readonly isUp: boolean;
  readonly expiresAtMs: number;
}

export interface MonitorOptions {
  /** Deadline of one probe, connecting included. */
  readonly probeTimeoutMs?: number;
  readonly nowMs?: () => number;
  /** Told when a host is first seen, and whenever what is seen of it changes. */
  readonly onSeen?: (manageName: string, isUp: boolean) => void;
}

/**
 * Asks the online nodes for glusterd from time to time, and remembers hosts that commands could not reach. Whoever
 * wants to know is answered from memory at once; nobody ever waits for a probe.
 */
export class HealthMonitor implements NodeHealth {
  readonly #store: Store;
  readonly #hosts: Hosts;
  readonly #log: Logger;
  readonly #probeTimeoutMs: number;
  readonly #nowMs: () => number;
  readonly #onSeen: (manageName: string, isUp: boolean) => void;
  readonly #seen = new Map<string, Seen>();
  /** Those that were seen down and may not be known any more. */
  readonly #seenDown = new Set<string>();
  #toldDown: ReadonlySet<string> = new Set();
  /** A host that is being probed is not probed a second time, however slow it is. */
  readonly #probing = new Map<string, Promise<void>>();
  /** Reports so far per host that is being probed: a probe that began before a report does not refute it. */
  readonly #reports = new Map<string, number>();
  readonly #lanes = { up: pLimit(PROBES_AT_A_TIME), down: pLimit(PROBES_AT_A_TIME) };
  readonly #listeners = new Set<(manageName: string) => void>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStarted = false;

  constructor(store: Store, hosts: Hosts, log: Logger, options: MonitorOptions = {}) {
    this.#store = store;
    this.#hosts = hosts;
    this.#log = log;
    this.#probeTimeoutMs = options.probeTimeoutMs ?? GLUSTERD_CHECK_TIMEOUT_MS;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#onSeen = options.onSeen ?? (() => undefined);
  }

  start(startSeconds: number, refreshSeconds: number): void {
    this.#isStarted = true;
    this.#later(startSeconds, () => this.#every(refreshSeconds, () => this.check()));
    const downRefreshSeconds = Math.min(DOWN_REFRESH_SECONDS, refreshSeconds);
    this.#later(downRefreshSeconds, () => this.#every(downRefreshSeconds, () => this.#checkDown()));
  }

  stop(): void {
    this.#isStarted = false;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Probes every online node that is not being probed already, and forgets nodes that are gone. */
  async check(): Promise<void> {
    const nodes = await this.#store.read((tx) => tx.nodes.list());
    const known = new Set(nodes.map(manageName));
    for (const name of this.#seen.keys()) if (!known.has(name)) this.#forget(name);
    await Promise.all(nodes.filter(({ state }) => state === 'online').map((node) => this.#probe(manageName(node))));
  }

  isUp(name: string): boolean {
    return this.#current(name)?.isUp ?? true;
  }

  downHosts(): ReadonlySet<string> {
    const down = [...this.#seenDown].filter((name) => !this.isUp(name));
    const isAsTold = down.length === this.#toldDown.size && down.every((name) => this.#toldDown.has(name));
    if (!isAsTold) this.#toldDown = new Set(down);
    return this.#toldDown;
  }

  reportDown(name: string): void {
    if (this.#probing.has(name)) this.#reports.set(name, (this.#reports.get(name) ?? 0) + 1);
    this.#record(name, false, this.#isStarted ? KNOWN_FOR_MS : REPORT_BELIEVED_FOR_MS);
  }

  onUp(listener: (manageName: string) => void): void {
    this.#listeners.add(listener);
  }

  /** What is known, by manage name; a host that was never asked, or not for two hours, is missing. */
  states(): ReadonlyMap<string, boolean> {
    const states = new Map<string, boolean>();
    for (const name of this.#seen.keys()) {
      const seen = this.#current(name);
      if (seen) states.set(name, seen.isUp);
    }
    return states;
  }

  /** Hosts that are down and still belong to an online node. */
  async #checkDown(): Promise<void> {
    const down = new Set([...this.states()].filter(([, isUp]) => !isUp).map(([name]) => name));
    if (down.size === 0) return;
    const nodes = await this.#store.read((tx) => tx.nodes.list());
    const names = nodes.filter(({ state }) => state === 'online').map(manageName);
    await Promise.all(names.filter((name) => down.has(name)).map((name) => this.#probe(name)));
  }

  #probe(name: string): Promise<void> {
    const running = this.#probing.get(name);
    if (running !== undefined) return running;
    const lane = this.isUp(name) ? this.#lanes.up : this.#lanes.down;
    const probe = lane(async () => {
      const isUp = await this.#ask(name);
      if (isUp && this.#reports.has(name)) return; // it was reported meanwhile; the next probe decides
      this.#record(name, isUp, KNOWN_FOR_MS);
    }).finally(() => {
      this.#probing.delete(name);
      this.#reports.delete(name);
    });
    this.#probing.set(name, probe);
    return probe;
  }

  /** Whatever the transport does, the answer is there at the deadline. */
  async #ask(name: string): Promise<boolean> {
    const cut = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<boolean>((done) => {
      timer = startTimer(() => {
        cut.abort();
        done(false);
      }, this.#probeTimeoutMs).unref();
    });
    const answer = isGlusterdUp(this.#hosts, name, cut.signal).catch((error: unknown) => {
      this.#log.debug({ host: name, err: error }, 'node could not be asked for glusterd');
      return false;
    });
    try {
      return await Promise.race([answer, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }

  #current(name: string): Seen | null {
    const seen = this.#seen.get(name);
    return seen && seen.expiresAtMs > this.#nowMs() ? seen : null;
  }

  #record(name: string, isUp: boolean, knownForMs: number): void {
    const isFirst = !this.#seen.has(name);
    const wasUp = this.isUp(name);
    this.#seen.set(name, { isUp, expiresAtMs: this.#nowMs() + knownForMs });
    if (isUp) this.#seenDown.delete(name);
    else this.#seenDown.add(name);
    if (isFirst || isUp !== wasUp) this.#onSeen(name, isUp);
    if (isUp === wasUp) return;
    if (!isUp) {
      this.#log.warn({ host: name }, 'node is down: it takes no new bricks and no gluster commands until it is back');
      return;
    }
    this.#log.info({ host: name }, 'node is up again');
    for (const listener of this.#listeners) listener(name);
  }

  #forget(name: string): void {
    this.#seen.delete(name);
    this.#seenDown.delete(name);
  }

  #later(seconds: number, work: () => void): void {
    const timer = startTimer(() => {
      this.#timers.delete(timer);
      work();
    }, seconds * 1000).unref();
    this.#timers.add(timer);
  }

  /** By the clock, not after the last round: a slow one does not put off the next. */
  #every(seconds: number, round: () => Promise<void>): void {
    this.#later(seconds, () => this.#every(seconds, round));
    round().catch((error: unknown) => this.#log.debug({ err: error }, 'health check ended early'));
  }
}
