import type { BlockVolumeRequest } from '../../../src/operations/ports/requests.js';
import { blockVolumeRequest } from '../../support/pool.js';
import type { Client } from './client.js';
import { isBlockGrown, isBlockLost, isVolumeGone } from './decided.js';
import { loadTopology, makeBlockVolume, makeVolume, type Scenario } from './scenario.js';

const AUTO: Scenario['settings'] = { autoCreateBlockHosting: true, blockHostingSizeGib: 40 };

const emptyPool = (client: Client) => loadTopology(client);

async function withHosting(client: Client): Promise<string> {
  await loadTopology(client);
  return makeVolume(client, { isBlockHosting: true, sizeGib: 40 });
}

async function withBlock(client: Client): Promise<string> {
  await withHosting(client);
  return makeBlockVolume(client);
}

function create(
  name: string,
  prepare: (client: Client) => Promise<string>,
  request: Partial<BlockVolumeRequest>,
  settings: Scenario['settings'] = {},
): Scenario {
  return {
    name,
    prepare,
    request: (client) => client.operations.createBlockVolume(blockVolumeRequest({ name: 'made', ...request })),
    isDone: (view) => view.blockVolumes.some((block) => block.name === 'made'),
    settings,
  };
}

export const BLOCK_SCENARIOS: readonly Scenario[] = [
  create('create block volume', withHosting, { hasAuth: true }),
  create('create block volume on two of three hosts', withHosting, { haCount: 2 }),
  create('create block volume with its hosting volume', emptyPool, {}, AUTO),
  create(
    'create block volume with its hosting volume and further tries',
    emptyPool,
    {},
    {
      ...AUTO,
      volumeCreateRetries: 2,
    },
  ),
  {
    name: 'expand block volume',
    prepare: withBlock,
    request: (client, id) => client.operations.expandBlockVolume(id, 9),
    isDone: (view, id) => view.blockVolumes.some((block) => block.id === id && block.sizeGib === 9),
    // A host that can't follow fails the request, and its size shows what all have.
    mayFinishLater: true,
    isDecided: isBlockGrown,
  },
  {
    name: 'delete block volume',
    prepare: withBlock,
    request: (client, id) => client.operations.deleteBlockVolume(id),
    isDone: (view, id) => !view.blockVolumes.some((block) => block.id === id),
    mayFinishLater: true,
    isDecided: isBlockLost,
  },
  {
    name: 'delete block hosting volume',
    prepare: withHosting,
    request: (client, id) => client.operations.deleteVolume(id),
    isDone: (view, id) => !view.volumes.some((volume) => volume.id === id),
    mayFinishLater: true,
    isDecided: isVolumeGone,
  },
];
