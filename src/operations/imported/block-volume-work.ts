import type { BlockVolume } from '../../domain/block-volume.js';
import type { Id } from '../../domain/ids.js';
import type { ChangeType, PendingOperation } from '../../domain/pending-operation.js';
import { withoutExact } from '../../domain/size.js';
import type { Volume } from '../../domain/volume.js';
import {
  type BlockVolumeInfo,
  blockVolumeInfo,
  deleteBlockVolume,
} from '../../executors/commands/gluster/gluster-block.js';
import type { ReadTx, Tx } from '../../store/store.js';
import type { OperationContext } from '../engine/operation.js';
import type { SoughtVolume } from '../engine/sought-volume.js';
import { manageNamesOf } from '../hosts/cluster-hosts.js';
import { askWhoKnows } from '../volumes/find-volume.js';

/** A block volume, the volume it lies on, and where gluster-block may be called for them. */
export interface BlockVolumeWork {
  readonly operationId: Id;
  readonly block: BlockVolume;
  readonly hosting: Volume;
  /** Manage names of the cluster's nodes. */
  readonly hosts: readonly string[];
  /** The hosting volume, with the nodes of its bricks: these know whether it is there. */
  readonly sought: SoughtVolume;
}

/** What the operation's action of this kind names; null when block volume or hosting volume is missing. */
export async function blockVolumeWork(
  tx: ReadTx,
  operation: PendingOperation,
  change: ChangeType,
): Promise<BlockVolumeWork | null> {
  const id = operation.actions.find((action) => action.change === change)?.id;
  const block = id ? await tx.blockVolumes.find(id) : null;
  const hosting = block && (await tx.volumes.find(block.hostingVolumeId));
  if (!block || !hosting) return null;
  const { clusterId, name } = hosting;
  const nodeIds = (await tx.bricks.listByVolume(hosting.id)).map(({ nodeId }) => nodeId);
  const sought = { id: hosting.id, clusterId, name, nodeIds };
  return { operationId: operation.id, block, hosting, hosts: await manageNamesOf(tx, clusterId), sought };
}

/**
 * Being gone already is success, when hosts that know say so. One change at a time per hosting volume, as for gluster's
 * own commands.
 */
export async function removeBlockVolume(work: BlockVolumeWork, context: OperationContext): Promise<void> {
  const { hosting, block, sought } = work;
  const name = { hostingVolume: hosting.name, name: block.name };
  await context.work.onVolume(hosting.clusterId, hosting.name, context.hosts, (patient) =>
    askWhoKnows(sought, context, async (host) => {
      const outcome = await deleteBlockVolume(patient, host, name);
      return outcome === 'deleted' ? outcome : null;
    }),
  );
}

/** Null when gluster-block has no such block volume, as hosts say that know. */
export function findBlockVolume(
  { hosting, block, sought }: BlockVolumeWork,
  context: OperationContext,
): Promise<BlockVolumeInfo | null> {
  const name = { hostingVolume: hosting.name, name: block.name };
  return askWhoKnows(sought, context, (host) => blockVolumeInfo(context.hosts, host, name));
}

/**
 * Books `gib` on the hosting volume's free space; negative takes. Imported books may not balance: free space is
 * kept between 0 and what the volume has beside its reserve.
 */
export async function bookBlockSpace(tx: Tx, hostingVolumeId: Id, gib: number): Promise<void> {
  const hosting = await tx.volumes.find(hostingVolumeId);
  if (!hosting) return;
  const { freeGib, reservedGib } = hosting.blockInfo;
  const free = Math.max(0, Math.min(freeGib + gib, hosting.sizeGib - reservedGib));
  await tx.volumes.update({
    ...withoutExact(hosting, ['freeGib']),
    blockInfo: { ...hosting.blockInfo, freeGib: free },
  });
}

/**
 * Books what the hosting volume's block volumes take by their sizes, once the expansion `endingId` has its result.
 * The original's start recomputes free space and forgets what running expansions have taken, so its figure alone
 * does not tell. False, and nothing changed, when the sizes do not fit: such books can't be mended from here.
 */
export async function balanceBlockSpace(tx: Tx, hostingVolumeId: Id, endingId: Id): Promise<boolean> {
  const hosting = await tx.volumes.find(hostingVolumeId);
  if (!hosting) return false;
  const blocks = new Map(
    (await tx.blockVolumes.listByHostingVolume(hostingVolumeId)).map((block) => [block.id, block]),
  );
  let takenGib = [...blocks.values()].reduce((sum, { sizeGib }) => sum + sizeGib, 0);
  for (const { id, actions } of await tx.operations.listByType('expand-block-volume')) {
    if (id === endingId) continue;
    for (const action of actions)
      takenGib += Math.max(0, (action.delta ?? 0) - (blocks.get(action.id)?.sizeGib ?? Infinity));
  }
  const freeGib = hosting.sizeGib - hosting.blockInfo.reservedGib - takenGib;
  if (freeGib < 0) return false;
  await tx.volumes.update({ ...withoutExact(hosting, ['freeGib']), blockInfo: { ...hosting.blockInfo, freeGib } });
  return true;
}
