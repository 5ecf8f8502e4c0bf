import { DomainError } from '../../domain/errors.js';
import type { Tx } from '../../store/store.js';

/**
 * Refuses a client's name that any volume has, of whichever cluster, also one that is being made or deleted: a client
 * that lost an answer and asks again must never get a second volume.
 */
export async function refuseTakenClientName(tx: Pick<Tx, 'volumes'>, clientName: string | null): Promise<void> {
  const id = clientName === null ? null : await tx.volumes.findIdByClientName(clientName);
  if (id === null) return;
  throw new DomainError(
    'conflict',
    `Volume ${id} has the client_name ${JSON.stringify(clientName)} already; GET /volumes?client_name=... lists it once it is complete`,
  );
}
