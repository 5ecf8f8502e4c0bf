import { giveBackFromBlocks, withFreeCounted } from '../../domain/block-hosting.js';
import type { BlockVolume } from '../../domain/block-volume.js';
import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { ChangeType, PendingOperation } from '../../domain/pending-operation.js';
import type { Volume } from '../../domain/volume.js';
import {
  type BlockName,
  type BlockVolumeInfo,
  blockVolumeInfo,
  deleteBlockVolume,
  IQN_PREFIX,
} from '../../executors/commands/gluster/gluster-block.js';
import { CommandError } from '../../executors/executor.js';
import { failsWith } from '../../executors/failures/failures.js';
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

/** gluster-block's names of it. */
export function blockName({ hosting, block }: BlockVolumeWork): BlockName {
  return { hostingVolume: hosting.name, name: block.name };
}

/**
 * Being gone already is success, when hosts that know say so. One change at a time per hosting volume, as for gluster's
 * own commands. One of the same name that is known by another IQN than the recorded one is somebody else's: `conflict`.
 */
export async function removeBlockVolume(work: BlockVolumeWork, context: OperationContext): Promise<void> {
  const { hosting, sought } = work;
  await context.work.onVolume(hosting.clusterId, hosting.name, context.hosts, async (patient) => {
    const found = await findBlockVolume(work, context);
    if (!found) return;
    refuseForeign(work, found);
    const remove = (isForced: boolean) =>
      askWhoKnows(sought, context, async (host) => {
        const outcome = await deleteBlockVolume(patient, host, blockName(work), { isForced });
        return outcome === 'deleted' ? outcome : null;
      });
    try {
      await remove(false);
    } catch (error) {
      if (!(error instanceof CommandError && failsWith(error, 'block volume not exported'))) throw error;
      if (!(await isLeftOnLostHosts(work, context))) throw error;
      await remove(true);
    }
  });
}

/** Whether only hosts hold on to it that are no nodes any more, or were given up: nothing of them is waited for. */
async function isLeftOnLostHosts(work: BlockVolumeWork, context: OperationContext): Promise<boolean> {
  const found = await findBlockVolume(work, context);
  const nodes = await context.store.read((tx) => tx.nodes.listByCluster(work.hosting.clusterId));
  const known = new Set(nodes.filter(({ state }) => state !== 'failed').flatMap(({ storageNames }) => storageNames));
  const left = found ? [...found.hosts, ...found.failedHosts] : [];
  return left.length > 0 && left.every((host) => !known.has(host));
}

/** The original's simulated hosts knew no real IQNs. */
export function refuseForeign({ hosting, block }: BlockVolumeWork, { iqn }: BlockVolumeInfo): void {
  if (!block.iqn.startsWith(IQN_PREFIX) || block.iqn === iqn) return;
  throw new DomainError(
    'conflict',
    `block volume ${hosting.name}/${block.name} is not the one that this server made: it is ${iqn}, not ${block.iqn}; it was left alone. Find out whose it is before deleting either`,
  );
}

/** Null when gluster-block has no such block volume, as hosts say that know. */
export function findBlockVolume(work: BlockVolumeWork, context: OperationContext): Promise<BlockVolumeInfo | null> {
  return askWhoKnows(work.sought, context, (host) => blockVolumeInfo(context.hosts, host, blockName(work)));
}

/** Gives `gib` back to the hosting volume. */
export async function giveBackBlockSpace(tx: Tx, hostingVolumeId: Id, gib: number): Promise<void> {
  const hosting = await tx.volumes.find(hostingVolumeId);
  if (hosting) await tx.volumes.update(giveBackFromBlocks(hosting, gib));
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
  const balanced = withFreeCounted(hosting, takenGib);
  if (balanced) await tx.volumes.update(balanced);
  return balanced !== null;
}
