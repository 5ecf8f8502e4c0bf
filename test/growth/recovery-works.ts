import assert from 'node:assert/strict';
import { type Executor, TransportError } from '../../src/executors/executor.js';
import type { MadePool } from '../support/made-pool.js';
import { openPool, records, recover, volumeRequest } from '../support/pool.js';
import { ALL_LOOKED_AT, ofVolumes, type Work } from './work.js';

/** Work that an earlier start of the server has left. */
export const RECOVERY_WORKS: readonly Work[] = [
  {
    name: 'recovery of records',
    shape: ofVolumes,
    // Before a logical volume goes, all on its device are listed, and there are more on each of the few devices. Bricks are
    // placed by the creates that are to be recovered, and not by the recovery.
    counted: /src\/(?!executors\/commands\/lvm\/|domain\/allocator\/)|node_modules\//,
    sizes: [20, 200],
    power: 1,
    run: recoverAsMany,
  },
];

/** As many creates as there are volumes, of whose hosts nobody heard. */
async function recoverAsMany({ store, executor }: MadePool): Promise<void> {
  const { length } = await store.read((tx) => tx.volumes.list());
  const health = ALL_LOOKED_AT;
  const before = await openPool('', LOST, { store, health });
  for (let i = 0; i < length; i++) await before.operations.createVolume(volumeRequest({ sizeGib: 1 }));
  await before.runner.settled();
  const after = await openPool('', executor, { store, health });
  assert.equal((await records(after)).length, length);
  await recover(after);
  assert.deepEqual(await records(after), []);
}

async function loseConnection(host: string): Promise<never> {
  throw new TransportError(host, 'the connection was lost', true);
}

const LOST: Executor = { run: loseConnection, awaitLeftovers: loseConnection, close: async () => undefined };
