import type { Id } from '../../../src/domain/ids.js';
import type { VolumeRequest } from '../../../src/operations/ports/requests.js';
import { volumeRequest } from '../../support/pool.js';
import type { Client, View } from './client.js';
import { isGrown, isReplaced, isVolumeGone } from './decided.js';
import { loadTopology, makeClone, makeVolume, type Scenario, type World } from './scenario.js';

const REPLICA_3 = { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 } as const;
const DISTRIBUTED: Partial<VolumeRequest> = { sizeGib: 120, durability: REPLICA_3 };

const isNamed = (name: string) => (view: View) => view.volumes.some((volume) => volume.name === name);
const isGone = (view: View, id: string) => !view.volumes.some((volume) => volume.id === id);

function create(name: string, request: Partial<VolumeRequest>, settings: Scenario['settings'] = {}): Scenario {
  return {
    name,
    prepare: (client) => loadTopology(client),
    request: (client) => client.operations.createVolume(volumeRequest({ name: 'made', ...request })),
    isDone: isNamed('made'),
    settings,
  };
}

const withVolume =
  (request: Partial<VolumeRequest> = {}) =>
  async (client: Client) => {
    await loadTopology(client);
    return makeVolume(client, request);
  };

function expand(name: string, request: Partial<VolumeRequest>, addGib: number): Scenario {
  return {
    name,
    prepare: withVolume(request),
    request: (client, id) => client.operations.expandVolume(id, addGib),
    isDone: (view, id) => view.volumes.some((volume) => volume.id === id && volume.sizeGib > (request.sizeGib ?? 10)),
    // Bricks that gluster serves may hold data.
    mayFinishLater: true,
    isDecided: isGrown,
  };
}

function remove(name: string, prepare: (client: Client) => Promise<string>): Scenario {
  return {
    name,
    prepare,
    request: (client, id) => client.operations.deleteVolume(id),
    isDone: isGone,
    mayFinishLater: true,
    isDecided: isVolumeGone,
  };
}

function clone(name: string, request: Partial<VolumeRequest>): Scenario {
  return {
    name,
    prepare: withVolume(request),
    request: (client, id) => client.operations.cloneVolume(id, 'twin'),
    isDone: isNamed('twin'),
  };
}

export const CREATE_SCENARIOS: readonly Scenario[] = [
  create('create volume', { gid: 2000, options: ['client.ssl on'] }),
  create('create distributed volume', DISTRIBUTED),
  create('create volume without redundancy', { sizeGib: 30, durability: { ...REPLICA_3, type: 'none', replica: 0 } }),
  create('create arbiter volume', { options: ['user.heketi.arbiter true'] }),
  create('create dispersed volume', {
    durability: { type: 'disperse', replica: 0, disperseData: 2, disperseRedundancy: 1 },
  }),
  create('create volume for snapshots', { snapshotEnabled: true, snapshotFactor: 1.5 }),
  create('create block hosting volume', { isBlockHosting: true }),
  create('create volume with further tries', {}, { volumeCreateRetries: 2 }),
];

export const CHANGE_SCENARIOS: readonly Scenario[] = [
  expand('expand volume', {}, 5),
  expand('expand volume by two sets', {}, 120),
  expand('expand volume without redundancy', { durability: { ...REPLICA_3, type: 'none', replica: 0 } }, 5),
  clone('clone volume', {}),
  clone('clone distributed volume', DISTRIBUTED),
];

export const DELETE_SCENARIOS: readonly Scenario[] = [
  remove('delete volume', withVolume()),
  remove('delete distributed volume', withVolume(DISTRIBUTED)),
  remove('delete clone', async (client) => makeClone(client, await withVolume()(client), 'twin')),
  remove('delete source of a clone', async (client) => {
    const source = await withVolume()(client);
    await makeClone(client, source, 'twin');
    return source;
  }),
  {
    name: 'delete source and clone at once',
    prepare: async (client) => {
      const source = await withVolume()(client);
      await makeClone(client, source, 'twin');
      return source;
    },
    async request(client) {
      const { volumes } = await client.view();
      const [ticket] = await Promise.all(volumes.map(({ id }) => client.operations.deleteVolume(id)));
      return ticket ?? null;
    },
    isDone: (view) => view.volumes.length === 0,
    isInvisible: true,
  },
];

/** A replicated volume or two on each node; the host of one of them is away for good. */
async function withLostNode(client: Client, world: World): Promise<string> {
  await withVolume({ durability: { ...REPLICA_3, replica: 2 } })(client);
  for (const name of ['second', 'third']) await makeVolume(client, { name, durability: { ...REPLICA_3, replica: 2 } });
  const [node] = (await client.view()).nodes;
  await world.setHostUp(node?.name ?? '', false);
  return node?.id ?? '';
}

const bricksOf = (view: View) => view.volumes.flatMap(({ brickIds }) => brickIds);

/** Bricks move to other devices. */
export const MOVE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'evict brick',
    async prepare(client) {
      await withVolume()(client);
      return bricksOf(await client.view())[0] ?? '';
    },
    request: (client, id) => client.operations.evictBrick(id, true),
    isDone: (view, id) => bricksOf(view).length === 3 && !bricksOf(view).includes(id),
    mayFinishLater: true,
    isDecided: isReplaced,
  },
  {
    name: 'remove device with bricks',
    async prepare(client) {
      await withVolume()(client);
      // Two devices a node: at least one brick on each, and several on some.
      for (const name of ['second', 'third']) await makeVolume(client, { name });
      const { devices } = await client.view();
      const id = devices[0]?.id ?? '';
      await client.done(await client.operations.setDeviceState(id, 'offline'));
      return id;
    },
    request: (client, id) => client.operations.setDeviceState(id, 'failed'),
    isDone: (view, id) => view.devices.some((device) => device.id === id && device.state === 'failed'),
    goesOn: true,
  },
  {
    name: 'remove node with bricks',
    async prepare(client) {
      await withVolume({ durability: { ...REPLICA_3, replica: 2 } })(client);
      const { nodes } = await client.view();
      const id = nodes[0]?.id ?? '';
      await client.done(await client.operations.setNodeState(id, 'offline'));
      return id;
    },
    request: (client, id) => client.operations.setNodeState(id, 'failed'),
    isDone: (view, id) => view.nodes.some((node) => node.id === id && node.state === 'failed'),
    goesOn: true,
  },
];

export const lossOf = (id: Id) => ({ id, mustBeHealed: true, mayHostAnswer: false });

/** A node never returns. */
export const LOST: Scenario = {
  name: 'give up a lost node',
  prepare: withLostNode,
  request: (client, id) => client.operations.loseNode(id, lossOf(id)),
  isDone: (view, id) => !view.nodes.some((node) => node.id === id),
  away: (view, id) => view.nodes.find((node) => node.id === id)?.name ?? '',
  goesOn: true,
};

export const LOSS_SCENARIOS: readonly Scenario[] = [LOST];
