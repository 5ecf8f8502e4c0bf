import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName } from '../../domain/node.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import type { ReadTx } from '../../store/store.js';
import { type AdoptedVolume, adoptEach } from '../adoption/adopt-volume.js';
import { type FoundPool, findPool, type SoughtCluster, volumesOf } from '../adoption/found-pool.js';
import { knownClusters, knownIds, knownPlaces } from '../adoption/known-clusters.js';
import { refuseKnown } from '../adoption/write-adopted.js';
import { refusalOf } from '../engine/error-text.js';
import type { OperationContext } from '../engine/operation.js';

/** A volume of gluster's as records, or why it can't be taken in. */
export type Adoptable = ReadonlyMap<string, AdoptedVolume | string>;

/** Reads all hosts of a cluster for volumes that the database does not know; changes nothing. Throws when one is silent. */
export async function findAdoptable(
  clusterId: Id,
  names: ReadonlySet<string>,
  { store, hosts, settings }: OperationContext,
): Promise<Adoptable> {
  const clusters = names.size > 0 ? await store.read(knownClusters) : [];
  const cluster = clusters.find(({ id }) => id === clusterId);
  if (!cluster) return new Map();
  const pool = await findPool(hosts, cluster);
  // What a silent host has of a volume would be missing in its records.
  const [silent] = pool.unread;
  if (silent) throw new DomainError('unavailable', `${silent.host} could not be read: ${silent.reason}`);
  return store.read(async (tx) => {
    const places = await knownPlaces(tx, cluster, pool);
    const doubts = whereHostsDisagree(pool, cluster, names);
    const wanted = volumesOf(pool).filter(({ name }) => names.has(name) && !doubts.has(name));
    const adopted = adoptEach(wanted, { clusterId, places, blocks: pool.blocks }, settings, await knownIds(tx));
    return new Map([...doubts, ...(await withoutConflicts(tx, wanted, adopted))]);
  });
}

/**
 * A host that was away while a volume was deleted or changed shows it as it was. Which host is right can't be told, so all
 * have to show the same; nodes that were given up are not counted.
 */
function whereHostsDisagree(
  { members }: FoundPool,
  { nodes }: SoughtCluster,
  names: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const counted = nodes.filter(({ node }) => node.state !== 'failed');
  const doubts = new Map<string, string>();
  for (const name of names) {
    const seen = new Map(
      counted.map(({ node }) => {
        const volume = members.get(node.id)?.volumes.find((one) => one.name === name);
        return [volume ? [volume.id, ...volume.bricks.map((brick) => brick.name)].join(' ') : '', node] as const;
      }),
    );
    const [one, other] = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, node]) => manageName(node));
    if (other === undefined || one === undefined) continue;
    doubts.set(
      name,
      seen.has('') ? `gluster on ${one} has no such volume` : `${one} and ${other} show different bricks of it`,
    );
  }
  return doubts;
}

/** What the database itself has against them. */
async function withoutConflicts(
  tx: ReadTx,
  wanted: readonly GlusterVolume[],
  adopted: ReadonlyMap<string, AdoptedVolume | string>,
): Promise<Adoptable> {
  const found = new Map<string, AdoptedVolume | string>();
  for (const { name } of wanted) {
    const one = adopted.get(name);
    if (one === undefined) continue;
    const refusal = typeof one === 'string' ? one : await refusalOf(() => refuseKnown(tx, one));
    found.set(name, refusal ?? one);
  }
  return found;
}

/** The same of one volume, now; throws why not. */
export async function adoptNow(
  { clusterId, name }: { readonly clusterId: Id; readonly name: string },
  context: OperationContext,
): Promise<AdoptedVolume> {
  const found = (await findAdoptable(clusterId, new Set([name]), context)).get(name);
  if (found === undefined) throw new DomainError('conflict', `gluster has no volume ${name} any more`);
  if (typeof found === 'string') throw new DomainError('conflict', `volume ${name} is not taken over: ${found}`);
  return found;
}
