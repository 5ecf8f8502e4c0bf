import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import type { Peer } from '../../executors/commands/gluster/glusterd.js';
import type { ViewedVolume } from '../../executors/commands/node/pool-view.js';
import { inSlices } from '../../timing/turns.js';
import { type Candidate, type Report, reportInto } from './candidate.js';
import type { KnownBrick, KnownRecords, KnownVolume } from './known-records.js';

/** What members of a trusted pool have told of it. */
export interface ViewedCluster {
  readonly clusterId: Id;
  readonly volumes: ReadonlyMap<string, ViewedVolume> | null;
  /** With the node that told: it leaves itself out. */
  readonly peers: { readonly asked: Node; readonly peers: readonly Peer[] } | null;
  /** Names of block volumes by hosting volume; those that nobody told of are left out. */
  readonly blockVolumes: ReadonlyMap<string, readonly string[]>;
}

/** Peers, gluster volumes, their bricks and block volumes of one cluster. The work is that of what the cluster has, in slices. */
export async function clusterDifferences(view: ViewedCluster, records: KnownRecords): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  const report = reportInto(found, view.clusterId, null);
  comparePeers(view, records, report);
  if (view.volumes) await compareVolumes(view.clusterId, view.volumes, records, report);
  compareBlockVolumes(view, records, report);
  return found;
}

function comparePeers({ clusterId, peers: told }: ViewedCluster, records: KnownRecords, report: Report): void {
  if (!told || records.isPoolChanging) return;
  const { asked, peers } = told;
  const others = peers.filter(({ name }) => name !== 'localhost');
  const byName = new Map(others.flatMap((peer) => [peer.name, ...peer.names].map((name) => [name, peer] as const)));
  const isPoolStill = (after: KnownRecords) => !after.isPoolChanging;
  for (const node of records.nodes) {
    if (node.clusterId !== clusterId || node.id === asked.id || !records.isSettled(node.id)) continue;
    const [name] = namesOf(node).filter((one) => byName.has(one));
    const peer = byName.get(name ?? '');
    if (peer?.isConnected) continue;
    const basis = { settled: [node.id], isUnknown: isPoolStill };
    if (!peer) {
      report(
        'missing-peer',
        storageName(node),
        `node ${manageName(node)} (${node.id}) is not in gluster's trusted pool`,
        `run gluster peer probe ${storageName(node)} on ${manageName(asked)}`,
        basis,
      );
    } else {
      report(
        'disconnected-peer',
        storageName(node),
        `gluster on ${manageName(asked)} has lost node ${manageName(node)} (${node.id})`,
        `look whether glusterd runs on ${manageName(node)} and port 24007 of ${storageName(node)} is open`,
        basis,
      );
    }
  }
  for (const { name, names, isUnresolved } of others) {
    const isStranger = ({ hostNames }: KnownRecords) => ![name, ...names].some((one) => hostNames.has(one));
    // It may be the node that seems to be missing.
    if (isUnresolved || !isStranger(records)) continue;
    report(
      'superfluous-peer',
      name,
      `${name} is in gluster's trusted pool and is no known node`,
      `add it (heketi-cli node add), or take it out with gluster peer detach ${name}`,
      { isUnknown: (after) => isPoolStill(after) && isStranger(after) },
    );
  }
}

async function compareVolumes(
  clusterId: Id,
  there: ReadonlyMap<string, ViewedVolume>,
  records: KnownRecords,
  report: Report,
): Promise<void> {
  const nodes = new Map(records.nodes.map((node) => [node.id, node]));
  await inSlices(records.volumesByCluster.get(clusterId) ?? [], (volume) => {
    if (!records.isSettled(volume.id)) return;
    const found = there.get(volume.name);
    const basis = { settled: [volume.id] };
    if (!found) {
      report(
        'missing-volume',
        volume.name,
        `gluster has no volume ${volume.name} (${volume.id})`,
        `if it was deleted by hand, heketi-cli volume delete ${volume.id} removes its bricks too`,
        basis,
      );
      return;
    }
    if (!found.isStarted) {
      report(
        'stopped-volume',
        volume.name,
        `volume ${volume.name} (${volume.id}) is not started`,
        `run gluster volume start ${volume.name}`,
        basis,
      );
    }
    compareBricks(volume, found, { records, nodes }, report);
  });
  await inSlices(there.keys(), (name) => {
    // The original names a clone that it is making after an id that has no entry yet.
    const isUnknown = (known: KnownRecords) => !known.volumeNames.has(name) && !known.knows(name.replace(/^vol_/, ''));
    if (!isUnknown(records)) return;
    report(
      'superfluous-volume',
      name,
      `gluster's volume ${name} is not known`,
      'heketi-cli server state repair takes it into the database when its bricks lie on known devices; when nothing uses it, stop and delete it with gluster, then its bricks',
      { isUnknown },
    );
  });
}

interface Known {
  readonly records: KnownRecords;
  readonly nodes: ReadonlyMap<Id, Node>;
}

function compareBricks(volume: KnownVolume, found: ViewedVolume, { records, nodes }: Known, report: Report): void {
  const served = new Set(found.bricks);
  const bricks = (records.bricksByVolume.get(volume.id) ?? []).map((brick) => ({
    brick,
    names: glusterNames(brick, nodes.get(brick.nodeId)),
  }));
  const known = new Set(bricks.flatMap(({ names }) => names));
  const unknown = [...served].filter((name) => !known.has(name));
  for (const { brick, names } of bricks) {
    const [first] = names;
    if (first === undefined || !records.isSettled(brick.id) || names.some((name) => served.has(name))) continue;
    report(
      'missing-brick',
      `${volume.name} ${first}`,
      `brick ${brick.id} at ${first} is not part of gluster's volume ${volume.name}`,
      unknown.length === 0
        ? 'it holds no data of the volume: compare both before anything is removed'
        : `it was probably replaced by hand with ${unknown.join(' or ')}: heketi-cli volume adopt-bricks ${volume.id} takes that over; the volume is not cloned until both lists agree, and nothing is removed before that is certain`,
      { settled: [brick.id] },
    );
  }
  for (const name of unknown) {
    report(
      'superfluous-brick',
      `${volume.name} ${name}`,
      `gluster's volume ${volume.name} has a brick ${name} that is not known`,
      `it may hold data: leave it until you know who added it; one that took another's place is taken over by heketi-cli volume adopt-bricks ${volume.id}`,
      { settled: [volume.id], isUnknown: (after) => !isBrickOf(volume.id, name, after) },
    );
  }
}

function isBrickOf(volumeId: Id, name: string, records: KnownRecords): boolean {
  const path = name.slice(name.indexOf(':') + 1);
  const bricks = (records.bricksByVolume.get(volumeId) ?? []).filter((brick) => brick.path === path);
  return bricks.some((brick) =>
    glusterNames(
      brick,
      records.nodes.find(({ id }) => id === brick.nodeId),
    ).includes(name),
  );
}

function glusterNames(brick: KnownBrick, node: Node | undefined): readonly string[] {
  return (node?.storageNames ?? []).map((name) => `${name}:${brick.path}`);
}

function compareBlockVolumes({ clusterId, blockVolumes }: ViewedCluster, records: KnownRecords, report: Report): void {
  for (const hosting of records.volumesByCluster.get(clusterId) ?? []) {
    const there = blockVolumes.get(hosting.name);
    if (!there || !records.isSettled(hosting.id)) continue;
    const served = new Set(there);
    const known = records.blockVolumesByHosting.get(hosting.id) ?? [];
    for (const block of known) {
      if (!records.isSettled(block.id) || served.has(block.name)) continue;
      report(
        'missing-block-volume',
        `${hosting.name}/${block.name}`,
        `gluster-block has no block volume ${hosting.name}/${block.name} (${block.id})`,
        `if it was deleted by hand, heketi-cli blockvolume delete ${block.id} forgets it`,
        { settled: [hosting.id, block.id] },
      );
    }
    const names = new Set(known.map(({ name }) => name));
    for (const name of there) {
      if (names.has(name)) continue;
      report(
        'superfluous-block-volume',
        `${hosting.name}/${name}`,
        `gluster-block's volume ${hosting.name}/${name} is not known and takes space that is counted as free`,
        `when nothing uses it, delete it with gluster-block delete ${hosting.name}/${name}`,
        {
          settled: [hosting.id],
          isUnknown: (after) => !after.blockVolumesByHosting.get(hosting.id)?.some((block) => block.name === name),
        },
      );
    }
  }
}

function namesOf({ storageNames, manageNames }: Node): readonly string[] {
  return [...storageNames, ...manageNames];
}
