import { DomainError } from '../domain/errors.js';
import type { Executor } from './executor.js';
import { readHostsFile } from './mock/hosts-file.js';
import { MockExecutor } from './mock/mock-executor.js';
import { RemoteSimulatedHosts } from './mock/remote/remote-simulated-hosts.js';
import { SimulatedHosts, type SimulationMode } from './mock/simulated-hosts.js';
import { ShellExecutor } from './shell/shell-executor.js';
import type { ServerIdentity } from './shell/shell-options.js';
import { KnownHostsFiles } from './ssh/known-hosts.js';
import { type HostKeyPins, PinnedHostKeys } from './ssh/pinned-host-keys.js';
import { readPrivateKey } from './ssh/private-key.js';
import { SshChannels } from './ssh/ssh-channels.js';
import type { SshLog } from './ssh/ssh-options.js';

export interface SimulationSettings {
  readonly deviceSizeGib: number;
  readonly mode: SimulationMode;
  /** Describes the hosts; null: strict ones then do not exist, lenient ones appear on demand. */
  readonly topologyFile: string | null;
  /** Unix socket of a process that holds the hosts; null: they live in this one. */
  readonly socketPath: string | null;
}

export interface ChosenExecutor {
  readonly executor: Executor;
  /** The hosts inside this process, to be filled from the store's records; null when they live elsewhere. */
  readonly simulated: SimulatedHosts | null;
}

export interface SshSettings {
  readonly keyFile: string;
  readonly user: string;
  readonly port: number;
  readonly useSudo: boolean;
  /** known_hosts files; empty: a host's key is kept at the first connection and must stay the same. */
  readonly knownHosts: readonly string[];
  /** Batches at a time on one host. */
  readonly maxSessions: number;
}

/** What the SSH executor needs of the server around it. */
export interface SshSurroundings {
  readonly pins: HostKeyPins;
  readonly identity: ServerIdentity | null;
  readonly log: SshLog;
}

/** Throws DomainError `invalid` for a key or known_hosts file that can't be used. */
export function createSshExecutor(settings: SshSettings, { pins, identity, log }: SshSurroundings): ShellExecutor {
  const { keyFile, knownHosts, useSudo, ...options } = settings;
  const onPinned = (host: string, fingerprint: string) =>
    log.info({ host, fingerprint }, 'host key is pinned at the first connection');
  const hostKeys = knownHosts.length > 0 ? new KnownHostsFiles(knownHosts) : new PinnedHostKeys(pins, onPinned);
  const channels = new SshChannels({ ...options, key: readPrivateKey(keyFile), hostKeys, log });
  return new ShellExecutor(channels, { user: options.user, useSudo, identity, log });
}

export function refuseKubernetes(): never {
  throw new DomainError(
    'not_implemented',
    'the executor "kube" comes in a later version; set glusterfs.executor to "ssh", or to "mock" for simulated hosts',
  );
}

export function createMockExecutor(settings: SimulationSettings): ChosenExecutor {
  const { deviceSizeGib, mode, topologyFile, socketPath } = settings;
  if (socketPath !== null) return { executor: new RemoteSimulatedHosts(socketPath), simulated: null };
  const hosts = topologyFile === null ? [] : readHostsFile(topologyFile, deviceSizeGib);
  const simulated = new SimulatedHosts({ mode, deviceSizeGib, hosts });
  return { executor: new MockExecutor(simulated), simulated };
}
