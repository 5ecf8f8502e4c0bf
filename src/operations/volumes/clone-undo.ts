import { DomainError } from '../../domain/errors.js';
import { deleteSnapshot, listSnapshots } from '../../executors/commands/gluster/gluster-snapshot.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { ALL_UNDONE, type Attempt, type OperationContext, type Undone } from '../engine/operation.js';
import { copiesSeen } from './clone-bricks.js';
import {
  bricksOf,
  type CloneWork,
  copiesOf,
  findClone,
  findSource,
  onSource,
  removeSnapshot,
  sourceMissing,
  unlessRefused,
} from './clone-work.js';
import { deleteUnused } from './delete-unused.js';
import type { FoundVolume } from './find-volume.js';
import type { HostedBrick } from './hosted-brick.js';
import { destroyBricks, stillThere } from './volume-bricks.js';

/** Destroys the clone that gluster has, if it is proved unused; otherwise it is left, with the record and the reason. */
export async function undoClone(work: CloneWork, context: OperationContext, attempt: Attempt): Promise<Undone> {
  if (work.isImported) await removeUnknownSnapshots(work, context);
  else await removeSnapshot(work, context);
  const { clusterId, name } = work.volume;
  return context.work.onVolume(clusterId, name, context.hosts, (hosts) => undoInTurn(work, context, hosts, attempt));
}

async function undoInTurn(
  work: CloneWork,
  context: OperationContext,
  patient: Hosts,
  attempt: Attempt,
): Promise<Undone> {
  const clone = await findClone(work, context);
  const seen = work.isImported ? [] : copiesSeen(work.bricks, work.sources);
  if (!clone) {
    await removeCopies(seen, context);
    return ALL_UNDONE;
  }
  // The source of one that was seen and left may have other bricks by now.
  const isSeen = seen.length > 0 && seen.length === work.bricks.length;
  const made = isSeen ? copiesOf(work) : await unlessRefused(bricksOf(work, clone, context));
  if (made instanceof DomainError) return leftAlone(work, bricksNotTold(work, made));
  const bricks = work.bricks.flatMap((hosted, i) => (made[i] ? [{ ...hosted, brick: made[i] }] : []));
  const outcome = await unlessRefused(deleteClone({ ...work, bricks }, clone, context, patient, attempt));
  if (outcome instanceof DomainError) {
    return { ...leftAlone(work, outcome), found: made };
  }
  if (outcome === 'absent' && (await findClone(work, context))) throw stillThere(work.volume);
  return ALL_UNDONE;
}

/** Kept until gluster has the clone no more, or nobody uses it; its source is let go. */
function leftAlone({ bricks, isReleased }: CloneWork, failure: DomainError): Undone {
  if (isReleased) throw failure;
  return { left: bricks.map(({ brick }) => brick.id), failure };
}

/** Until they are told from their sources, the bricks of the clone are copies of those, which must stay. */
function bricksNotTold({ volume }: CloneWork, reason: DomainError): DomainError {
  return new DomainError(
    'failed',
    `clone ${volume.name} was left alone, since its bricks can't be told: ${reason.message}. When nobody needs the clone, stop and delete it with gluster; this operation ends then`,
    { cause: reason },
  );
}

/** gluster leaves a deleted clone's LVs mounted, and only the clone itself tells their names: so they go first. */
async function deleteClone(
  work: CloneWork,
  clone: FoundVolume,
  context: OperationContext,
  patient: Hosts,
  { note }: Attempt,
): Promise<'deleted' | 'absent'> {
  const cloneOf = await findSource(work, context);
  if (!cloneOf) throw sourceMissing(work);
  const onStopped = () => removeCopies(work.bricks, context, clone);
  return deleteUnused(work, clone, context, patient, { note, cloneOf, onStopped });
}

async function removeCopies(
  bricks: readonly HostedBrick[],
  context: OperationContext,
  doomed?: FoundVolume,
): Promise<void> {
  const { left, failure } = await destroyBricks(bricks, context, doomed ? { doomed } : {});
  if (left.length > 0) throw failure;
}

/** Only clones make snapshots of such names, and the source takes part in no other clone. */
async function removeUnknownSnapshots(work: CloneWork, context: OperationContext): Promise<void> {
  await onSource(work, context, async (hosts, host) => {
    const names = await listSnapshots(hosts, host, work.source.name);
    const ours = names.filter((name) => /^tmpsnap_[0-9a-f]{32}$/.test(name));
    for (const name of ours) await deleteSnapshot(hosts, host, name);
    return ours.length > 0 ? 'deleted' : null;
  });
}
