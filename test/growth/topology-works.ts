import assert from 'node:assert/strict';
import type { HandlerDeps } from '../../src/api/handlers/deps.js';
import { topologyHandlers } from '../../src/api/handlers/topology.js';
import { streamTopology } from '../../src/cli/fetch-topology.js';
import { formatTopology, formatTopologyJson } from '../../src/cli/output/topology.js';
import { HeketiClient } from '../../src/client/client.js';
import type { Store } from '../../src/store/store.js';
import { ofVolumes, type Work } from './work.js';

const SIZES = [40, 400] as const;

/** Everything there is, as the server sends it and as the client prints it. */
export const TOPOLOGY_WORKS: readonly Work[] = [
  {
    name: 'the topology as it is sent, read and printed',
    shape: ofVolumes,
    sizes: SIZES,
    power: 1,
    run: printTopology,
  },
  {
    name: 'the topology of many clusters',
    shape: (volumes) => ({ ...ofVolumes(volumes, 3), volumesPerCluster: 10 }),
    sizes: SIZES,
    power: 1,
    run: printTopology,
  },
];

async function printTopology({ store }: { readonly store: Store }): Promise<void> {
  const client = clientOf(store);
  const all = { withVolumes: true };
  for await (const text of formatTopology(streamTopology(client, all))) assert.notEqual(text, '');
  for await (const text of formatTopologyJson(streamTopology(client, all))) assert.notEqual(text, '');
}

/** As if its server was at the other end. */
function clientOf(store: Store): HeketiClient {
  return new HeketiClient({
    transport: {
      send: async () => ({ status: 200, reason: '', headers: {}, body: Buffer.alloc(0), pieces: topologyOf(store) }),
      close: () => undefined,
    },
    signToken: () => '',
    basePath: '',
    user: '',
    key: '',
    sleep: async () => undefined,
    now: () => 0,
    random: () => 0,
  });
}

async function* topologyOf(store: Store): AsyncGenerator<Buffer> {
  const answer = await topologyHandlers({ store } as HandlerDeps).topologyInfo({} as never);
  assert.ok('pieces' in answer);
  for await (const piece of answer.pieces) yield Buffer.from(piece);
}
