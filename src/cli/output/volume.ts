import { type BlockVolumeInfo, memberOf, readList, readText, type VolumeInfo } from '../../client/wire.js';
import type { JsonValue } from '../../json/json-value.js';
import { lines, pad, sortedEntries } from './text.js';

export function formatVolumeInfo(volume: VolumeInfo): string {
  const text = lines(
    `Name: ${volume.name}`,
    `Size: ${volume.sizeGib}`,
    `Volume Id: ${volume.id}`,
    `Cluster Id: ${volume.cluster}`,
    `Mount: ${volume.mountDevice}`,
    `Mount Options: ${mountOptions(volume)}`,
    `Block: ${volume.block}`,
    `Free Size: ${volume.freeSizeGib}`,
    `Reserved Size: ${volume.reservedSizeGib}`,
    `Block Hosting Restriction: ${restrictionName(volume.restriction)}`,
    `Block Volumes: [${volume.blockVolumes.join(' ')}]`,
    `Durability Type: ${volume.durability}`,
    `Distribute Count: ${distributeCount(volume)}`,
    ...durabilityLines(volume),
  );
  // The empty line after the factor is part of the format that scripts parse.
  return volume.snapshot ? `${text}Snapshot Factor: ${volume.snapshotFactor.toFixed(2)}\n\n` : text;
}

/** All options, sorted by key and set one after the other without a separator. */
export function mountOptions(volume: VolumeInfo): string {
  return sortedEntries(volume.mountOptions)
    .map(([name, value]) => `${name}=${value}`)
    .join('');
}

function restrictionName(restriction: string): string {
  if (restriction === '') return '(none)';
  return restriction === 'locked' || restriction === 'locked-by-update' ? restriction : 'unknown';
}

function distributeCount(volume: VolumeInfo): number {
  const bricks = volume.bricks.length;
  const setSize = {
    none: 1,
    replicate: Number(volume.replica),
    disperse: Number(volume.disperseData) + Number(volume.redundancy),
  }[volume.durability];
  return setSize === undefined || setSize <= 0 ? 0 : Math.floor(bricks / setSize);
}

function durabilityLines(volume: VolumeInfo): string[] {
  if (volume.durability === 'replicate') return [`Replica Count: ${volume.replica}`];
  if (volume.durability !== 'disperse') return [];
  return [`Disperse Data Count: ${volume.disperseData}`, `Disperse Redundancy Count: ${volume.redundancy}`];
}

export function formatVolumeRow(volume: VolumeInfo): string {
  return `Id:${pad(volume.id, 35)} Cluster:${pad(volume.cluster, 35)} Name:${volume.name}${volume.block ? ' [block]' : ''}\n`;
}

export function formatBlockVolumeRow(volume: BlockVolumeInfo): string {
  return `Id:${pad(volume.id, 35)} Cluster:${pad(volume.cluster, 35)} Name:${volume.name}\n`;
}

export function formatBlockVolumeInfo(volume: BlockVolumeInfo): string {
  return lines(
    `Name: ${volume.name}`,
    `Size: ${volume.sizeGib}`,
    `UsableSize: ${volume.usableSizeGib}`,
    `Volume Id: ${volume.id}`,
    `Cluster Id: ${volume.cluster}`,
    `Hosts: [${volume.hosts.join(' ')}]`,
    `IQN: ${volume.iqn}`,
    `LUN: ${volume.lun}`,
    `Hacount: ${volume.hacount}`,
    `Username: ${volume.username}`,
    `Password: ${volume.password}`,
    `Block Hosting Volume: ${volume.hostingVolume}`,
  );
}

/** Body of a patch that gives Kubernetes endpoints the hosts of a volume; one subset for each host, no final newline. */
export function formatEndpointPatch(volume: VolumeInfo): string {
  const subsets = volume.mountHosts.map((ip) => JSON.stringify({ addresses: [{ ip }], ports: [{ port: 1 }] }));
  return `{"subsets": [${subsets.join(',')}]}`;
}

/** With what to do about each. */
export function formatUnclaimedVolumes(json: JsonValue): string {
  return lines(
    ...readList(memberOf(json, 'volumes')).flatMap((volume) => {
      const [id, name] = [readText(memberOf(volume, 'id')), readText(memberOf(volume, 'name'))];
      return [
        `Id:${pad(id, 35)} Cluster:${pad(readText(memberOf(volume, 'cluster')), 35)} Name:${name} Since:${readText(memberOf(volume, 'since'))}`,
        `    unused (gluster volume status ${name} clients): heketi-cli volume delete ${id}; in use: heketi-cli volume claim ${id}`,
      ];
    }),
  );
}
