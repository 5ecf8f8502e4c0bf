import { randomUUID } from 'node:crypto';
import { chownSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Command } from '../../../src/executors/executor.js';
import { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import type { ShellLimits, ShellOptions } from '../../../src/executors/shell/shell-options.js';
import { KnownHostsFiles } from '../../../src/executors/ssh/known-hosts.js';
import { readPrivateKey } from '../../../src/executors/ssh/private-key.js';
import { SshChannels } from '../../../src/executors/ssh/ssh-channels.js';
import type { SshLimits, SshLog, SshOptions } from '../../../src/executors/ssh/ssh-options.js';
import { SimCluster, whyNoSimcluster } from '../../support/simcluster.js';

export const SILENT_LOG: SshLog = { debug: () => undefined, info: () => undefined };

/** What it takes to run commands over SSH. */
export interface ShellOverSshOptions extends SshOptions, ShellOptions {
  readonly limits?: Partial<SshLimits & ShellLimits>;
}

export function shellOverSsh(options: ShellOverSshOptions): ShellExecutor {
  return new ShellExecutor(new SshChannels(options), options);
}

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
  readonly #executors: ShellExecutor[] = [];
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
  executor(overrides: Partial<ShellOverSshOptions> = {}): ShellExecutor {
    const executor = shellOverSsh({
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

/** A user with uid 1000 and a home of its own, whom the server's key lets in. */
export function addPlainUser({ cluster, first }: SshHosts): void {
  cluster.append(first, 'etc/passwd', 'plain:x:1000:1000::/home/plain:/bin/bash\n');
  cluster.append(first, 'etc/group', 'plain:x:1000:\n');
  cluster.write(first, 'etc/shadow', 'plain:*:19000:0:99999:7:::\nroot:*:19000:0:99999:7:::\n', 0o600);
  cluster.makeReadable(first, 'etc/ssh/authorized_keys');
  cluster.makeFolder(first, 'home/plain');
  chownSync(cluster.path(first, 'home/plain'), 1000, 1000);
}

/** The real sudo, for that user. */
export function allowSudo({ cluster, first }: SshHosts): void {
  cluster.write(first, 'etc/sudoers', 'plain ALL=(root) NOPASSWD: ALL\n', 0o440);
  cluster.makeFolder(first, 'etc/pam.d');
  const permit = ['auth', 'account', 'session'].map((kind) => `${kind} sufficient pam_permit.so\n`).join('');
  cluster.write(first, 'etc/pam.d/sudo', permit);
  cluster.write(first, 'sim/bin/sudo', '#!/bin/sh\nexec /.host/bin/sudo "$@"\n', 0o755);
}

export function command(...argv: readonly string[]): Command {
  return { argv, timeoutMs: 60_000 };
}

/** Makes `begun`, runs until `go` is there, and makes `ended`. It starts no processes, for the simulator's freezing. */
export function waitingCommand(begun: string, go: string, ended: string): Command {
  const touch = (file: string) => `open(my $f, '>', '${file}'); close $f;`;
  return command('perl', '-e', `${touch(begun)} select(undef, undef, undef, 0.02) until -e '${go}'; ${touch(ended)}`);
}
