import type { Id } from '../../domain/ids.js';
import type { NodeStorage } from '../../executors/commands/node/node-storage.js';
import { inSlices } from '../../timing/turns.js';
import type { RepairFinding } from '../ports/repairs.js';
import type { ExpectedBrick } from '../volumes/empty-bricks.js';
import { type ExpectedVolume, type NodeExpectations, seenFrom } from './node-expectations.js';

/** What is wrong with a volume's bricks on one node, and what may be done about it. */
export interface VolumeRepair {
  readonly volume: ExpectedVolume;
  readonly findings: readonly RepairFinding[];
  /** Bricks whose logical volume, fstab line or mount can be restored. */
  readonly toRestore: readonly ExpectedBrick[];
  readonly hasBricksDown: boolean;
}

/** What is wrong with volumes that have bricks on the node. */
export async function planRepairs(
  nodeId: Id,
  expected: NodeExpectations,
  real: NodeStorage,
): Promise<readonly VolumeRepair[]> {
  const repairs: VolumeRepair[] = [];
  await inSlices(expected.volumes, (volume) => {
    const repair = planVolumeRepair(seenFrom(volume, nodeId), real);
    if (repair) repairs.push(repair);
  });
  return repairs;
}

/**
 * Compares what the store knows of a volume with what the node really has; null when all is as it should be. The work is
 * that of the volume's own bricks, however much else the node has.
 */
export function planVolumeRepair(volume: ExpectedVolume, real: NodeStorage): VolumeRepair | null {
  const findings: RepairFinding[] = [];
  const toRestore: ExpectedBrick[] = [];
  const report = (
    kind: RepairFinding['kind'],
    brick: ExpectedBrick | null,
    isRepairable: boolean,
    detail: string,
  ): void => {
    findings.push({
      kind,
      volumeId: volume.id,
      volumeName: volume.name,
      brickId: brick?.id ?? null,
      outcome: isRepairable ? 'repairable' : 'left alone',
      detail,
    });
  };

  for (const brick of volume.local) {
    if (restorable(brick, real, (kind, can, detail) => report(kind, brick, can, detail))) toRestore.push(brick);
  }

  const isStarted = real.volumes?.get(volume.name);
  if (real.volumes && isStarted === undefined)
    report('volume absent', null, false, `gluster has no volume ${volume.name}`);
  else if (isStarted === false) {
    report('volume not started', null, false, `start it, if that is wanted: gluster volume start ${volume.name}`);
  }
  let hasBricksDown = false;
  if (isStarted && real.running) {
    for (const brick of volume.local) {
      if (real.running.has(brick.glusterName)) continue;
      hasBricksDown = true;
      report('brick process down', brick, true, `${brick.glusterName} is not served`);
    }
  }
  return findings.length === 0 ? null : { volume, findings, toRestore, hasBricksDown };
}

type Report = (kind: RepairFinding['kind'], isRepairable: boolean, detail: string) => void;

/** True when something about the brick's file system can be restored. */
function restorable(brick: ExpectedBrick, real: NodeStorage, report: Report): boolean {
  const { vgName, lvName, device, mountPoint, isSnapshot } = brick;
  const lv = real.logicalVolumes?.get(`${vgName}/${lvName}`);
  if (real.logicalVolumes && !lv) {
    report('logical volume absent', false, `${vgName}/${lvName} is not on the node: its disk may be missing`);
    return false;
  }
  const source = real.mounts?.get(mountPoint);
  if (source !== undefined && source !== device && !isSnapshot) {
    report('mounted from elsewhere', false, `${mountPoint} is mounted from ${source}, not from ${device}`);
    return false;
  }
  if (isSnapshot) {
    if (real.mounts && source === undefined) {
      report('not mounted', false, `${mountPoint}: gluster mounts bricks of clones itself, when glusterd starts`);
    }
    return false;
  }
  let found = false;
  if (lv && !lv.isActive) {
    report('logical volume inactive', true, `${vgName}/${lvName}`);
    found = true;
  }
  if (real.fstab && !real.fstab.has(mountPoint)) {
    report('fstab line missing', true, mountPoint);
    found = true;
  }
  if (real.mounts && source === undefined) {
    report('not mounted', true, `${device} on ${mountPoint}`);
    found = true;
  }
  // Without the list of logical volumes nobody knows whether there is anything to mount.
  return found && real.logicalVolumes !== null && real.mounts !== null;
}
