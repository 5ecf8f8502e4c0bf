import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import type { ReadTx } from '../../store/store.js';
import { type AdoptedVolume, adoptEach } from '../adoption/adopt-volume.js';
import { findPool, volumesOf } from '../adoption/found-pool.js';
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
    const wanted = volumesOf(pool).filter(({ name }) => names.has(name));
    const adopted = adoptEach(wanted, { clusterId, places, blocks: pool.blocks }, settings, await knownIds(tx));
    return withoutConflicts(tx, wanted, adopted);
  });
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
