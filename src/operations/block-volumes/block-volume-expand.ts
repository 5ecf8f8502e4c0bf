import { freeForBlocksGib, takeForBlocks } from '../../domain/block-hosting.js';
import type { BlockVolume } from '../../domain/block-volume.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { withoutExact } from '../../domain/size.js';
import type { Volume } from '../../domain/volume.js';
import {
  type BlockVolumeInfo,
  expandBlockVolume,
  isLargerThan,
  showsSize,
} from '../../executors/commands/gluster/gluster-block.js';
import type { Tx } from '../../store/store.js';
import { ALL_UNDONE, NOTHING_LEFT, type OperationContext, type OperationKind } from '../engine/operation.js';
import { onAnyHost, spreadOver } from '../hosts/cluster-hosts.js';
import { ChangeInProgress } from '../volumes/volume-in-change.js';
import { blockVolumeInChange } from './block-volume-delete.js';
import {
  type BlockVolumeWork,
  balanceBlockSpace,
  blockName,
  blockVolumeWork,
  findBlockVolume,
  giveBackBlockSpace,
  refuseForeign,
} from './block-volume-work.js';

export interface BlockExpansion {
  readonly blockVolumeId: Id;
  /** In all. */
  readonly sizeGib: number;
}

interface BlockVolumeExpandWork extends BlockVolumeWork {
  /** The new total, whose difference to the recorded size is taken from the hosting volume already. */
  readonly wantedGib: number;
}

/** GiB, as hosts have it. */
interface RealSize {
  readonly sizeGib: number;
  /** What all hosts serve. */
  readonly usableSizeGib: number;
}

/** Settled by the size that gluster-block shows, so that the hosting volume's books are right either way. */
export const blockVolumeExpand: OperationKind<BlockExpansion, BlockVolumeExpandWork, RealSize> = {
  type: 'expand-block-volume',
  isCounted: true,

  async check(tx, { blockVolumeId }) {
    if (!(await tx.blockVolumes.find(blockVolumeId))) throw idNotFound();
  },

  /** The block volume keeps its size until its hosts have the new one; what is added is taken from now on. */
  async build(tx, _operationId, { blockVolumeId: id, sizeGib }) {
    const block = await tx.blockVolumes.find(id);
    if (!block) throw idNotFound();
    const busyWith = await blockVolumeInChange(tx, id);
    if (busyWith)
      throw new ChangeInProgress('failed', refusalText(`block volume ${id} can't be expanded now.`), busyWith);
    const hosting = await tx.volumes.find(block.hostingVolumeId);
    if (!hosting || hosting.pendingId !== null)
      throw new DomainError('failed', refusalText(`the volume that hosts block volume ${id} is being made or deleted`));
    refuseSize(block, hosting, sizeGib);
    const addGib = sizeGib - block.sizeGib;
    if (addGib > 0) await tx.volumes.update(takeForBlocks(hosting, addGib));
    return {
      actions: [{ change: 'expand-block-volume', id, delta: sizeGib }],
      plan: {},
      lane: hosting.clusterId,
    };
  },

  async load(tx, operation) {
    const wantedGib = operation.actions.find(({ change }) => change === 'expand-block-volume')?.delta;
    const work = await blockVolumeWork(tx, operation, 'expand-block-volume');
    // Without the wanted size nobody knows how much was taken from the hosting volume.
    if (!work || wantedGib === null || wantedGib === undefined) return null;
    return { ...work, wantedGib };
  },

  lane: ({ hosting }) => hosting.clusterId,

  /** One that was deleted by hand has nothing to be expanded, and must not be kept from being forgotten. */
  async examine(work, context) {
    refuseForeign(work, await foundBlockVolume(work, context));
    return work;
  },

  async exec(work, context) {
    await resize(work, context);
    return { sizeGib: work.wantedGib, usableSizeGib: work.wantedGib };
  },

  async finalize(tx, { operationId, block, hosting }, real) {
    await record(tx, block.id, real);
    await balanceBlockSpace(tx, hosting.id, operationId);
    return { location: `/blockvolumes/${block.id}` };
  },

  leftovers: ({ hosts }) => ({ mustEnd: hosts, mayStay: [] }),

  /** One that only some of its hosts serve in its new size is not what was asked for: the same request makes it so. */
  async direction(work, context) {
    const { sizeGib, usableSizeGib } = await realSize(work, context);
    return sizeGib === work.wantedGib && usableSizeGib >= sizeGib ? 'forward' : 'back';
  },

  /** It has its new size: nothing is missing but the books. */
  finish: realSize,

  async undo(work, context) {
    return { ...ALL_UNDONE, ...(await realSize(work, context)) };
  },

  async retract(tx, { operationId, block, hosting, wantedGib }, { sizeGib = block.sizeGib, usableSizeGib }) {
    // Without a figure nothing was begun.
    if (usableSizeGib !== undefined) await record(tx, block.id, { sizeGib, usableSizeGib });
    if (!(await balanceBlockSpace(tx, hosting.id, operationId)))
      await giveBackBlockSpace(tx, hosting.id, wantedGib - sizeGib);
    return NOTHING_LEFT;
  },
};

function refusalText(reason: string): string {
  return `Failed to allocate block volume expansion: ${reason}`;
}

function refuseSize({ sizeGib, usableSizeGib }: BlockVolume, hosting: Volume, wantedGib: number): void {
  const refuse = (reason: string) => new DomainError('failed', refusalText(reason));
  if (wantedGib < sizeGib)
    throw refuse(`Requested new-size ${wantedGib} is less than current size ${sizeGib}, shrinking is not allowed.`);
  const isUsable = usableSizeGib === 0 || usableSizeGib === sizeGib;
  if (wantedGib === sizeGib && isUsable)
    throw refuse(`Requested new-size ${wantedGib} is same as current size ${sizeGib}, nothing to be done.`);
  const freeGib = freeForBlocksGib(hosting) ?? 0;
  if (wantedGib - sizeGib > freeGib)
    throw new DomainError(
      'no_space',
      refusalText(
        `No space\nBlock hosting volume ${hosting.name} (${hosting.id}) has ${freeGib} GiB free: the largest new size that fits is ${sizeGib + freeGib} GiB. More fits once the hosting volume is expanded (heketi-cli volume expand)`,
      ),
    );
}

async function resize(work: BlockVolumeExpandWork, context: OperationContext): Promise<void> {
  const { block, hosting, hosts, wantedGib } = work;
  await context.work.onVolume(hosting.clusterId, hosting.name, context.hosts, (patient) =>
    onAnyHost(spreadOver(hosts, block.id), context.health, (host) =>
      expandBlockVolume(patient, host, blockName(work), wantedGib),
    ),
  );
}

async function foundBlockVolume(work: BlockVolumeExpandWork, context: OperationContext): Promise<BlockVolumeInfo> {
  const found = await findBlockVolume(work, context);
  if (found) return found;
  const { hosting, block } = work;
  throw new DomainError(
    'failed',
    `gluster-block has no block volume ${hosting.name}/${block.name}, so its size is unknown; if it was deleted by hand, heketi-cli blockvolume delete ${block.id} forgets it`,
  );
}

async function realSize(work: BlockVolumeExpandWork, context: OperationContext): Promise<RealSize> {
  const found = await foundBlockVolume(work, context);
  const sizeGib = await exactSize(work, found, context);
  // A host that is no node any more will never follow.
  const behind = work.block.hosts.flatMap((host) => found.behind.get(host) ?? []);
  return { sizeGib, usableSizeGib: Math.min(sizeGib, ...behind) };
}

/** From 1 TiB on the size before may be shown like the wanted one; then gluster-block is asked which of both it is. */
async function exactSize(
  work: BlockVolumeExpandWork,
  found: BlockVolumeInfo,
  context: OperationContext,
): Promise<number> {
  const { block, wantedGib, hosts } = work;
  const [isWanted, isAsBefore] = [showsSize(found, wantedGib), showsSize(found, block.sizeGib)];
  if (!isWanted) return isAsBefore ? block.sizeGib : found.sizeGib;
  if (!isAsBefore || wantedGib === block.sizeGib) return wantedGib;
  const isGrown = await onAnyHost(spreadOver(hosts, block.id), context.health, (host) =>
    isLargerThan(context.hosts, host, blockName(work), block.sizeGib),
  );
  return isGrown ? wantedGib : block.sizeGib;
}

async function record(tx: Tx, id: Id, size: RealSize): Promise<void> {
  const now = await tx.blockVolumes.find(id);
  if (now) await tx.blockVolumes.update({ ...withoutExact(now, ['sizeGib', 'usableSizeGib']), ...size });
}
