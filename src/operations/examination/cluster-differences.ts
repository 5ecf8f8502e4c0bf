import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import type { GlusterVolume } from '../../executors/commands/gluster/gluster-volume.js';
import type { Difference, DifferenceKind } from './difference.js';
import type { SettledRecords } from './pool-records.js';
import type { SurveyedNode } from './survey-pool.js';

type Report = (kind: DifferenceKind, subject: string, text: string, remedy: string) => void;

/** Peers, gluster volumes, their bricks and block volumes of one cluster, by the first of its nodes that told of them. */
export function clusterDifferences(
  clusterId: Id,
  surveyed: readonly SurveyedNode[],
  records: SettledRecords,
): readonly Difference[] {
  const found: Difference[] = [];
  const report: Report = (kind, subject, text, remedy) =>
    found.push({ kind, clusterId, host: '', subject, text, remedy });
  const nodes = surveyed.filter(({ node }) => node.clusterId === clusterId);
  comparePeers(clusterId, nodes, records, report);
  const volumes = nodes.map(({ survey }) => survey?.volumes).find(Boolean);
  if (volumes) compareVolumes(clusterId, volumes, records, report);
  compareBlockVolumes(clusterId, nodes, records, report);
  return found;
}

function comparePeers(clusterId: Id, nodes: readonly SurveyedNode[], records: SettledRecords, report: Report): void {
  const asked = nodes.find(({ survey }) => survey?.peers);
  const peers = asked?.survey?.peers;
  if (!asked || !peers || records.isPoolChanging) return;
  const others = peers.filter(({ name }) => name !== 'localhost');
  for (const node of records.nodes) {
    if (node.clusterId !== clusterId || node.id === asked.node.id) continue;
    const peer = others.find(({ name }) => hasName(node, name));
    if (!peer) {
      report(
        'missing-peer',
        storageName(node),
        `node ${manageName(node)} (${node.id}) is not in gluster's trusted pool`,
        `run gluster peer probe ${storageName(node)} on ${manageName(asked.node)}`,
      );
    } else if (!peer.isConnected) {
      report(
        'disconnected-peer',
        storageName(node),
        `gluster on ${manageName(asked.node)} has lost node ${manageName(node)} (${node.id})`,
        `look whether glusterd runs on ${manageName(node)} and port 24007 of ${storageName(node)} is open`,
      );
    }
  }
  for (const { name } of others) {
    if (records.known.nodes.some((node) => hasName(node, name))) continue;
    report(
      'superfluous-peer',
      name,
      `${name} is in gluster's trusted pool and is no known node`,
      `add it (heketi-cli node add), or take it out with gluster peer detach ${name}`,
    );
  }
}

function compareVolumes(clusterId: Id, there: readonly GlusterVolume[], records: SettledRecords, report: Report): void {
  const byName = new Map(there.map((volume) => [volume.name, volume]));
  for (const volume of records.volumes.filter((one) => one.clusterId === clusterId)) {
    const found = byName.get(volume.name);
    if (!found) {
      report(
        'missing-volume',
        volume.name,
        `gluster has no volume ${volume.name} (${volume.id})`,
        `if it was deleted by hand, heketi-cli volume delete ${volume.id} removes its bricks too`,
      );
      continue;
    }
    if (found.status !== 1) {
      report(
        'stopped-volume',
        volume.name,
        `volume ${volume.name} (${volume.id}) is not started`,
        `run gluster volume start ${volume.name}`,
      );
    }
    compareBricks(volume, found, records, report);
  }
  const known = new Set(records.known.volumes.map(({ name }) => name));
  for (const { name } of there) {
    // The original names a clone that it is making after an id that has no entry yet.
    if (known.has(name) || records.knownIds.has(name.replace(/^vol_/, ''))) continue;
    report(
      'superfluous-volume',
      name,
      `gluster's volume ${name} is not known`,
      'leave it if somebody made it by hand; when nothing uses it, stop and delete it with gluster, then its bricks',
    );
  }
}

function compareBricks(volume: Volume, found: GlusterVolume, records: SettledRecords, report: Report): void {
  const nodes = new Map(records.known.nodes.map((node) => [node.id, node]));
  const served = new Set(found.bricks.map(({ name }) => name));
  const namesOf = (bricks: SettledRecords['bricks']) =>
    bricks.flatMap((brick) => {
      const node = nodes.get(brick.nodeId);
      return node ? [{ brick, names: node.storageNames.map((name) => `${name}:${brick.path}`) }] : [];
    });
  const known = new Set(
    namesOf(records.known.bricks.filter(({ volumeId }) => volumeId === volume.id)).flatMap(({ names }) => names),
  );
  const unknown = [...served].filter((name) => !known.has(name));
  for (const { brick, names } of namesOf(records.bricks.filter(({ volumeId }) => volumeId === volume.id))) {
    if (names.some((name) => served.has(name))) continue;
    report(
      'missing-brick',
      `${volume.name} ${names[0]}`,
      `brick ${brick.id} at ${names[0]} is not part of gluster's volume ${volume.name}`,
      unknown.length === 0
        ? 'it holds no data of the volume: compare both before anything is removed'
        : `it was probably replaced by hand with ${unknown.join(' or ')}: heketi-cli volume adopt-bricks ${volume.id} takes that over; the volume is not cloned until both lists agree, and nothing is removed before that is certain`,
    );
  }
  for (const name of unknown) {
    report(
      'superfluous-brick',
      `${volume.name} ${name}`,
      `gluster's volume ${volume.name} has a brick ${name} that is not known`,
      `it may hold data: leave it until you know who added it; one that took another's place is taken over by heketi-cli volume adopt-bricks ${volume.id}`,
    );
  }
}

function compareBlockVolumes(
  clusterId: Id,
  nodes: readonly SurveyedNode[],
  records: SettledRecords,
  report: Report,
): void {
  for (const hosting of records.volumes.filter((one) => one.isBlockHosting && one.clusterId === clusterId)) {
    const there = nodes.map(({ blockVolumes }) => blockVolumes.get(hosting.name)).find(Boolean);
    if (!there) continue;
    for (const block of records.blockVolumes.filter(({ hostingVolumeId }) => hostingVolumeId === hosting.id)) {
      if (there.includes(block.name)) continue;
      report(
        'missing-block-volume',
        `${hosting.name}/${block.name}`,
        `gluster-block has no block volume ${hosting.name}/${block.name} (${block.id})`,
        `if it was deleted by hand, heketi-cli blockvolume delete ${block.id} forgets it`,
      );
    }
    const known = new Set(
      records.known.blockVolumes
        .filter(({ hostingVolumeId }) => hostingVolumeId === hosting.id)
        .map(({ name }) => name),
    );
    for (const name of there) {
      if (known.has(name)) continue;
      report(
        'superfluous-block-volume',
        `${hosting.name}/${name}`,
        `gluster-block's volume ${hosting.name}/${name} is not known and takes space that is counted as free`,
        `when nothing uses it, delete it with gluster-block delete ${hosting.name}/${name}`,
      );
    }
  }
}

function hasName(node: Node, name: string): boolean {
  return node.storageNames.includes(name) || node.manageNames.includes(name);
}
