import type { Command } from '../../../src/executors/executor.js';
import type { SimulatedHosts } from '../../../src/executors/mock/simulated-hosts.js';
import type { HostNoise } from '../../../src/executors/mock/world/host-noise.js';

/** Simulated hosts and what still runs on them for servers that lost the connection or died. */
export class Lab {
  readonly hosts: SimulatedHosts;
  readonly #leftovers: { readonly host: string; readonly batch: readonly Command[] }[] = [];
  readonly #down = new Set<string>();

  constructor(hosts: SimulatedHosts) {
    this.hosts = hosts;
  }

  /** The batch runs on, at the latest possible moment: when somebody waits for it, or in the end. */
  leave(host: string, batch: readonly Command[]): void {
    this.#leftovers.push({ host, batch });
  }

  async finishLeftovers(host?: string): Promise<void> {
    for (let i = 0; i < this.#leftovers.length; ) {
      const left = this.#leftovers[i];
      if (!left || (host !== undefined && left.host !== host)) i++;
      else {
        this.#leftovers.splice(i, 1);
        await this.hosts.run(left.host, left.batch).catch(() => undefined); // a host that is down runs nothing
      }
    }
  }

  /** What runs on a host ends with it. */
  takeDown(host: string): void {
    if (this.#isAway(host)) return;
    for (let i = this.#leftovers.length - 1; i >= 0; i--)
      if (this.#leftovers[i]?.host === host) this.#leftovers.splice(i, 1);
    this.#down.add(host);
    this.hosts.setHostUp(host, false);
  }

  /** All its disks are pulled; they come back as they were. */
  pullDisks(host: string): void {
    if (this.#isAway(host)) return;
    this.#down.add(host);
    this.hosts.setDisksAway(host, true);
  }

  stopGlusterd(host: string): void {
    if (this.#isAway(host)) return;
    this.#down.add(host);
    this.hosts.setGlusterdUp(host, false);
  }

  /** Taken away by the scenario, and not to be brought back after a fault. */
  #isAway(host: string): boolean {
    return this.hosts.state().hosts.some(({ manage, isUp }) => manage === host && !isUp) && !this.#down.has(host);
  }

  makeNoise(noise: HostNoise): void {
    for (const { manage } of this.hosts.state().hosts) this.hosts.setNoise(manage, noise);
  }

  /** Hosts boot, with what their fstab mounts; disks are plugged in. */
  bringBack(): void {
    this.hosts.endLateChanges();
    for (const { manage } of this.hosts.state().hosts) this.hosts.setNoise(manage, null);
    for (const host of this.#down) {
      this.hosts.setDisksAway(host, false);
      this.hosts.setHostUp(host, true);
      this.hosts.setGlusterdUp(host, true);
    }
    this.#down.clear();
  }
}
