import { HostCommandError, type NodeHost } from './host.js';

/**
 * Commands on mounts. What waits for a mount that hangs can't be killed: no second one is begun until it has ended, or a node
 * whose gluster is away would fill with them.
 */
export class PathCommands {
  readonly #host: NodeHost;
  readonly #hanging = new Set<string>();

  constructor(host: NodeHost) {
    this.#host = host;
  }

  /** `what`: of commands on a path that wait for the same. As NodeHost.run. */
  async run(what: string, path: string, argv: readonly string[], timeoutMs: number): Promise<string> {
    const key = JSON.stringify([what, path]);
    if (this.#hanging.has(key)) throw new HostCommandError(argv, null, `an earlier ${what} of ${path} hangs still`);
    try {
      return await this.#host.run(argv, timeoutMs);
    } catch (error) {
      if (error instanceof HostCommandError && error.exitCode === null) {
        this.#hanging.add(key);
        void error.ended.then(() => this.#hanging.delete(key));
      }
      throw error;
    }
  }
}
