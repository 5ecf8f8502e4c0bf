import { type Brick, brickLvName } from '../../domain/brick.js';
import { counted } from '../../domain/counted.js';
import { type Device, volumeGroupName } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import { KIB_PER_GIB } from '../../domain/size.js';
import { isPeerOf } from '../../executors/commands/gluster/peer-names.js';
import type { FoundGroup, PoolMember } from '../../executors/commands/node/pool-member.js';
import { judgeGroup } from '../device-check/group-verdict.js';
import { type AdoptedVolume, type AdoptionSettings, adoptEach, type Place } from './adopt-volume.js';
import { type FoundPool, type SoughtCluster, type SoughtNode, volumesOf } from './found-pool.js';

/** The records of one cluster as its hosts have them, and what is said of that to a person. */
export interface AdoptionPlan {
  readonly cluster: SoughtCluster;
  readonly devices: readonly Device[];
  readonly volumes: readonly AdoptedVolume[];
  /** What there is, a line each. */
  readonly found: readonly string[];
  /** What is not taken over, or has to be looked at; nothing of it is touched. */
  readonly open: readonly string[];
  /** Hosts that did not tell all: a plan with any must not be carried out. */
  readonly unread: readonly string[];
}

/** Makes records of a cluster of which nothing is left but its hosts. Pure: all that it knows is given. */
export function planAdoption(
  cluster: SoughtCluster,
  pool: FoundPool,
  settings: AdoptionSettings & { readonly reserveSpareMetadata: boolean },
): AdoptionPlan {
  const open: string[] = [...membershipDoubts(cluster, pool)];
  const unread = pool.unread.map(({ host, reason }) => `${host}: ${reason}`);
  const places = cluster.nodes.flatMap((sought): Place[] => {
    const member = pool.members.get(sought.node.id);
    return member ? [{ node: sought.node, member, devices: adoptDevices(sought, member, open) }] : [];
  });
  const volumes = adoptVolumes(cluster.id, places, pool, settings, new Set(), open);
  const bricks = volumes.flatMap((adopted) => adopted.bricks);
  for (const place of places) {
    unread.push(...missingDisks(place));
    open.push(...leftVolumes(place, bricks));
  }
  return {
    cluster,
    devices: places.flatMap((place) => sized(place, bricks, settings.reserveSpareMetadata, unread)),
    volumes,
    found: volumes.flatMap(describeVolume),
    open,
    unread,
  };
}

/** Volumes that could be taken over; the others are named in `open`. */
function adoptVolumes(
  clusterId: Id,
  places: readonly Place[],
  pool: FoundPool,
  settings: AdoptionSettings,
  taken: Set<Id>,
  open: string[],
): readonly AdoptedVolume[] {
  const adopted = adoptEach(volumesOf(pool), { clusterId, places, blocks: pool.blocks }, settings, taken);
  return [...adopted].flatMap(([name, one]) => {
    if (typeof one !== 'string') return [one];
    open.push(`volume ${name} is not taken over: ${one}`);
    return [];
  });
}

function adoptDevices({ node, devices }: SoughtNode, member: PoolMember, open: string[]): readonly Device[] {
  const host = manageName(node);
  const unseen = new Set(devices.map(({ name }) => name));
  const adopted = member.groups.flatMap((group): Device[] => {
    const { deviceId, pvNames, paths } = group;
    const names = [...pvNames, ...paths];
    const known = devices.find(({ name }) => names.includes(name));
    if (known) unseen.delete(known.name);
    const vg = volumeGroupName(deviceId);
    if (pvNames.length > 1) {
      open.push(`${host}: ${vg} lies on ${pvNames.join(' and ')}; a device is one disk, so it is not taken over`);
      return [];
    }
    if (!known) open.push(`${host}: ${pvNames.join()} (${vg}) is taken over, and is not in the topology`);
    return [deviceRecord(node.id, group, known)];
  });
  for (const name of unseen) open.push(`${host}: ${name} has no volume group of ours; add it when the server runs`);
  return adopted;
}

function deviceRecord(
  nodeId: Id,
  { deviceId, pvNames, pvUuid, paths, extentKib }: FoundGroup,
  known: SoughtNode['devices'][number] | undefined,
): Device {
  return {
    id: deviceId,
    nodeId,
    name: known?.name ?? pvNames[0] ?? '',
    state: 'online',
    totalKib: 0,
    freeKib: 0,
    usedKib: 0,
    extentKib,
    spareMetadataKib: 0,
    tags: known?.tags ?? {},
    paths,
    pvUuid,
  };
}

/** With the sizes that LVM shows. Where these can't be trusted, or were changing, nothing may be built on them. */
function sized(
  { node, member, devices }: Place,
  bricks: readonly Brick[],
  isRealLvm: boolean,
  unread: string[],
): readonly Device[] {
  return devices.map((device) => {
    const own = bricks.filter(({ deviceId }) => deviceId === device.id);
    const verdict = judgeGroup({ device, bricks: own }, member.lvm, isRealLvm);
    if (verdict.kind === 'sizes') return { ...device, ...verdict.sizes };
    unread.push(`${manageName(node)}: ${verdict.reason}`);
    return device;
  });
}

/** A group that lvm shows in part, or not with all its disks. */
function missingDisks({ node, member }: Place): readonly string[] {
  return member.lvm.groups
    .filter(({ missingDisks: missing }) => missing > 0)
    .map(({ name }) => `${manageName(node)}: lvm misses disks of ${name}`);
}

/** Logical volumes with no record: of half-made bricks, snapshots, or of others. */
function leftVolumes({ node, member, devices }: Place, bricks: readonly Brick[]): readonly string[] {
  return devices.flatMap(({ id }) => {
    const known = new Set(bricks.filter(({ deviceId }) => deviceId === id).map(brickLvName));
    const thin = member.groups.find(({ deviceId }) => deviceId === id)?.thinVolumes ?? [];
    return thin
      .filter(({ lvName }) => !known.has(lvName))
      .map(
        ({ lvName }) =>
          `${manageName(node)}: ${volumeGroupName(id)}/${lvName} is a brick of no volume that is taken over; its space counts as used`,
      );
  });
}

function membershipDoubts({ nodes }: SoughtCluster, { members }: FoundPool): readonly string[] {
  const peers = [...members.values()].flatMap((member) => member.peers).filter(({ name }) => name !== 'localhost');
  const foreign = peers.filter((peer) => !nodes.some(({ node }) => isPeerOf(node, peer)));
  const isAlone = (node: Node) =>
    nodes.length > 1 && members.has(node.id) && !peers.some((peer) => isPeerOf(node, peer));
  return [
    ...[...new Set(foreign.map(({ name }) => name))].map(
      (name) => `${name} is a member of the trusted pool, and in the topology no node's storage name`,
    ),
    ...nodes
      .filter(({ node }) => isAlone(node))
      .map(
        ({ node }) => `${storageName(node)} is known to no other host of its cluster as a member of the trusted pool`,
      ),
  ];
}

/** Devices that two nodes would have: a host that is named twice, or a disk that several hosts see. Nothing may be built on them. */
export function sharedDevices(plans: readonly AdoptionPlan[]): readonly string[] {
  const hosts = new Map(plans.flatMap(({ cluster }) => cluster.nodes.map(({ node }) => [node.id, manageName(node)])));
  const first = new Map<Id, Id>();
  return plans.flatMap(({ devices }) =>
    devices.flatMap(({ id, nodeId }) => {
      const other = first.get(id);
      first.set(id, other ?? nodeId);
      return other === undefined
        ? []
        : [`${volumeGroupName(id)} is on ${hosts.get(other)} and on ${hosts.get(nodeId)}: name each host once`];
    }),
  );
}

/** A line for the volume, and one for each remark. */
export function describeVolume({ volume, bricks, blockVolumes, remarks }: AdoptedVolume): readonly string[] {
  const { durability, name, id, sizeGib } = volume;
  const copies = {
    none: 'not replicated',
    replicate: `replicate ${durability.replica}`,
    disperse: `disperse ${durability.disperseData}+${durability.disperseRedundancy}`,
  }[durability.type];
  const hosted = volume.isBlockHosting ? `, with ${counted(blockVolumes.length, 'block volume')}` : '';
  return [
    `volume ${name} (${id}): ${sizeGib} GiB, ${copies}, ${counted(bricks.length, 'brick')}${hosted}`,
    ...remarks.map((remark) => `volume ${name}: ${remark}`),
  ];
}

export function describeDevice({ id, name, totalKib, freeKib }: Device): string {
  const gib = (kib: number) => Math.trunc(kib / KIB_PER_GIB);
  return `device ${name} (${id}): ${gib(totalKib)} GiB, of which ${gib(freeKib)} GiB are free`;
}
