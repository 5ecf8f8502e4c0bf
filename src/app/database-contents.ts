import { counted } from '../domain/counted.js';
import { checkDatabase } from '../interchange/check.js';
import type { ReadTx } from '../store/store.js';

/** What a copy of a database holds, and how many contradictions `/db/check` would find: for a person to judge it by. */
export async function describeContents(tx: ReadTx): Promise<string> {
  const { totalinconsistencies } = await checkDatabase(tx);
  const counts: readonly [count: number, name: string][] = [
    [(await tx.clusters.list()).length, 'cluster'],
    [(await tx.nodes.list()).length, 'node'],
    [(await tx.devices.list()).length, 'device'],
    [(await tx.bricks.list()).length, 'brick'],
    [(await tx.volumes.list()).length, 'volume'],
    [(await tx.blockVolumes.list()).length, 'block volume'],
    [(await tx.operations.list()).length, 'pending operation'],
    [totalinconsistencies, 'contradiction'],
  ];
  return counts.map(([count, name]) => counted(count, name)).join(', ');
}
