import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type PlannedNode, parseTopology } from '../cli/topology-file.js';
import type { AdoptOptions } from '../config/command-line-options.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/load-config.js';
import { counted } from '../domain/counted.js';
import { DomainError } from '../domain/errors.js';
import { type Id, newId } from '../domain/ids.js';
import { manageName, type Node } from '../domain/node.js';
import type { Hosts } from '../executors/commands/host/hosts.js';
import { toPlain } from '../json/json-value.js';
import { createLogger } from '../logging/logger.js';
import { type AdoptedVolume, adoptVolume, NotAdopted } from '../operations/adoption/adopt-volume.js';
import { findPool, type SoughtCluster, type SoughtNode, volumesOf } from '../operations/adoption/found-pool.js';
import { knownClusters, knownIds, knownPlaces } from '../operations/adoption/known-clusters.js';
import {
  type AdoptionPlan,
  describeDevice,
  describeVolume,
  planAdoption,
  sharedDevices,
} from '../operations/adoption/plan-adoption.js';
import { writeAdoptedCluster, writeAdoptedVolume } from '../operations/adoption/write-adopted.js';
import { openMemoryStore, openStore } from '../store/open-store.js';
import type { Store } from '../store/store.js';
import { chooseExecutor } from './choose-executor.js';
import { databaseFileOf } from './configured-file.js';
import { describeContents } from './database-contents.js';
import { makeDatabase, refuseExisting } from './new-database.js';
import { operationSettings } from './operation-settings.js';

type Print = (text: string) => void;

/**
 * `heketi db adopt`: records made again from the hosts alone, whose database is lost, or of one volume that a database
 * does not know. Hosts are only read; without `--apply` nothing is written at all.
 */
export async function adopt(options: AdoptOptions, print: Print): Promise<number> {
  const { config } = loadConfig({
    file: options.configFile,
    env: process.env,
    flags: { disableAuth: false, isOffline: true },
  });
  if (options.volume !== null) return adoptOne(config, options.volume, options.applies, print);
  return adoptAll(config, options.topologyFile, options.applies, print);
}

async function adoptAll(config: Config, topologyFile: string, applies: boolean, print: Print): Promise<number> {
  const dbFile = databaseFileOf(config);
  if (applies) refuseExisting(dbFile);
  const clusters = await readTopology(topologyFile);
  // A server would take the empty database for that of a new pool.
  if (!clusters.some(({ nodes }) => nodes.length > 0))
    throw new DomainError('invalid', `the topology ${topologyFile} has no nodes: no host would be asked`);
  // Host keys and the like have to be somewhere while hosts are read.
  const store = await openMemoryStore();
  try {
    const plans = await withHosts(config, store, async (hosts) => {
      const found = await Promise.all(
        clusters.map(async (cluster) => ({ cluster, pool: await findPool(hosts, cluster) })),
      );
      return found.map(({ cluster, pool }) => planAdoption(cluster, pool, operationSettings(config)));
    });
    print(plans.map(planText).join('\n'));
    refuseShared(sharedDevices(plans));
    refuseUnread(
      plans.flatMap(({ unread }) => unread),
      applies,
    );
    if (!applies) print(`Nothing was written: --apply makes the database ${dbFile}.\n`);
    else {
      const contents = await makeDatabase(dbFile, (made) => fill(made, plans));
      print(`${dbFile} is made: ${contents}.\n`);
    }
    return 0;
  } finally {
    await store.close();
  }
}

async function fill(store: Store, plans: readonly AdoptionPlan[]): Promise<string> {
  await store.write(async (tx) => {
    for (const plan of plans) await writeAdoptedCluster(tx, plan);
  });
  return store.read(describeContents);
}

async function adoptOne(config: Config, name: string, applies: boolean, print: Print): Promise<number> {
  const dbFile = databaseFileOf(config);
  if (!existsSync(dbFile)) {
    throw new DomainError('invalid', `there is no database ${dbFile}; --topology makes one from the hosts`);
  }
  const store = await openStore({ file: dbFile, readOnly: !applies });
  try {
    // Keys of hosts that were never reached can't be kept where nothing is to be written.
    const reading = { ...config, dbReadOnly: config.dbReadOnly || !applies };
    const adopted = await withHosts(reading, store, (hosts) => findOne(store, hosts, name, config));
    print(`${describeVolume(adopted).join('\n')}\n`);
    if (!applies) print(`Nothing was written: --apply takes it into ${dbFile}.\n`);
    else {
      await store.write((tx) => writeAdoptedVolume(tx, adopted));
      print(`It is in ${dbFile} now.\n`);
    }
    return 0;
  } finally {
    await store.close();
  }
}

/** The volume of this name, in whichever cluster it is. */
async function findOne(store: Store, hosts: Hosts, name: string, config: Config): Promise<AdoptedVolume> {
  const unread: string[] = [];
  for (const cluster of await store.read(knownClusters)) {
    const pool = await findPool(hosts, cluster);
    unread.push(...pool.unread.map(({ host, reason }) => `${host}: ${reason}`));
    const found = volumesOf(pool).find((volume) => volume.name === name);
    if (!found) continue;
    refuseUnread(unread, true);
    return store.read(async (tx) => {
      const places = await knownPlaces(tx, cluster, pool);
      const blocks = pool.blocks.get(name) ?? null;
      const taken = await knownIds(tx);
      return orRefusal(name, () =>
        adoptVolume(found, { clusterId: cluster.id, places, blocks }, operationSettings(config), taken),
      );
    });
  }
  refuseUnread(unread, true);
  throw new DomainError('not_found', `gluster has no volume ${name} on the hosts of this database`);
}

function orRefusal(name: string, adopting: () => AdoptedVolume): AdoptedVolume {
  try {
    return adopting();
  } catch (error) {
    if (!(error instanceof NotAdopted)) throw error;
    throw new DomainError('conflict', `volume ${name} is not taken over: ${error.message}`, { cause: error });
  }
}

/** What is on a host that does not tell would be forgotten, and its space given to others. */
function refuseUnread(unread: readonly string[], applies: boolean): void {
  if (!applies || unread.length === 0) return;
  throw new DomainError(
    'unavailable',
    `nothing was written, since ${counted(unread.length, 'host')} could not be read: ${unread.join('; ')}`,
  );
}

function refuseShared(shared: readonly string[]): void {
  if (shared.length > 0) throw new DomainError('invalid', `the topology can't be adopted: ${shared.join('; ')}`);
}

async function withHosts<T>(config: Config, store: Store, work: (hosts: Hosts) => Promise<T>): Promise<T> {
  const { logger } = createLogger({ level: config.logLevel, format: config.logFormat });
  const { executor } = await chooseExecutor(config, store, logger, true);
  try {
    return await work({ executor, settings: config.hostSettings });
  } finally {
    await executor.close();
  }
}

async function readTopology(file: string): Promise<readonly SoughtCluster[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new DomainError('invalid', `the topology ${file} can't be read: ${(cause as Error).message}`, { cause });
  }
  try {
    return parseTopology(text).map(({ file: allowsFile, block: allowsBlock, nodes }) => {
      const id = newId();
      return { id, allowsFile, allowsBlock, nodes: nodes.map((planned) => soughtNode(planned, id)) };
    });
  } catch (cause) {
    throw new DomainError('invalid', `the topology ${file} can't be used: ${(cause as Error).message}`, { cause });
  }
}

function soughtNode({ request, devices }: PlannedNode, clusterId: Id): SoughtNode {
  const { zone, hostnames, tags } = toPlain(request) as {
    zone: number;
    hostnames: { manage: string[]; storage: string[] };
    tags?: Record<string, string>;
  };
  const node: Node = {
    id: newId(),
    clusterId,
    zone,
    state: 'online',
    manageNames: hostnames.manage,
    storageNames: hostnames.storage,
    tags: tags ?? {},
  };
  return { node, devices: devices.map((device) => ({ name: device.name, tags: Object.fromEntries(device.tags) })) };
}

function planText({ cluster, devices, found, open, unread }: AdoptionPlan): string {
  const lines = [
    `cluster ${cluster.id}: its id and those of its nodes are new, for no host knows them`,
    ...cluster.nodes.flatMap(({ node }) => [
      `node ${manageName(node)} (${node.id})`,
      ...devices.filter(({ nodeId }) => nodeId === node.id).map((device) => `  ${describeDevice(device)}`),
    ]),
    ...found,
    ...open.map((text) => `open: ${text}`),
    ...unread.map((text) => `not read: ${text}`),
  ];
  return `${lines.join('\n')}\n`;
}
