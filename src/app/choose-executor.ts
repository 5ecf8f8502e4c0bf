import type { Config } from '../config/config.js';
import { newId } from '../domain/ids.js';
import {
  type ChosenExecutor,
  createMockExecutor,
  createSshExecutor,
  refuseKubernetes,
} from '../executors/create-executor.js';
import type { SshLog } from '../executors/ssh/ssh-options.js';
import type { Store } from '../store/store.js';

/** The executor that the configuration asks for; throws DomainError for what a person can mend. */
export async function chooseExecutor(config: Config, store: Store, log: SshLog): Promise<ChosenExecutor> {
  if (config.executor === 'mock') return createMockExecutor(config.mock);
  if (config.executor === 'kube') return refuseKubernetes();
  const executor = createSshExecutor(config.ssh, {
    log,
    identity: await serverIdentity(config, store),
    pins: {
      find: (host, port) => store.read((tx) => tx.hostKeys.find(host, port)),
      pin: (host, port, key) => pinOnce(config, store, host, port, key),
    },
  });
  return { executor, simulated: null };
}

/** A database that may not be written is no base for a generation: such a server changes no host either. */
async function serverIdentity(config: Config, store: Store) {
  if (config.dbReadOnly) return { serverId: newId(), generation: Date.now() };
  const { id, generation } = await store.write((tx) => tx.serverIdentity.begin(Date.now()));
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
