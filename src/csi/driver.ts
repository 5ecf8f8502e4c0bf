import { dirname, join, resolve } from 'node:path';
import { controllerCalls } from './controller/controller-calls.js';
import { identityCalls } from './identity-calls.js';
import type { Logger } from './logger.js';
import { GlusterClient } from './node/gluster-client.js';
import { linuxHost } from './node/linux-host.js';
import { chooseMountLife } from './node/mount-life.js';
import { nodeCalls } from './node/node-calls.js';
import { type Calls, startGrpcServer } from './rpc/grpc-server.js';
import type { ClassSource } from './servers/class-source.js';
import type { ServerAccess } from './servers/server-access.js';
import { Servers } from './servers/servers.js';

export interface NodeSettings {
  readonly id: string;
  readonly mounts: 'auto' | 'host' | 'container';
  /** Folder for the logs of gluster's clients. */
  readonly logDir: string;
}

export interface DriverSettings {
  readonly hasController: boolean;
  /** Null: no volumes are mounted here. */
  readonly node: NodeSettings | null;
  /** Path of the unix socket. */
  readonly endpoint: string;
  readonly name: string;
  readonly version: string;
  readonly servers: readonly ServerAccess[];
  /** StorageClasses and Secrets are read from the cluster of this process. */
  readonly isInKubernetes: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface Driver {
  /** Takes no more calls, and ends when those that run have ended, or after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** Listens, and serves what it was asked to. */
export async function startDriver(settings: DriverSettings, log: Logger): Promise<Driver> {
  const { name, version, hasController } = settings;
  const servers = new Servers({ configured: settings.servers, classes: await classesOf(settings) });
  const server = await startGrpcServer(
    settings.endpoint,
    {
      Identity: identityCalls({ name, version }),
      ...(hasController && { Controller: controllerCalls(servers, `topology.${name}/zone`) }),
      ...(settings.node && { Node: await nodeService(settings.node, dirname(settings.endpoint), log) }),
    },
    log,
  );
  log.info({ endpoint: settings.endpoint, hasController, version }, 'driver listens');
  return {
    async stop(graceMs) {
      await server.stop(graceMs);
      await servers.close();
    },
  };
}

/** `folder`: that of the socket, which nobody else may write to. */
async function nodeService({ id, mounts, logDir }: NodeSettings, folder: string, log: Logger): Promise<Calls> {
  const life = await chooseMountLife(mounts, linuxHost, log);
  const folders = { logs: logDir, passing: join(resolve(folder), 'passing') };
  return nodeCalls(id, { host: linuxHost, client: new GlusterClient(linuxHost, life, folders), log });
}

/** Loaded only where it is asked for. */
async function classesOf({ isInKubernetes, name, env }: DriverSettings): Promise<ClassSource | null> {
  if (!isInKubernetes) return null;
  const { clusterOfPod } = await import('../kubernetes/service-account.js');
  const { KubernetesApi } = await import('../kubernetes/kubernetes-api.js');
  const { KubernetesClasses } = await import('./servers/kubernetes-classes.js');
  const cluster = clusterOfPod(env);
  if (!cluster) throw new Error('--kubernetes: this process runs in no pod (KUBERNETES_SERVICE_HOST is not set)');
  return new KubernetesClasses(new KubernetesApi(cluster), name);
}
