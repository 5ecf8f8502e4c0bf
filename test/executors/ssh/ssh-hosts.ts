import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Command } from '../../../src/executors/executor.js';
import { KnownHostsFiles } from '../../../src/executors/ssh/known-hosts.js';
import { readPrivateKey } from '../../../src/executors/ssh/private-key.js';
import { SshExecutor } from '../../../src/executors/ssh/ssh-executor.js';
import type { SshLog, SshOptions } from '../../../src/executors/ssh/ssh-options.js';
import { SimCluster, whyNoSimcluster } from '../../support/simcluster.js';

export const SILENT_LOG: SshLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };

const whyNot = whyNoSimcluster();

/** Tests over real sshds; skipped, and loudly, where no machines can be simulated. */
export function describeOverSsh(
  name: string,
  options: Readonly<Record<string, string | number>>,
  tests: (hosts: SshHosts) => void,
): void {
  if (whyNot !== null) console.warn(`SKIPPED: ${name}: no simulated machines here: ${whyNot}`);
  describe.skipIf(whyNot !== null)(name, () => {
    const hosts = new SshHosts(options);
    beforeAll(() => hosts.up());
    afterAll(() => hosts.down());
    tests(hosts);
  });
}

/** A simulated cluster and executors for it. */
export class SshHosts {
  readonly #options: Readonly<Record<string, string | number>>;
  readonly #executors: SshExecutor[] = [];
  #cluster: SimCluster | null = null;

  constructor(options: Readonly<Record<string, string | number>>) {
    this.#options = options;
  }

  get cluster(): SimCluster {
    if (!this.#cluster) throw new Error('the cluster is not up');
    return this.#cluster;
  }

  get first(): string {
    const [host] = this.cluster.hosts;
    if (!host) throw new Error('the cluster has no hosts');
    return host;
  }

  /** Another server, unless `identity` says otherwise. */
  executor(overrides: Partial<SshOptions> = {}): SshExecutor {
    const executor = new SshExecutor({
      user: this.cluster.user,
      port: this.cluster.port,
      key: readPrivateKey(this.cluster.keyFile),
      useSudo: false,
      hostKeys: new KnownHostsFiles([this.cluster.knownHostsFile]),
      maxSessions: 8,
      identity: { serverId: randomUUID().replaceAll('-', ''), generation: 1 },
      log: SILENT_LOG,
      ...overrides,
    });
    this.#executors.push(executor);
    return executor;
  }

  async up(): Promise<void> {
    this.#cluster = await SimCluster.up(this.#options);
  }

  async down(): Promise<void> {
    await Promise.all(this.#executors.map((executor) => executor.close()));
    await this.#cluster?.down();
  }
}

export function command(...argv: readonly string[]): Command {
  return { argv, timeoutMs: 60_000 };
}

/** Makes `begun`, runs until `go` is there, and makes `ended`. It starts no processes, for the simulator's freezing. */
export function waitingCommand(begun: string, go: string, ended: string): Command {
  const touch = (file: string) => `open(my $f, '>', '${file}'); close $f;`;
  return command('perl', '-e', `${touch(begun)} select(undef, undef, undef, 0.02) until -e '${go}'; ${touch(ended)}`);
}
