import assert from 'node:assert/strict';
import { clusterHandlers } from '../../src/api/handlers/clusters.js';
import type { HandlerDeps } from '../../src/api/handlers/deps.js';
import { nodeHandlers } from '../../src/api/handlers/nodes.js';
import { volumeHandlers } from '../../src/api/handlers/volumes.js';
import { newId } from '../../src/domain/ids.js';
import type { MadePool } from '../support/made-pool.js';
import { ofVolumes, type Work } from './work.js';

const SIZES = [120, 1200] as const;

/** Requests that many send, about what there is much of. */
export const REQUEST_WORKS: readonly Work[] = [
  {
    name: 'what is read for lists of volumes after a change',
    shape: ofVolumes,
    sizes: SIZES,
    power: 0,
    counted: /src\/store\/(sqlite|rows)\//,
    run: listAfterChange,
  },
  {
    name: 'lists of volumes after a change',
    shape: ofVolumes,
    sizes: SIZES,
    power: 1,
    run: listAfterChange,
  },
  {
    name: 'a node that is asked for again',
    shape: (volumes) => ofVolumes(volumes, 3),
    sizes: SIZES,
    power: 0,
    run: nodeAgain,
  },
];

/** Of all, and of their cluster. */
async function listAfterChange({ store }: MadePool): Promise<void> {
  const deps = { store } as HandlerDeps;
  const [volume] = await store.read((tx) => tx.volumes.listAfter('', 1));
  if (!volume) throw new Error('the pool has no volume');
  const id = newId();
  await store.write((tx) => tx.volumes.insert({ ...volume, id, name: id }));
  const query = () => new URLSearchParams();
  const list = await volumeHandlers(deps, {} as never).volumeList({ query } as never);
  const ofCluster = await clusterHandlers(deps).clusterInfo({ id: volume.clusterId } as never);
  for (const answer of [list, ofCluster]) {
    assert('jsonText' in answer);
    assert.match(String(answer.jsonText.bytes), new RegExp(id));
  }
}

const handlersOf = new WeakMap<MadePool, ReturnType<typeof nodeHandlers>>();

async function nodeAgain(made: MadePool): Promise<void> {
  const handlers = handlersOf.get(made) ?? nodeHandlers(made as unknown as HandlerDeps);
  handlersOf.set(made, handlers);
  const id = await made.store.read(async (tx) => {
    const [cluster] = await tx.clusters.list();
    const [group] = await tx.devices.listByNodeOfCluster(cluster?.id ?? '', false);
    return group?.nodeId ?? '';
  });
  const answer = await handlers.nodeInfo({ id } as never);
  assert('jsonText' in answer);
}
