import type { RemoteSimulatedHosts } from '../../../../src/executors/mock/remote/remote-simulated-hosts.js';
import {
  Administrator,
  type Hand,
  prepareOwnDisks,
  RESCUED_PREFIX,
  runByHand,
  type ServedVolume,
} from '../../support/administrator.js';

/** Somebody with a shell on all hosts, who changes any volume. */
export class SoakAdministrator {
  /** Names of the volumes that were changed, and the paths of their bricks then. */
  readonly #touched = new Set<string>();
  readonly #hosts: RemoteSimulatedHosts;

  constructor(hosts: RemoteSimulatedHosts) {
    this.#hosts = hosts;
  }

  prepare(hosts: number, disk: string): Promise<void> {
    return prepareOwnDisks(this.#hosts, hosts, disk);
  }

  /** What gluster has, but for what was rescued. */
  async volumes(): Promise<readonly string[]> {
    return (await this.#served()).map(({ name }) => name).filter((name) => !name.startsWith(RESCUED_PREFIX));
  }

  /** Whether anything was changed. */
  async act(volume: string, hand: Hand, glusterHost: string): Promise<boolean> {
    const administrator = new Administrator(this.#hosts, volume, glusterHost);
    await administrator.act(hand);
    if (!administrator.hasActed) return false;
    this.#touched.add(volume);
    for (const brick of administrator.bricks) this.#touched.add(brick.slice(brick.indexOf(':') + 1));
    return true;
  }

  /** A volume by its name, or a brick by its path. */
  hasTouched(name: string): boolean {
    return this.#touched.has(name);
  }

  /** Nobody needs any more what was rescued: the volumes go, as gluster's; their bricks stay. */
  async giveUpRescued(): Promise<void> {
    for (const { name, status } of await this.#served()) {
      if (!name.startsWith(RESCUED_PREFIX)) continue;
      if (status === 1) await runByHand(this.#hosts, 'h1', 'gluster', '--mode=script', 'volume', 'stop', name);
      await runByHand(this.#hosts, 'h1', 'gluster', '--mode=script', 'volume', 'delete', name);
    }
  }

  async #served(): Promise<readonly ServedVolume[]> {
    return (await this.#hosts.state()).pools.flatMap(({ volumes }) => volumes);
  }
}
