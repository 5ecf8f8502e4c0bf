import { DomainError } from '../../domain/errors.js';
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
  readonly isStoppedByUs?: boolean;
}

/** Whether this server has stopped the volume, or is about to; null: nothing was noted yet. */
export interface Stopped {
  byUs: boolean | null;
}

export function stoppedAsNoted(note: StopNote | null): Stopped {
  return { byUs: note?.isStoppedByUs ?? null };
}

export function stopNote({ byUs }: Stopped): StopNote | null {
  return byUs === null ? null : { isStoppedByUs: byUs };
}

export interface UnusedVolume extends VolumeWork {
  readonly stopped: Stopped;
}

export interface DeleteUnusedOptions {
  /** Writes `stopped` into the record. */
  readonly keepNotes: () => Promise<void>;
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
  { keepNotes, cloneOf, onStopped }: DeleteUnusedOptions,
): Promise<'deleted' | 'absent'> {
  const { stopped, hosts, volume } = work;
  const onFinder = <T>(change: (host: string) => Promise<T>) =>
    onAnyHost(hosts, context.health, change, found.seenFrom);
  const note = async (byUs: boolean) => {
    if ((stopped.byUs ?? false) === byUs) return;
    stopped.byUs = byUs;
    await keepNotes();
  };
  // Somebody has started it since: whoever stops it next is not known to be this server.
  if (isStarted(found)) await note(false);
  try {
    await proveUnused(work, found, context, { mayBeStopped: stopped.byUs === true, ...(cloneOf ? { cloneOf } : {}) });
    if (isStarted(found)) {
      await note(true);
      try {
        await onFinder((host) => stopVolume(cloneOf ? context.hosts : patient, host, volume.name));
      } catch (error) {
        if (error instanceof CommandError) await note(false); // refused: it was not stopped
        throw error;
      }
      if (!cloneOf) await proveEmpty(work, found, context);
    }
  } catch (error) {
    if (error instanceof DomainError && stopped.byUs) {
      await onFinder((host) => startVolume(patient, host, volume.name));
      await note(false);
    }
    throw error;
  }
  await onStopped?.();
  return onFinder((host) => deleteStoppedVolume(patient, host, volume.name));
}
