import type { Id } from '../../domain/ids.js';
import type { ReadTx } from '../../store/store.js';

/** Why an id belongs to somebody: a record has it, or an operation other than `own` names it. Null: nobody knows it. */
export async function whyIdIsKnown(tx: ReadTx, id: Id, own: Id | null): Promise<string | null> {
  for (const rows of [tx.bricks, tx.volumes, tx.blockVolumes, tx.devices, tx.nodes, tx.clusters])
    if (await rows.find(id)) return `${id} is the id of something in the database`;
  const naming = (await tx.operations.listByObject(id)).find((operation) => operation.id !== own);
  return naming ? `operation ${naming.id} (${naming.type}) names ${id}` : null;
}
