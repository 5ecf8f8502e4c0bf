import { type Command, type CommandResult, type Executor, TransportError } from '../../src/executors/executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';

/** Simulated hosts whose commands are run one by one; `before` each of them may change the hosts, or wait. */
export class WatchedExecutor implements Executor {
  readonly #hosts: SimulatedHosts;
  readonly #before: (line: string, host: string) => void | Promise<void>;

  constructor(hosts: SimulatedHosts, before: (line: string, host: string) => void | Promise<void>) {
    this.#hosts = hosts;
    this.#before = before;
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    const results: CommandResult[] = [];
    for (const command of batch) {
      await this.#before(command.argv.join(' '), host);
      const result = await this.#one(host, command, results.length > 0);
      results.push(result);
      if (result.exitCode !== 0 && !command.mayFail) break;
    }
    return results;
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    this.#hosts.linkNames(host, storageName);
  }

  awaitLeftovers(host: string): Promise<void> {
    return this.#hosts.awaitLeftovers(host);
  }

  async close(): Promise<void> {}

  async #one(host: string, command: Command, isBegun: boolean): Promise<CommandResult> {
    try {
      const [result] = await this.#hosts.run(host, [{ ...command, mayFail: true }]);
      if (!result) throw new Error('no result');
      return result;
    } catch (error) {
      if (!isBegun || !(error instanceof TransportError)) throw error;
      throw new TransportError(host, error.message, true);
    }
  }
}
