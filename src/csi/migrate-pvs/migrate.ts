import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { findCluster } from '../../kubernetes/find-cluster.js';
import { KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import { pause } from '../../timing/timers.js';
import { readClassParameters } from '../class-parameters.js';
import { KubernetesClasses } from '../servers/kubernetes-classes.js';
import { Servers } from '../servers/servers.js';
import type { VolumeServer } from '../servers/volume-server.js';
import { ClusterObjects } from './cluster-objects.js';
import { type Inventory, takeInventory } from './inventory.js';
import { KnownVolumes } from './known-volume.js';
import { IN_TREE_PROVISIONER } from './kubernetes-objects.js';
import type { InventoryOptions, Migration, MigrationOptions, PlanOptions } from './options.js';
import { type Entry, PlanFile } from './plan-file.js';
import { restartCommands } from './pods-in-use.js';
import { describeInventory, podsOf } from './report.js';
import { runPlan } from './run-plan.js';
import { volumesOfFile, volumesOfServer } from './volume-sources.js';

export interface Surface {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

/** Answers whether all that was asked for is done. Throws an Error for people where it could not be begun, or gone on with. */
export async function migrate(migration: Migration, { env, say }: Surface): Promise<boolean> {
  const api = new KubernetesApi(await findCluster(migration.options.kubeconfig ?? env['KUBECONFIG'] ?? null, env));
  const cluster = new ClusterObjects(api);
  switch (migration.do) {
    case 'inventory': {
      const { database } = migration.options;
      const known =
        database === undefined ? await volumesOfServers(migration.options, api, env) : await fromFile(database);
      await show(await inventoryOf(cluster, migration.options, known), cluster, say);
      return true;
    }
    case 'plan': {
      const known = await volumesOfServers(migration.options, api, env);
      const inventory = await inventoryOf(cluster, migration.options, known);
      await show(inventory, cluster, say);
      const entries = entriesOf(inventory, migration.options);
      await PlanFile.create(migration.file, await cluster.clusterId(), entries);
      say('');
      say(`${migration.file} plans ${entries.length} changes, and has what takes them back. Nothing was changed.`);
      return true;
    }
    case 'run':
    case 'rollback': {
      const way = migration.do === 'run' ? 'move' : 'back';
      const plan = PlanFile.open(migration.file);
      return runPlan({ cluster, plan, sleep: pause }, { way, say, ...migration.options });
    }
  }
}

async function inventoryOf(
  cluster: ClusterObjects,
  { driverName }: MigrationOptions,
  volumes: KnownVolumes,
): Promise<Inventory> {
  return takeInventory(cluster, { driver: driverName, volumes, addressesOf });
}

async function show(inventory: Inventory, cluster: ClusterObjects, say: (line: string) => void): Promise<void> {
  const restarts = await restartCommands(podsOf(inventory), cluster);
  for (const line of describeInventory(inventory, restarts)) say(line);
}

function entriesOf(
  { rows, classes }: Inventory,
  { driverName: driver, replaceClasses }: PlanOptions,
): readonly Entry[] {
  const volumes = rows.flatMap(({ pv, verdict }): Entry[] => {
    if (verdict.is === 'stuck') return [];
    const policy = pv.spec.persistentVolumeReclaimPolicy ?? 'Retain';
    const { volume } = verdict;
    return [
      {
        kind: 'PersistentVolume',
        name: pv.metadata.name,
        way: 'move',
        stage: 'planned',
        policy,
        driver,
        volume,
        inTree: pv,
      },
    ];
  });
  if (!replaceClasses) return volumes;
  return [
    ...volumes,
    ...classes
      .filter(({ why }) => why === null)
      .map(({ storageClass }): Entry => {
        const { name } = storageClass.metadata;
        return { kind: 'StorageClass', name, way: 'move', stage: 'planned', driver, inTree: storageClass };
      }),
  ];
}

async function fromFile(file: string): Promise<KnownVolumes> {
  return new KnownVolumes(await volumesOfFile(file));
}

/** Of all servers that are named: one that does not answer might have any volume, so nothing is said without it. */
async function volumesOfServers(
  options: InventoryOptions,
  api: KubernetesApi,
  env: Surface['env'],
): Promise<KnownVolumes> {
  const key =
    options.keyFile === undefined ? (env['HEKETI_CSI_KEY'] ?? '') : read(options.keyFile).replace(/\r?\n$/, '');
  const certificates = options.tlsCert.map(read);
  const servers = new Servers({
    configured: options.server.map((url) => ({ url, user: options.user, key, certificates })),
    classes: new KubernetesClasses(api, IN_TREE_PROVISIONER),
  });
  try {
    const named = options.server.length > 0 ? await servers.known() : await serversOfClasses(api, servers);
    if (named.length === 0)
      throw new Error('no server is named: give --server URL, or --database FILE for an inventory');
    const all = [];
    for (const server of named) all.push(...(await volumesOfServer(server)));
    return new KnownVolumes(all);
  } finally {
    await servers.close();
  }
}

async function serversOfClasses(api: KubernetesApi, servers: Servers): Promise<readonly VolumeServer[]> {
  const found: VolumeServer[] = [];
  for (const parameters of await new KubernetesClasses(api, IN_TREE_PROVISIONER).listParameters()) {
    found.push(await servers.ofClass(readClassParameters(parameters), {}));
  }
  return [...new Set(found)];
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}
