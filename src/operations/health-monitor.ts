import { manageName } from '../domain/node.js';
import { isGlusterdUp } from '../executors/commands/glusterd.js';
import type { Hosts } from '../executors/commands/hosts.js';
import type { Store } from '../store/store.js';
import type { NodeHealth } from './ports.js';

/** Asks the online nodes for glusterd from time to time; whoever waits for a host never waits for this. */
export class HealthMonitor implements NodeHealth {
  readonly #store: Store;
  readonly #hosts: Hosts;
  readonly #seenDown = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(store: Store, hosts: Hosts) {
    this.#store = store;
    this.#hosts = hosts;
  }

  start(startSeconds: number, refreshSeconds: number): void {
    const tick = async () => {
      await this.check().catch(() => undefined); // a closed store, at shutdown
      if (this.#timer) this.#timer = setTimeout(() => void tick(), refreshSeconds * 1000).unref();
    };
    this.#timer = setTimeout(() => void tick(), startSeconds * 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async check(): Promise<void> {
    const nodes = await this.#store.read((tx) => tx.nodes.list());
    await Promise.all(
      nodes
        .filter((node) => node.state === 'online')
        .map(async (node) => {
          const name = manageName(node);
          if (await isGlusterdUp(this.#hosts, name)) this.#seenDown.delete(name);
          else this.#seenDown.add(name);
        }),
    );
  }

  isUp(name: string): boolean {
    return !this.#seenDown.has(name);
  }

  /** Hosts last seen down. */
  downHosts(): readonly string[] {
    return [...this.#seenDown];
  }
}
