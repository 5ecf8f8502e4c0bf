import { brickMountedAt } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { devicePath } from '../../executors/commands/brick/brick.js';
import { type HostSurvey, surveyHost } from '../../executors/commands/node/host-survey.js';
import type { ReadTx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import { within } from '../hosts/within.js';
import { whyIdIsKnown } from './claimed-id.js';

const HOST_LIMIT_MS = 90_000;

/**
 * Why lines of a node's fstab must stay, by mount point, at this moment. Null: it is one that this server made, for a
 * logical volume that LVM says is gone from a group that it shows whole. Whatever can't be told is a reason. `own`: an
 * operation that is about the very lines.
 */
export async function whyLinesStay(
  nodeId: Id,
  mountPoints: readonly string[],
  own: Id | null,
  { store, hosts }: OperationContext,
): Promise<ReadonlyMap<string, string | null>> {
  const node = await store.read((tx) => tx.nodes.find(nodeId));
  if (!node) throw new DomainError('conflict', `node ${nodeId} is in the database no more`);
  const nodes = await store.read((tx) => tx.nodes.listByCluster(node.clusterId));
  const host = manageName(node);
  const survey = await within(HOST_LIMIT_MS, host, (signal) => surveyHost(hosts, host, nodes, signal));
  return store.read(async (tx) => {
    const reasons = new Map<string, string | null>();
    for (const mountPoint of mountPoints) {
      const line = { mountPoint, deviceId: '', brickId: '', ...brickMountedAt(mountPoint) };
      reasons.set(mountPoint, (await whyRecorded(tx, line, nodeId, own)) ?? whyNeeded(line, node, survey));
    }
    return reasons;
  });
}

interface Line {
  readonly mountPoint: string;
  readonly deviceId: Id;
  readonly brickId: Id;
}

async function whyRecorded(
  tx: ReadTx,
  { deviceId, brickId }: Line,
  nodeId: Id,
  own: Id | null,
): Promise<string | null> {
  if (brickId === '') return 'this server makes no lines of this form';
  if ((await tx.devices.find(deviceId))?.nodeId !== nodeId) return 'its device is none of this node in the database';
  return whyIdIsKnown(tx, brickId, own);
}

function whyNeeded({ mountPoint, deviceId, brickId }: Line, node: Node, survey: HostSurvey): string | null {
  const { volumeGroups, logicalVolumes, mounts, fstab } = survey;
  if (!volumeGroups || !logicalVolumes || !mounts || !fstab)
    return `${manageName(node)} does not tell enough to be sure`;
  const [vg, lv] = [volumeGroupName(deviceId), `brick_${brickId}`];
  const devices = fstab.filter((line) => line.mountPoint === mountPoint).map(({ device }) => device);
  const stranger = devices.find((device) => device !== devicePath(vg, lv));
  if (stranger !== undefined) return `the line is for ${stranger}`;
  const mounted = mounts.find(({ target }) => target === mountPoint);
  if (mounted) return `${mounted.source} is mounted there`;
  const group = volumeGroups.rows.find((row) => row['vg_name'] === vg);
  if (!group || group['vg_attr']?.[3] === 'p') return `lvm does not show all of ${vg}: its disk may be away`;
  const isThere = logicalVolumes.rows.some((row) => row['vg_name'] === vg && row['lv_name'] === lv);
  return isThere ? `its logical volume ${vg}/${lv} is there` : null;
}
