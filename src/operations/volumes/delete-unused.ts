import { DomainError } from '../../domain/errors.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import {
  deleteStoppedVolume,
  type GlusterVolume,
  isStarted,
  startVolume,
  stopVolume,
} from '../../executors/commands/gluster/gluster-volume.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { CommandError } from '../../executors/executor.js';
import type { OperationContext } from '../engine/operation.js';
import { onAnyHost } from '../hosts/cluster-hosts.js';
import type { FoundVolume } from './find-volume.js';
import { proveEmpty, proveUnused } from './proof-of-disuse.js';
import type { VolumeWork } from './volume-bricks.js';

/** What a record says of a stop, in its plan. */
export interface StopNote {
  readonly isStoppedByUs: boolean;
}

/** Whether the record says that this server has stopped the volume, or is about to. */
export function isStoppedByUs({ plan }: PendingOperation): boolean {
  return (plan as Partial<StopNote> | null)?.isStoppedByUs === true;
}

export interface UnusedVolume extends VolumeWork {
  /** An earlier attempt has stopped it, or was about to. */
  readonly isStoppedByUs: boolean;
}

export interface DeleteUnusedOptions {
  /** Writes into the record whether this server has stopped the volume. */
  readonly note: (stop: StopNote) => Promise<void>;
  /** See `proveUnused`. */
  readonly cloneOf?: GlusterVolume;
  /** Between the stop and the delete. */
  readonly onStopped?: () => Promise<void>;
}

/**
 * Deletes gluster's volume on the strength of a record, if it is proved unused; otherwise throws DomainError with the
 * reason, and a volume that was stopped for it is started again. To be called in the volume's turn, with the hosts of it.
 *
 * The last clients can write until the volume is stopped, so the bricks are looked at again after that. What a clone
 * holds tells nothing, so its stop waits for no other transaction: who was connected when it was proved would have passed.
 */
export async function deleteUnused(
  work: UnusedVolume,
  found: FoundVolume,
  context: OperationContext,
  patient: Hosts,
  { note, cloneOf, onStopped }: DeleteUnusedOptions,
): Promise<'deleted' | 'absent'> {
  const { hosts, volume } = work;
  let { isStoppedByUs } = work;
  const onFinder = <T>(change: (host: string) => Promise<T>) =>
    onAnyHost(hosts, context.health, change, found.seenFrom);
  const noteStop = async (isOurs: boolean) => {
    if (isStoppedByUs === isOurs) return;
    isStoppedByUs = isOurs;
    await note({ isStoppedByUs });
  };
  // Somebody has started it since: whoever stops it next is not known to be this server.
  if (isStarted(found)) await noteStop(false);
  try {
    await proveUnused(work, found, context, { mayBeStopped: isStoppedByUs, ...(cloneOf ? { cloneOf } : {}) });
    if (isStarted(found)) {
      await noteStop(true);
      try {
        await onFinder((host) => stopVolume(cloneOf ? context.hosts : patient, host, volume.name));
      } catch (error) {
        if (error instanceof CommandError) await noteStop(false); // refused: it was not stopped
        throw error;
      }
      if (!cloneOf) await proveEmpty(work, found, context);
    }
  } catch (error) {
    if (error instanceof DomainError && isStoppedByUs) {
      await onFinder((host) => startVolume(patient, host, volume.name));
      await noteStop(false);
    }
    throw error;
  }
  await onStopped?.();
  return onFinder((host) => deleteStoppedVolume(patient, host, volume.name));
}
