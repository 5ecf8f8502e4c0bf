import type { Command, CommandResult, Executor } from '../../../src/executors/executor.js';
import { TransportError } from '../../../src/executors/executor.js';
import type { SimulatedHosts } from '../../../src/executors/mock/simulated-hosts.js';
import type { Store } from '../../../src/store/store.js';

/** Where a process is stopped: around a script that it sends to a host, or around a unit that writes. */
export const STOPS = ['before script', 'after script', 'before commit', 'after commit'] as const;
export type Stop = (typeof STOPS)[number];

export interface StopPoint {
  readonly stop: Stop;
  /** Counts those of this kind in the life of the server, from 0. */
  readonly at: number;
}

const NEVER = new Promise<never>(() => undefined);

/** A server that is stopped as a whole at one point, as by SIGSTOP, and goes on later as if no time had passed. */
export class Standstill {
  readonly counts: Record<Stop, number> = {
    'before script': 0,
    'after script': 0,
    'before commit': 0,
    'after commit': 0,
  };
  /** Resolves when it stands still. */
  readonly reached: Promise<void>;
  /** Resolves when it was told to end. */
  readonly death: Promise<void>;
  #point: StopPoint | null = null;
  #isDead = false;
  #hold: Promise<void> | null = null;
  #onReached: () => void = () => undefined;
  #onDeath: () => void = () => undefined;
  #goOn: () => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.#onReached = resolve;
    });
    this.death = new Promise((resolve) => {
      this.#onDeath = resolve;
    });
  }

  /** Counts anew, and stops there. */
  begin(point: StopPoint): void {
    for (const stop of STOPS) this.counts[stop] = 0;
    this.#point = point;
  }

  goOn(): void {
    this.#hold = null;
    this.#goOn();
  }

  /** The process has ended: nothing of it goes on. */
  die(): void {
    this.#isDead = true;
    this.#onDeath();
  }

  async pass(stop: Stop): Promise<void> {
    const at = this.counts[stop]++;
    if (this.#point?.stop === stop && this.#point.at === at) {
      this.#point = null;
      this.#hold = new Promise((resolve) => {
        this.#goOn = resolve;
      });
      this.#onReached();
    }
    await this.stand();
  }

  /** All of a process stands still, not only what reached the point. */
  async stand(): Promise<void> {
    await this.#hold;
    if (this.#isDead) return NEVER;
  }
}

/** The youngest generation that each host has seen: it begins no script of an older one. */
export type Fences = Map<string, number>;

/** Simulated hosts as a server of a generation reaches them: a batch is one script. */
export class FencedExecutor implements Executor {
  readonly #hosts: SimulatedHosts;
  readonly #fences: Fences;
  readonly #generation: number;
  readonly #still: Standstill;
  /** Scripts that hosts refused. */
  refused = 0;

  constructor(hosts: SimulatedHosts, fences: Fences, generation: number, still: Standstill) {
    this.#hosts = hosts;
    this.#fences = fences;
    this.#generation = generation;
    this.#still = still;
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    await this.#still.pass('before script');
    this.#raise(host);
    const results = await this.#hosts.run(host, batch);
    await this.#still.pass('after script');
    return results;
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    await this.#still.stand();
    this.#hosts.linkNames(host, storageName);
  }

  async awaitLeftovers(host: string): Promise<void> {
    await this.#still.stand();
    this.#raise(host);
    await this.#hosts.awaitLeftovers(host);
  }

  async close(): Promise<void> {}

  #raise(host: string): void {
    if ((this.#fences.get(host) ?? 0) > this.#generation) {
      this.refused += 1;
      throw new TransportError(host, `a younger server has been at ${host}`, false);
    }
    this.#fences.set(host, this.#generation);
  }
}

/** The store of a server that may stand still. */
export function standingStore(inner: Store, still: Standstill): Store {
  return {
    ...inner,
    async read(work) {
      await still.stand();
      const result = await inner.read(work);
      await still.stand();
      return result;
    },
    async write(work, options) {
      await still.pass('before commit');
      const result = await inner.write(work, options);
      await still.pass('after commit');
      return result;
    },
  };
}
