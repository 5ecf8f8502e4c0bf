import { startApi, UNKNOWN_ID } from './api-server.js';
import { type FuzzTarget, fuzzContract } from './fuzz-contract.js';

/** The HTTP layer alone: operations accept everything, the store holds a cluster. */
async function scriptedTarget(): Promise<FuzzTarget> {
  const { server, store, admin } = await startApi();
  const cluster = 'c'.repeat(32);
  await store.write((tx) => tx.clusters.insert({ id: cluster, allowsFile: true, allowsBlock: true }));
  return {
    server,
    store,
    admin,
    ids: [cluster, UNKNOWN_ID],
    settle: async () => {},
    close: () => server.close(),
  };
}

fuzzContract('the HTTP layer over scripted operations', scriptedTarget, 200);
