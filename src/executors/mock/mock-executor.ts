import type { Command, CommandResult, Executor } from '../executor.js';
import type { SimulatedHosts } from './simulated-hosts.js';

/** Runs commands on simulated hosts inside this process. */
export class MockExecutor implements Executor {
  readonly hosts: SimulatedHosts;

  constructor(hosts: SimulatedHosts) {
    this.hosts = hosts;
  }

  run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    return this.hosts.run(host, batch, signal);
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    this.hosts.linkNames(host, storageName);
  }

  awaitLeftovers(host: string): Promise<void> {
    return this.hosts.awaitLeftovers(host);
  }

  async close(): Promise<void> {}
}
