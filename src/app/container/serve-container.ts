import type { Config } from '../../config/config.js';
import type { ServerHooks } from '../run-server.js';
import { serve } from '../serve.js';
import type { ContainerSettings } from './container-settings.js';
import { beginTopology, type DueTopology, dueTopology, loadTopology } from './first-topology.js';

export interface ServedContainer {
  readonly database: string;
  readonly config: Config;
  readonly settings: ContainerSettings;
  readonly version: string;
  say(text: string): void;
  /** The server follows signals from now on. */
  leaveSignals(): void;
}

/** Serves in this process, which so gets the signals, and loads the first topology meanwhile where one is due. */
export function serveContainer(container: ServedContainer): Promise<number> {
  const { database, settings } = container;
  const { configFile, topologyFile } = settings;
  const topology = dueTopology(database, topologyFile);
  if (topology !== null) beginTopology(topology);
  const hooks = topology === null ? {} : loadingHooks(container, topology);
  return serve({ configFile, disableAuth: false }, { ...hooks, followsSignals: () => container.leaveSignals() });
}

function loadingHooks({ config, version, say }: ServedContainer, topology: DueTopology): ServerHooks {
  const interruption = new AbortController();
  return {
    listening(port, stop) {
      const server = { port, isTls: config.tls !== null, adminKey: config.jwt.adminKey };
      const load = async (): Promise<void> => {
        const isLoaded = await loadTopology(topology, server, version, interruption.signal, say);
        if (isLoaded || interruption.signal.aborted) return;
        say(`ERROR: the topology of ${topology.file} could not be loaded; the next start tries it again`);
        stop(1);
      };
      void load();
    },
    stopping: () => interruption.abort(),
  };
}
