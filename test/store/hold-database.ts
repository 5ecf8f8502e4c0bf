import { openStore } from '../../src/store/open-store.js';

/** A process of its own that opens the database given as argument, writes a record, and keeps it open. */
const store = await openStore({ file: process.argv[2] ?? '' });
await store.write((tx) => tx.clusters.insert({ id: 'written-by-holder', allowsBlock: false, allowsFile: true }));
setInterval(() => {}, 60_000);
process.send?.('open');
