import { GLUSTER_FAILURES } from './gluster.js';
import { GLUSTER_BLOCK_FAILURES } from './gluster-block.js';
import { HOST_FAILURES } from './host.js';
import type { About, Asked, FailureKind } from './kinds.js';
import { LVM_FAILURES } from './lvm.js';
import { type FailureTable, isOneOf } from './row.js';
import { type Said, textOf } from './said.js';
import { STARTING_FAILURES } from './starting.js';

/*
 * What programs of storage hosts say when they fail, and what it means: the one place where such texts are read.
 * Whoever has to know asks `failsWith` for a kind. Absence is said only by the program itself, with its own exit
 * code, of the very object that was asked for.
 */

export const FAILURES: FailureTable = {
  ...STARTING_FAILURES,
  ...HOST_FAILURES,
  ...LVM_FAILURES,
  ...GLUSTER_FAILURES,
  ...GLUSTER_BLOCK_FAILURES,
};

/** Whether this is what the program failed with. `about` is the object that it was asked for. */
export function failsWith<K extends FailureKind>(
  said: Said,
  kind: K,
  ...[about]: K extends keyof Asked ? [about: Asked[K]] : []
): boolean {
  return isOneOf(said, FAILURES[kind], about as About<K>);
}

/** The volume whose lock a refusal for another transaction is about; null when it names none. */
export function lockedVolume(said: Said): string | null {
  return /in progress for ([A-Za-z0-9_-]+)/i.exec(textOf(said))?.[1] ?? null;
}
