import { readClassParameters } from '../class-parameters.js';
import { idOf } from '../controller/csi-volume.js';
import { CsiError } from '../rpc/csi-error.js';
import { assess, endpointsOf, type Surroundings, type Verdict } from './assess.js';
import type { ClusterObjects } from './cluster-objects.js';
import type { KnownVolumes } from './known-volume.js';
import {
  IN_TREE_PROVISIONER,
  keyOf,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from './kubernetes-objects.js';
import { type PodsInUse, podsInUse } from './pods-in-use.js';

export interface InventoryRow {
  readonly pv: PersistentVolume;
  /** That its claimRef names, if there is one. */
  readonly claim: PersistentVolumeClaim | null;
  readonly verdict: Verdict;
}

export interface ClassRow {
  readonly storageClass: StorageClass;
  /** Why the driver can't take its parameters; null: it can. */
  readonly why: string | null;
}

/** What a cluster has of the in-tree plugin. */
export interface Inventory {
  /** In the order of their names. */
  readonly rows: readonly InventoryRow[];
  /** How many volumes are the driver's already. */
  readonly movedCount: number;
  readonly classes: readonly ClassRow[];
  readonly pods: PodsInUse;
  readonly hasDriver: boolean;
  /** Nodes on which the driver has not registered: pods that start there can't mount. */
  readonly nodesWithoutDriver: readonly string[];
}

export interface InventorySettings {
  readonly driver: string;
  readonly volumes: KnownVolumes;
  /** Addresses of a host's name; none when it has none. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
}

/** Reads, and changes nothing. */
export async function takeInventory(cluster: ClusterObjects, settings: InventorySettings): Promise<Inventory> {
  const pvs = await cluster.volumes();
  const claims = new Map((await cluster.claims()).map((claim) => [keyOf(claim.metadata), claim]));
  const isOurs = ({ spec }: PersistentVolume) => spec.csi?.driver === settings.driver;
  const rows: InventoryRow[] = [];
  for (const pv of pvs.filter(({ spec }) => spec.glusterfs !== undefined)) {
    const ref = pv.spec.claimRef;
    const claim = ref ? (claims.get(keyOf(ref)) ?? null) : null;
    rows.push({ pv, claim, verdict: await assess(pv, await surroundingsOf(pv, claim, cluster, settings)) });
  }
  const moved = pvs.filter(isOurs);
  const csiNodes = await cluster.csiNodes();
  return {
    rows: withoutShared(rows, moved).toSorted((a, b) => (a.pv.metadata.name < b.pv.metadata.name ? -1 : 1)),
    movedCount: moved.length,
    classes: (await cluster.classes()).filter(({ provisioner }) => provisioner === IN_TREE_PROVISIONER).map(classRow),
    pods: podsInUse(await cluster.pods()),
    hasDriver: await cluster.hasDriver(settings.driver),
    nodesWithoutDriver: csiNodes
      .filter(({ spec }) => !(spec.drivers ?? []).some(({ name }) => name === settings.driver))
      .map(({ metadata }) => metadata.name),
  };
}

async function surroundingsOf(
  pv: PersistentVolume,
  claim: PersistentVolumeClaim | null,
  cluster: ClusterObjects,
  { volumes, addressesOf }: InventorySettings,
): Promise<Surroundings> {
  const { endpoints, namespace } = endpointsOf(pv);
  const found = namespace === null ? null : await cluster.findEndpoints(namespace, endpoints);
  const addresses = found?.subsets?.flatMap(({ addresses: ready = [], notReadyAddresses = [] }) =>
    [...ready, ...notReadyAddresses].map(({ ip }) => ip),
  );
  return { volumes, claim, addresses: found ? (addresses ?? []) : null, addressesOf };
}

/**
 * The kubelet knows volumes of a driver by their handles: of two with one handle, it mounts one on a node. So neither is
 * moved, as nobody but their owner can tell which one has to go.
 */
function withoutShared(rows: readonly InventoryRow[], moved: readonly PersistentVolume[]): readonly InventoryRow[] {
  const byHandle = new Map<string, string[]>();
  const note = (handle: string, name: string) => byHandle.set(handle, [...(byHandle.get(handle) ?? []), name]);
  for (const { metadata, spec } of moved) note(spec.csi?.volumeHandle ?? '', metadata.name);
  for (const { pv, verdict } of rows) if (verdict.is === 'movable') note(idOf(verdict.volume), pv.metadata.name);
  return rows.map((row) => {
    if (row.verdict.is === 'stuck') return row;
    const others = (byHandle.get(idOf(row.verdict.volume)) ?? []).filter((name) => name !== row.pv.metadata.name);
    if (others.length === 0) return row;
    const why = `its volume is also that of ${others.join(', ')}, and a node mounts a volume of CSI for one only; delete those that are not needed`;
    return { ...row, verdict: { is: 'stuck', why } };
  });
}

function classRow(storageClass: StorageClass): ClassRow {
  try {
    readClassParameters(storageClass.parameters ?? {});
    return { storageClass, why: null };
  } catch (error) {
    if (!(error instanceof CsiError)) throw error;
    return { storageClass, why: error.message };
  }
}
