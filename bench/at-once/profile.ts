import type { SimCluster } from '../../test/support/simcluster.js';

/** The machines of these benchmarks. */
export const NODES = 3;
export const DEVICES = 4;

/** Which changes glusterd lets wait or refuses while another one runs; see test/simcluster. */
export type GlusterLock = 'volume' | 'pool' | 'serial';

/** Milliseconds of the simulator's `realistic` profile. */
const MS = {
  lvcreate: 400,
  lvremove: 300,
  mkfs: 150,
  mount: 50,
  umount: 60,
  create: 400,
  start: 900,
  stop: 800,
  delete: 400,
};
const OTHER_MS = 10;
/** What every start of a script costs there. */
const PLAIN_MS = 10;
const PROFILE = {
  lvcreate: MS.lvcreate,
  lvremove: MS.lvremove,
  'mkfs.xfs': MS.mkfs,
  mount: MS.mount,
  umount: MS.umount,
  'gluster volume create': MS.create,
  'gluster volume start': MS.start,
  'gluster volume stop': MS.stop,
  'gluster volume delete': MS.delete,
  other: OTHER_MS,
  plain: PLAIN_MS,
};

/** Has programs take the profile's times, multiplied. */
export async function setProfile(cluster: SimCluster, factor: number): Promise<void> {
  await cluster.setLatencies(Object.fromEntries(Object.entries(PROFILE).map(([name, ms]) => [name, ms * factor])));
}

/** Seconds that so many changes at once take at best: each volume has a brick on every node, spread over its groups. */
export function floorSeconds(kind: 'create' | 'delete', volumes: number, lock: GlusterLock): number {
  const perGroup = Math.ceil((volumes * 3) / (NODES * DEVICES));
  const isPool = lock !== 'volume';
  const glusterMs = kind === 'create' ? MS.create + OTHER_MS + MS.start : MS.stop + MS.delete;
  const allGlusterMs = PLAIN_MS + (isPool ? volumes * glusterMs : glusterMs);
  if (kind === 'create') {
    const brickMs = (count: number) => PLAIN_MS + count * MS.lvcreate + MS.mkfs + MS.mount;
    // Changes of a pool-wide lock begin with the first volume's bricks, all others overlap.
    const ms = isPool
      ? Math.max(brickMs(1) + allGlusterMs, brickMs(perGroup) + PLAIN_MS + glusterMs)
      : brickMs(perGroup) + allGlusterMs;
    return ms / 1000;
  }
  const brickMs = (count: number) => PLAIN_MS + MS.umount + OTHER_MS + count * 2 * MS.lvremove + OTHER_MS;
  const ms = isPool
    ? Math.max(allGlusterMs + brickMs(1), PLAIN_MS + glusterMs + brickMs(perGroup))
    : allGlusterMs + brickMs(perGroup);
  return ms / 1000;
}
