import type { BlockVolume } from '../../src/domain/block-volume.js';
import { type Brick, brickLvName, brickThinPoolName } from '../../src/domain/brick.js';
import type { Device } from '../../src/domain/device.js';
import { type Durability, replicaCount } from '../../src/domain/durability.js';
import type { Id } from '../../src/domain/ids.js';
import { manageName, type Node, storageName } from '../../src/domain/node.js';
import type { Volume } from '../../src/domain/volume.js';
import { devicePath } from '../../src/executors/commands/brick/brick.js';
import type { HostsState } from '../../src/executors/mock/world/state.js';
import type { ReadTx } from '../../src/store/store.js';
import { HOST_SETTINGS } from './host-settings.js';

/** Everything of a store that says how the hosts must look. */
export interface Records {
  readonly nodes: ReadonlyMap<Id, Node>;
  readonly devices: ReadonlyMap<Id, Device>;
  readonly bricks: readonly Brick[];
  readonly volumes: ReadonlyMap<Id, Volume>;
  readonly blockVolumes: readonly BlockVolume[];
}

export async function readRecords(tx: ReadTx): Promise<Records> {
  return {
    nodes: byId(await tx.nodes.list()),
    devices: byId(await tx.devices.list()),
    bricks: await tx.bricks.list(),
    volumes: byId(await tx.volumes.list()),
    blockVolumes: await tx.blockVolumes.list(),
  };
}

function byId<T extends { readonly id: Id }>(records: readonly T[]): ReadonlyMap<Id, T> {
  return new Map(records.map((record) => [record.id, record]));
}

const MOUNTS = '/var/lib/heketi/mounts';
/** gluster sets these on new volumes by itself. */
const GLUSTER_DEFAULTS = new Set([
  'cluster.granular-entry-heal on',
  'nfs.disable on',
  'performance.client-io-threads off',
  'storage.fips-mode-rchecksum on',
  'transport.address-family inet',
]);

/** What the hosts must look like, one sentence for each thing that is there, each as often as it is there. */
export function expectedFacts(records: Records, hosts: HostsState): string[] {
  const facts: string[] = [];
  for (const device of records.devices.values()) {
    const host = hostOf(records, device.nodeId);
    const extents = Math.floor(device.totalKib / device.extentKib);
    facts.push(`pv ${host} ${device.name} of vg_${device.id}`, `vg ${host} vg_${device.id} of ${extents} extents`);
  }
  const pools = new Set<string>();
  for (const brick of records.bricks) facts.push(...brickFacts(records, brick, pools));
  for (const volume of records.volumes.values()) facts.push(...volumeFacts(records, volume));
  for (const { hostingVolumeId, name, sizeGib, hosts: exporting } of records.blockVolumes)
    facts.push(blockFact(records.volumes.get(hostingVolumeId)?.name ?? '?', { name, sizeGib, hosts: exporting }));
  facts.push(...poolFacts(records, hosts));
  return facts;
}

function blockFact(
  hosting: string,
  { name, sizeGib, hosts }: { readonly name: string; readonly sizeGib: number; readonly hosts: readonly string[] },
): string {
  return `block volume ${hosting}/${name} of ${sizeGib} GiB on ${[...hosts].sort().join(' ')}`;
}

function brickFacts(records: Records, brick: Brick, pools: Set<string>): string[] {
  const host = hostOf(records, brick.nodeId);
  const extentKib = records.devices.get(brick.deviceId)?.extentKib ?? Number.NaN;
  const rounded = (kib: number) => Math.ceil(kib / extentKib) * extentKib;
  const vg = `vg_${brick.deviceId}`;
  const [lv, pool] = [brickLvName(brick), brickThinPoolName(brick)];
  const mountPoint = brick.path.replace(/\/brick$/, '');
  const isClone = mountPoint.startsWith('/run/');
  const gid = records.volumes.get(brick.volumeId)?.gid ?? 0;
  const source = devicePath(vg, lv);
  const options = isClone ? 'rw,nouuid' : HOST_SETTINGS.mountOptions;
  const layout = brick.subType === 'arbiter' ? '-i maxpct=100' : '-i size=512';
  const facts = [
    `lv ${host} ${vg}/${lv} of ${rounded(brick.sizeKib)} KiB in ${pool}, xfs ${layout} -n size=8192`,
    `brick directory ${host} ${vg}/${lv} /brick ${gid === 0 ? '755 0' : `2775 ${gid}`}`,
    `mount ${host} ${source} on ${mountPoint} ${options}`,
  ];
  if (!isClone) {
    facts.push(`fstab ${host} ${source} ${mountPoint} xfs ${options} 1 2`);
    facts.push(`directory ${host} ${mountPoint}`);
  }
  // Bricks of clones share the thin pools of their sources'.
  if (!pools.has(`${vg}/${pool}`)) facts.push(`pool ${host} ${vg}/${pool} of ${rounded(brick.thinPoolKib)} KiB`);
  pools.add(`${vg}/${pool}`);
  return facts;
}

function volumeFacts(records: Records, volume: Volume): string[] {
  const bricks = records.bricks.filter((brick) => brick.volumeId === volume.id);
  const isClone = bricks.some((brick) => brick.path.startsWith('/run/'));
  const options = (volume.options ?? []).map((option) => option.trim()).filter(Boolean);
  return [
    `volume ${volume.name} ${typeOf(volume.durability)}, started, ${bricks.length} bricks, 0 snapshots`,
    ...bricks.map((brick) => {
      const node = records.nodes.get(brick.nodeId);
      const served = `${node ? storageName(node) : '?'}:${brick.path}${brick.subType === 'arbiter' ? ' (arbiter)' : ''}`;
      return `served by ${volume.name}: ${served}`;
    }),
    ...options.filter((option) => !option.startsWith('group ')).map((option) => `option of ${volume.name}: ${option}`),
    // A clone has its source's.
    ...(isClone ? [] : [`option of ${volume.name}: user.heketi.id ${volume.id}`]),
  ];
}

function typeOf(durability: Durability): string {
  if (durability.type === 'replicate') return replicaCount(durability) > 1 ? 'Replicate' : 'Distribute';
  return durability.type === 'disperse' ? 'Disperse' : 'Distribute';
}

/** Each cluster's hosts are one trusted pool; hosts that no cluster has stand alone. */
function poolFacts(records: Records, hosts: HostsState): string[] {
  const ofCluster = new Map<Id, string[]>();
  const known = new Set<string>();
  for (const node of records.nodes.values()) {
    ofCluster.set(node.clusterId, [...(ofCluster.get(node.clusterId) ?? []), manageName(node)]);
    known.add(manageName(node));
  }
  const alone = hosts.hosts.map(({ manage }) => manage).filter((name) => !known.has(name));
  return [...[...ofCluster.values()].map((names) => names.sort()), ...alone.map((name) => [name])].map(
    (names) => `peers ${names.join(' ')}`,
  );
}

function hostOf(records: Records, nodeId: Id): string {
  const node = records.nodes.get(nodeId);
  return node ? manageName(node) : `no node ${nodeId}`;
}

/** What the hosts look like, in the same sentences. */
export function actualFacts(records: Records, { hosts, pools }: HostsState): string[] {
  const facts: string[] = [];
  const deviceRoots = new Set([...records.devices.keys()].map((id) => `${MOUNTS}/vg_${id}`));
  const known = new Set([...records.nodes.values()].map(manageName));
  // What was left on a host that is gone for good is nobody's.
  const there = hosts.filter(({ manage, isUp }) => isUp || known.has(manage));
  for (const { manage, devices, groups, mounts, fstab, directories } of there) {
    for (const { path, contents } of devices)
      if (contents.startsWith('PV of ')) facts.push(`pv ${manage} ${path} of ${contents.slice('PV of '.length)}`);
    for (const group of groups) {
      facts.push(`vg ${manage} ${group.name} of ${group.extents} extents`);
      for (const lv of group.volumes) {
        const name = `${manage} ${group.name}/${lv.name} of ${lv.sizeKib} KiB`;
        facts.push(lv.kind === 'pool' ? `pool ${name}` : `lv ${name} in ${lv.pool}, ${lv.mkfs}`);
        // gluster-block's own files tell what its block volumes do.
        const directories = lv.directories.filter((dir) => !/\/block-(?:meta|store)\b/.test(dir));
        facts.push(...directories.map((dir) => `brick directory ${manage} ${group.name}/${lv.name} ${dir}`));
      }
    }
    for (const mount of mounts) facts.push(`mount ${manage} ${mount.source} on ${mount.target} ${mount.options}`);
    facts.push(...fstab.map((line) => `fstab ${manage} ${line}`));
    // A device's own directory stays until the device goes; those below /run are gluster's affair.
    for (const path of directories)
      if (path.startsWith(`${MOUNTS}/`) && !deviceRoots.has(path)) facts.push(`directory ${manage} ${path}`);
  }
  for (const pool of pools) {
    facts.push(`peers ${pool.hosts.join(' ')}`);
    facts.push(...pool.snapshots.map((name) => `snapshot ${name}`));
    for (const volume of pool.volumes) facts.push(...servedFacts(volume));
  }
  const isAsked = optionFilter(records);
  return facts.filter(isAsked);
}

function servedFacts(volume: HostsState['pools'][number]['volumes'][number]): string[] {
  const status = ['created', 'started', 'stopped'][volume.status] ?? String(volume.status);
  const { name } = volume;
  return [
    `volume ${name} ${volume.type}, ${status}, ${volume.bricks.length} bricks, ${volume.snapshots} snapshots`,
    ...volume.bricks.map((brick) => `served by ${name}: ${brick}`),
    ...volume.options.map((option) => `option of ${name}: ${option}`),
    ...volume.blocks.map((block) => blockFact(name, block)),
  ];
}

/** gluster sets options by itself on clones and for groups of options; there only what was ordered is compared. */
function optionFilter(records: Records): (fact: string) => boolean {
  const free = new Map<string, Set<string>>();
  for (const volume of records.volumes.values()) {
    const isClone = records.bricks.some(({ volumeId, path }) => volumeId === volume.id && path.startsWith('/run/'));
    const options = volume.options ?? [];
    if (isClone || options.some((option) => option.startsWith('group ')))
      free.set(volume.name, new Set([...options.map((option) => option.trim()), `user.heketi.id ${volume.id}`]));
  }
  return (fact) => {
    const [, name = '', option = ''] = /^option of (\S+): (.*)$/.exec(fact) ?? [];
    const ordered = free.get(name);
    return ordered ? ordered.has(option) : !GLUSTER_DEFAULTS.has(option);
  };
}
