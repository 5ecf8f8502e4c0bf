import { DomainError, type DomainErrorCode } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import type { PendingOperation } from '../../domain/pending-operation.js';
import type { ReadTx } from '../../store/store.js';

/** What the record of a clone remembers. */
export interface ClonePlan {
  /** Brick ids. */
  readonly copies?: readonly { readonly source: Id; readonly clone: Id }[];
  /** The clone could not be taken back, and keeps its source no longer. */
  readonly isReleased?: true;
}

/** Nothing but the clone's own bricks waits for this operation any more: its source may be changed, not deleted. */
export function isReleasedClone({ type, plan }: PendingOperation): boolean {
  return type === 'clone-volume' && (plan as ClonePlan | null)?.isReleased === true;
}

/** Refuses a change of something that an earlier operation is changing still. */
export class ChangeInProgress extends DomainError {
  readonly operationId: Id;
  readonly #refusal: string;

  constructor(code: DomainErrorCode, refusal: string, operationId: Id) {
    super(code, `${refusal} Operation ${operationId} is changing it; wait until that has ended.`);
    this.operationId = operationId;
    this.#refusal = refusal;
  }

  /** The same refusal for an operation of a restored database, whose end nobody need wait for. */
  waitingForSomebody(): DomainError {
    return new DomainError(
      this.code,
      `${this.#refusal} Operation ${this.operationId} was changing it when the restored copy of the database was made; ` +
        `it is led out by: heketi-cli server operations cleanup ${this.operationId}`,
    );
  }
}

/**
 * The operation that is changing the volume or one of its bricks, or null. One whose process died counts until it has
 * been led out: what the volume is until then, nobody knows.
 */
export async function changeInProgress(tx: ReadTx, volumeId: Id): Promise<Id | null> {
  const operations = await tx.operations.listByObject(volumeId);
  const naming = operations.find((operation) => !isReleasedClone(operation));
  return naming?.id ?? markedBy(tx, volumeId);
}

/** The same for a deletion, for which whatever names the volume is in the way. */
export async function changeBeforeDelete(tx: ReadTx, volumeId: Id): Promise<Id | null> {
  const [naming] = await tx.operations.listByObject(volumeId);
  return naming?.id ?? markedBy(tx, volumeId);
}

async function markedBy(tx: ReadTx, volumeId: Id): Promise<Id | null> {
  const volume = await tx.volumes.find(volumeId);
  const bricks = await tx.bricks.listByVolume(volumeId);
  return volume?.pendingId ?? bricks.find(({ pendingId }) => pendingId)?.pendingId ?? null;
}
