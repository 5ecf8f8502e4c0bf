import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import { cluster } from './records.js';

/** A process that writes the clusters whose ids it is sent, and tells what became of each; `close` ends it. */
const [, , file = '', patience] = process.argv;
const store = await openSqliteStore({ file, isPatient: patience === 'patient', sealAfterMs: 600_000 });
process.on('message', (id: string) => {
  if (id === 'close') {
    void store.close().then(() => process.disconnect());
    return;
  }
  store
    .write((tx) => tx.clusters.insert(cluster(id)))
    .then(
      () => process.send?.({ id, outcome: 'done' }),
      (error: Error) => process.send?.({ id, outcome: error.message }),
    );
});
process.send?.('ready');
