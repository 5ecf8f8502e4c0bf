import type { Config } from '../config/config.js';
import { newId } from '../domain/ids.js';
import {
  type ChosenExecutor,
  createKubernetesExecutor,
  createMockExecutor,
  createSshExecutor,
} from '../executors/create-executor.js';
import type { KubernetesLog } from '../executors/kubernetes/kubernetes-options.js';
import { OnlookingExecutor } from '../executors/onlooking-executor.js';
import type { ShellExecutor } from '../executors/shell/shell-executor.js';
import type { ServerIdentity } from '../executors/shell/shell-options.js';
import type { TakeOver } from '../operations/engine/restored-database.js';
import type { Store, Tx } from '../store/store.js';

const YET = 'this server changes nothing on hosts yet';

export interface ExecutorOfServer extends ChosenExecutor {
  /** Ends the state in which hosts are only read. */
  readonly takeOver: TakeOver;
}

/**
 * The executor that the configuration asks for; throws DomainError for what a person can mend. `isHeld`: hosts are only
 * read until `takeOver`, and a server elsewhere that they work for is not locked out.
 */
export async function chooseExecutor(
  config: Config,
  store: Store,
  log: KubernetesLog,
  isHeld: boolean,
): Promise<ExecutorOfServer> {
  const chosen = await choose(config, store, log, isHeld);
  if (!isHeld) return chosen;
  let isOnlooking = true;
  const executor = new OnlookingExecutor(chosen.executor, () => (isOnlooking ? YET : null));
  return {
    executor,
    simulated: chosen.simulated,
    async takeOver(tx) {
      const takeOver = await chosen.takeOver(tx);
      return () => {
        takeOver();
        isOnlooking = false;
      };
    },
  };
}

async function choose(config: Config, store: Store, log: KubernetesLog, isHeld: boolean): Promise<ExecutorOfServer> {
  if (config.executor === 'mock') return { ...createMockExecutor(config.mock), takeOver: async () => () => undefined };
  const identity = isHeld ? null : await serverIdentity(config, store);
  const executor = await createShellExecutor(config, store, log, identity);
  return {
    executor,
    simulated: null,
    async takeOver(tx) {
      const identity = await nextIdentity(tx);
      return () => executor.takeOver(identity);
    },
  };
}

async function createShellExecutor(
  config: Config,
  store: Store,
  log: KubernetesLog,
  identity: ServerIdentity | null,
): Promise<ShellExecutor> {
  if (config.executor === 'kube') return createKubernetesExecutor(config.kube, { identity, log, env: process.env });
  const pins = {
    find: (host: string, port: number) => store.read((tx) => tx.hostKeys.find(host, port)),
    pin: (host: string, port: number, key: string) => pinOnce(config, store, host, port, key),
  };
  return createSshExecutor(config.ssh, { log, identity, pins });
}

/** A database that may not be written is no base for a generation: such a server changes no host either. */
async function serverIdentity(config: Config, store: Store): Promise<ServerIdentity> {
  return config.dbReadOnly ? { serverId: newId(), generation: Date.now() } : store.write(nextIdentity);
}

async function nextIdentity(tx: Tx): Promise<ServerIdentity> {
  const { id, generation } = await tx.serverIdentity.begin(Date.now());
  return { serverId: id, generation };
}

function pinOnce(config: Config, store: Store, host: string, port: number, key: string): Promise<string> {
  if (config.dbReadOnly) return Promise.resolve(key);
  return store.write(async (tx) => {
    const known = await tx.hostKeys.find(host, port);
    if (known === null) await tx.hostKeys.insert({ host, port, key, pinnedAt: Date.now() });
    return known ?? key;
  });
}
