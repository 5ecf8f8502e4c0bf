import { DomainError } from '../domain/errors.js';
import type { Executor } from './executor.js';
import { readHostsFile } from './mock/hosts-file.js';
import { MockExecutor } from './mock/mock-executor.js';
import { RemoteSimulatedHosts } from './mock/remote-simulated-hosts.js';
import { SimulatedHosts, type SimulationMode } from './mock/simulated-hosts.js';

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

/** Refuses (DomainError `not_implemented`) transports that this version does not have. */
export function createExecutor(kind: 'mock' | 'ssh' | 'kube', settings: SimulationSettings): ChosenExecutor {
  if (kind !== 'mock') {
    throw new DomainError(
      'not_implemented',
      `the executor "${kind}" comes in a later version; set glusterfs.executor to "mock" (simulated hosts) to run this one`,
    );
  }
  const { deviceSizeGib, mode, topologyFile, socketPath } = settings;
  if (socketPath !== null) return { executor: new RemoteSimulatedHosts(socketPath), simulated: null };
  const hosts = topologyFile === null ? [] : readHostsFile(topologyFile, deviceSizeGib);
  const simulated = new SimulatedHosts({ mode, deviceSizeGib, hosts });
  return { executor: new MockExecutor(simulated), simulated };
}
