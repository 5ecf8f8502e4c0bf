import type { BlockVolume } from '../../domain/block-volume.js';
import { type Brick, brickMountedAt, brickPath } from '../../domain/brick.js';
import { type Device, volumeGroupName } from '../../domain/device.js';
import { bricksPerSet, type Durability, disperseCounts } from '../../domain/durability.js';
import { type Id, newId } from '../../domain/ids.js';
import { type Node, storageName } from '../../domain/node.js';
import { type BlockInfo, mountFor, usableForBlockGib, type Volume } from '../../domain/volume.js';
import { readPlacementOptions } from '../../domain/volume-options.js';
import { devicePath, mountPointOf } from '../../executors/commands/brick/brick.js';
import type { BlockVolumeInfo } from '../../executors/commands/gluster/gluster-block.js';
import { type GlusterVolume, isStarted } from '../../executors/commands/gluster/gluster-volume.js';
import type { ThinVolumeRow } from '../../executors/commands/lvm/lvm-report.js';
import type { PoolMember } from '../../executors/commands/node/pool-member.js';
import { isOfGluster } from '../volumes/ordered-options.js';
import type { FoundBlocks } from './found-pool.js';
import { readSizes } from './found-sizes.js';

/** A node of the volume's cluster, with what its host holds. */
export interface Place {
  readonly node: Node;
  readonly member: PoolMember;
  /** Of this node; those on which bricks may be. */
  readonly devices: readonly Device[];
}

export interface AdoptionSettings {
  readonly averageFileKib: number;
}

/** Records made of one of gluster's volumes. */
export interface AdoptedVolume {
  readonly volume: Volume;
  readonly bricks: readonly Brick[];
  readonly blockVolumes: readonly BlockVolume[];
  /** What could not be known, and what was taken for it. */
  readonly remarks: readonly string[];
}

/** Why a volume is not taken over. */
export class NotAdopted extends Error {}

/**
 * Throws NotAdopted for a volume that this server could not have made, or could not go on with. `taken`: ids that other
 * objects have, and device paths of the logical volumes of other bricks; those of this one are added.
 */
export function adoptVolume(
  found: GlusterVolume,
  { clusterId, places, blocks }: { clusterId: Id; places: readonly Place[]; blocks: FoundBlocks | null },
  settings: AdoptionSettings,
  taken: Set<Id>,
): AdoptedVolume {
  if (blocks?.failure) throw new NotAdopted(`gluster-block does not tell what is on it: ${blocks.failure}`);
  const durability = durabilityOf(found);
  const setSize = bricksPerSet(durability);
  if (found.bricks.length === 0 || found.bricks.length % setSize !== 0)
    throw new NotAdopted(`its ${found.bricks.length} bricks are not whole sets of ${setSize}`);
  const located = found.bricks.map(({ name, isArbiter }) => ({ ...locate(name, places), isArbiter }));
  const options = optionsOf(found);
  const { averageFileKib } = readPlacementOptions(options, settings);
  const dataBricks = durability.type === 'disperse' ? disperseCounts(durability).data : 1;
  const sizes = readSizes(
    located.map(({ lv, device, isArbiter }) => ({
      sizeKib: lv.sizeKib,
      poolKib: lv.poolKib,
      extentKib: device.extentKib,
      isArbiter,
    })),
    { setSize, dataBricks, averageFileKib },
  );
  if (sizes.sizeGib < 1) throw new NotAdopted('it is smaller than 1 GiB');
  const remarks: string[] = [];
  const id = idOf(found, taken, remarks);
  const hosted = (blocks?.infos ?? []).map((info) => adoptBlockVolume(info, { id, clusterId }, taken, remarks));
  const isBlockHosting = blocks !== null || isOfBlockGroup(found);
  const [first] = located;
  if (!sizes.isFactorFound) remarks.push('no snapshot factor explains the sizes of its thin pools');
  if (!isStarted(found)) remarks.push('it is not started');
  const volume: Volume = {
    id,
    clusterId,
    name: found.name,
    sizeGib: sizes.sizeGib,
    durability,
    gid: first?.gid ?? 0,
    isBlockHosting,
    snapshotEnabled: sizes.snapshotFactor > 1,
    snapshotFactor: sizes.snapshotFactor,
    options,
    requestedClusters: null,
    blockInfo: blockInfo(isBlockHosting, sizes.sizeGib, hosted),
    storedMount: mountFor(
      found.name,
      places.map(({ node }) => storageName(node)),
    ),
    pendingId: null,
  };
  const bricks = located.map((place, i) => brickRecord(place, volume.id, sizes.brickKib[i] ?? place.lv.sizeKib, taken));
  return { volume, bricks, blockVolumes: hosted, remarks };
}

/** The same of several; why not for those that are not taken over. A clone carries the id of its source: those whose bricks have our names come first. */
export function adoptEach(
  volumes: readonly GlusterVolume[],
  where: { clusterId: Id; places: readonly Place[]; blocks: ReadonlyMap<string, FoundBlocks> },
  settings: AdoptionSettings,
  taken: Set<Id>,
): ReadonlyMap<string, AdoptedVolume | string> {
  const isClone = ({ bricks }: GlusterVolume) => bricks.some(({ name }) => name.includes('/snaps/'));
  const inOrder = [...volumes].sort((a, b) => Number(isClone(a)) - Number(isClone(b)));
  const adopted = new Map<string, AdoptedVolume | string>();
  for (const volume of inOrder) {
    try {
      const blocks = where.blocks.get(volume.name) ?? null;
      adopted.set(volume.name, adoptVolume(volume, { ...where, blocks }, settings, taken));
    } catch (error) {
      if (!(error instanceof NotAdopted)) throw error;
      adopted.set(volume.name, error.message);
    }
  }
  return adopted;
}

function durabilityOf({ disperseCount, redundancyCount, replicaCount }: GlusterVolume): Durability {
  const none = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
  if (disperseCount > 0) {
    const disperseData = disperseCount - redundancyCount;
    return { ...none, type: 'disperse', disperseData, disperseRedundancy: redundancyCount };
  }
  return replicaCount > 1 ? { ...none, type: 'replicate', replica: replicaCount } : none;
}

interface Located {
  readonly node: Node;
  readonly device: Device;
  readonly lv: ThinVolumeRow;
  readonly path: string;
  /** From the names that every brick has that was not cloned or made by hand; null for others. */
  readonly brickId: Id | null;
  readonly gid: number;
}

const IN_MOUNT = '/brick';

function locate(name: string, places: readonly Place[]): Located {
  const refused = (reason: string) => new NotAdopted(`brick ${name}: ${reason}`);
  const colon = name.indexOf(':/');
  const [host, path] = [name.slice(0, colon), name.slice(colon + 1)];
  const place = places.find(({ node }) => storageName(node) === host);
  if (!place) throw refused(`${host} is the first storage name of no node`);
  const { node, member, devices } = place;
  const mountPoint = mountPointOf(path.replace(/^\/var\/run\//, '/run/'));
  const source = member.mounts.findLast(({ target }) => target === mountPoint)?.source;
  const own = path.endsWith(IN_MOUNT) ? brickMountedAt(path.slice(0, -IN_MOUNT.length)) : null;
  const named = own && devicePath(volumeGroupName(own.deviceId), `brick_${own.brickId}`);
  if (source === undefined && named === null) throw refused('its file system is not mounted');
  if (source !== undefined && named !== null && source !== named)
    throw refused(`${source} is mounted there, and not ${named}`);
  const lookedFor = source ?? (named as string);
  for (const { deviceId: id, thinVolumes } of member.groups) {
    const lv = thinVolumes.find(({ lvName }) => devicePath(volumeGroupName(id), lvName) === lookedFor);
    const device = devices.find((candidate) => candidate.id === id);
    if (lv && device) return { node, device, lv, path, brickId: own?.brickId ?? null, gid: member.gids.get(path) ?? 0 };
  }
  throw refused(`${lookedFor} is not a thin volume on a device that can be taken over`);
}

/** Also of those that are set on every new volume; the newest is the first that gluster shows. */
function optionsOf({ options }: GlusterVolume): readonly string[] {
  const set = options.filter((option) => option.name !== ID_OPTION && !isOfGluster(option));
  return set.map(({ name, value }) => `${name} ${value}`).reverse();
}

const ID_OPTION = 'user.heketi.id';
const NAMED_VOLUME = /^vol_([0-9a-f]{32})$/;
const NAMED_BLOCK_VOLUME = /^blockvol_([0-9a-f]{32})$/;

function idOf({ name, options }: GlusterVolume, taken: Set<Id>, remarks: string[]): Id {
  const told = options.find((option) => option.name === ID_OPTION)?.value ?? '';
  const candidates = [NAMED_VOLUME.exec(name)?.[1], /^[0-9a-f]{32}$/.exec(told)?.[0]];
  return takeId(candidates, taken, () => remarks.push('its id is new: gluster does not know the one that it had'));
}

function takeId(candidates: readonly (string | undefined)[], taken: Set<Id>, onNew: () => unknown): Id {
  const known = candidates.find((candidate) => candidate !== undefined && !taken.has(candidate));
  const id = known ?? newId();
  if (known === undefined) onNew();
  taken.add(id);
  return id;
}

/** What the group gluster-block sets, and others do not; a hosting volume that was never used has nothing else. */
const BLOCK_GROUP: Readonly<Record<string, string>> = {
  'features.shard': 'on',
  'user.cifs': 'off',
  'server.allow-insecure': 'on',
};

function isOfBlockGroup({ options }: GlusterVolume): boolean {
  const set = new Map(options.map(({ name, value }) => [name, value]));
  return Object.entries(BLOCK_GROUP).every(([name, value]) => set.get(name) === value);
}

function adoptBlockVolume(
  info: BlockVolumeInfo,
  { id: hostingVolumeId, clusterId }: { readonly id: Id; readonly clusterId: Id },
  taken: Set<Id>,
  remarks: string[],
): BlockVolume {
  const remark = (text: string) => remarks.push(`block volume ${info.name}: ${text}`);
  const id = takeId([NAMED_BLOCK_VOLUME.exec(info.name)?.[1]], taken, () => remark('its id is new'));
  if (info.sizeGib >= 1024) remark(`gluster-block shows its size as ${info.sizeText}; it may be a little larger`);
  const hasAuth = info.password !== '';
  return {
    id,
    clusterId,
    hostingVolumeId,
    name: info.name,
    sizeGib: info.sizeGib,
    usableSizeGib: info.sizeGib,
    haCount: info.haCount,
    hasAuth,
    requestedClusters: null,
    hosts: info.hosts,
    iqn: info.iqn,
    lun: 0,
    username: hasAuth ? info.username : '',
    password: info.password,
    pendingId: null,
  };
}

function blockInfo(isBlockHosting: boolean, sizeGib: number, hosted: readonly BlockVolume[]): BlockInfo {
  if (!isBlockHosting) return { freeGib: 0, reservedGib: 0, restriction: '' };
  const takenGib = hosted.reduce((sum, block) => sum + block.sizeGib, 0);
  if (takenGib > sizeGib) throw new NotAdopted(`its block volumes have ${takenGib} GiB, and it has ${sizeGib}`);
  // Expansions have rounded the reserve of each part.
  const freeGib = Math.max(0, usableForBlockGib(sizeGib) - takenGib);
  return { freeGib, reservedGib: sizeGib - takenGib - freeGib, restriction: '' };
}

function brickRecord(place: Located & { isArbiter: boolean }, volumeId: Id, sizeKib: number, taken: Set<Id>): Brick {
  const { brickId, device, node, lv, path, isArbiter } = place;
  if (brickId !== null && taken.has(brickId)) throw new NotAdopted(`its brick ${path} is another volume's already`);
  const id = brickId ?? newId();
  taken.add(id);
  // Mounted in two places: it has its space once, and would go with whichever brick is removed first.
  const lvPath = devicePath(volumeGroupName(device.id), lv.lvName);
  if (taken.has(lvPath)) throw new NotAdopted(`${lvPath} of its brick ${path} is another brick's already`);
  taken.add(lvPath);
  const isOurs = path === brickPath(device.id, id);
  return {
    id,
    volumeId,
    deviceId: device.id,
    nodeId: node.id,
    path,
    sizeKib,
    thinPoolKib: lv.poolKib,
    poolMetadataKib: lv.poolMetadataKib,
    thinPool: lv.poolName,
    lv: isOurs ? '' : lv.lvName,
    subType: isArbiter ? 'arbiter' : 'normal',
    pendingId: null,
  };
}
