import type { Id } from '../../../src/domain/ids.js';
import type { EntryState } from '../../../src/domain/node.js';
import type { Client, View } from './client.js';
import { isGroupGone, isPeerOut } from './decided.js';
import { addNode, loadTopology, makeVolume, type Scenario, type World } from './scenario.js';

const PAUSE_MS = 10_000;

const firstDevice = async (client: Client) => (await client.view()).devices[0]?.id ?? '';
const firstNode = async (client: Client) => (await client.view()).nodes[0]?.id ?? '';
const smallPool = async (client: Client) => loadTopology(client, 2, 1);

async function setDeviceState(client: Client, id: Id, ...states: readonly EntryState[]): Promise<void> {
  for (const state of states) await client.done(await client.operations.setDeviceState(id, state));
}

async function failedDevice(client: Client): Promise<Id> {
  await smallPool(client);
  const id = await firstDevice(client);
  await setDeviceState(client, id, 'offline', 'failed');
  return id;
}

function addDevice(name: string, mayDestroyData: boolean, soil?: (world: World) => Promise<unknown>): Scenario {
  return {
    name,
    async prepare(client, world) {
      await smallPool(client);
      await soil?.(world);
      const node = (await client.view()).nodes.find((found) => found.name === 'h1');
      return node?.id ?? '';
    },
    request: (client, nodeId) => client.operations.addDevice({ nodeId, name: '/dev/sdc', mayDestroyData, tags: {} }),
    isDone: (view) => view.devices.length === 3,
  };
}

const soilWith =
  (...argv: readonly string[]) =>
  (world: World) =>
    world.run('h1', [{ argv, timeoutMs: PAUSE_MS }]);

export const POOL_SCENARIOS: readonly Scenario[] = [
  {
    name: 'add node',
    prepare: smallPool,
    request: (client, clusterId) =>
      client.operations.addNode({ clusterId, zone: 3, manageNames: ['h3'], storageNames: ['10.0.0.3'], tags: {} }),
    isDone: (view) => view.nodes.length === 3,
  },
  {
    name: 'add first node',
    prepare: (client) => client.operations.createCluster({ allowsBlock: true, allowsFile: true }),
    request: (client, clusterId) =>
      client.operations.addNode({ clusterId, zone: 3, manageNames: ['h3'], storageNames: ['10.0.0.3'], tags: {} }),
    isDone: (view) => view.nodes.length === 1,
  },
  addDevice('add device', false),
  addDevice('add device with an old file system', true, soilWith('mkfs.xfs', '/dev/sdc')),
  {
    name: 'delete device',
    prepare: failedDevice,
    request: (client, id) => client.operations.deleteDevice(id, false),
    isDone: (view, id) => !view.devices.some((device) => device.id === id),
    // Once its volume group is gone there is no way back.
    mayFinishLater: true,
    isDecided: isGroupGone,
  },
  {
    name: 'forget device',
    prepare: failedDevice,
    request: (client, id) => client.operations.deleteDevice(id, true),
    isDone: (view, id) => !view.devices.some((device) => device.id === id),
    // That is what it is for: a device that can't be asked any more.
    tolerates: /^on the hosts but not in the store: [pv][vg] /,
    isDecided: isGroupGone,
  },
  {
    name: 'delete node',
    prepare: async (client) => addNode(client, await smallPool(client), 3),
    request: (client, id) => client.operations.deleteNode(id),
    isDone: (view, id) => !view.nodes.some((node) => node.id === id),
    isDecided: isPeerOut,
  },
  {
    name: 'delete a dead node',
    async prepare(client, world) {
      const id = await addNode(client, await smallPool(client), 3);
      await world.setHostUp('h3', false);
      return id;
    },
    request: (client, id) => client.operations.deleteNode(id),
    isDone: (view, id) => !view.nodes.some((node) => node.id === id),
    isDecided: isPeerOut,
  },
];

const parked = async (client: Client, world: World) => {
  await loadTopology(client);
  const id = await makeVolume(client);
  await world.setFaults([{ kind: 'lose-link', host: 'h3', match: 'umount', times: 100 }]);
  await client.done(await client.operations.deleteVolume(id));
  await world.setFaults([]);
  return id;
};

/** Requests that change records only, or look at a host. */
export const RECORD_SCENARIOS: readonly Scenario[] = [
  {
    name: 'set device state',
    prepare: async (client) => {
      await smallPool(client);
      return firstDevice(client);
    },
    request: (client, id) => client.operations.setDeviceState(id, 'offline'),
    isDone: (view, id) => stateOf(view.devices, id) === 'offline',
  },
  {
    name: 'fail device',
    prepare: async (client) => {
      await smallPool(client);
      const id = await firstDevice(client);
      await setDeviceState(client, id, 'offline');
      return id;
    },
    request: (client, id) => client.operations.setDeviceState(id, 'failed'),
    isDone: (view, id) => stateOf(view.devices, id) === 'failed',
  },
  {
    name: 'set node state',
    prepare: async (client) => {
      await smallPool(client);
      return firstNode(client);
    },
    request: (client, id) => client.operations.setNodeState(id, 'offline'),
    isDone: (view, id) => stateOf(view.nodes, id) === 'offline',
  },
  {
    name: 'fail node',
    prepare: async (client) => {
      await smallPool(client);
      const id = await firstNode(client);
      await client.done(await client.operations.setNodeState(id, 'offline'));
      for (const device of (await client.view()).devices)
        if (device.nodeId === id) await setDeviceState(client, device.id, 'offline');
      return id;
    },
    request: (client, id) => client.operations.setNodeState(id, 'failed'),
    isDone: (view, id) =>
      stateOf(view.nodes, id) === 'failed' &&
      view.devices.every((device) => device.nodeId !== id || device.state === 'failed'),
  },
  {
    name: 'resync device',
    prepare: async (client) => {
      await loadTopology(client, 3, 1);
      await makeVolume(client);
      return firstDevice(client);
    },
    request: (client, id) => client.operations.resyncDevice(id),
    isDone: () => false,
    isInvisible: true,
  },
  {
    name: 'lock block hosting volume',
    prepare: async (client) => {
      await loadTopology(client);
      return makeVolume(client, { isBlockHosting: true });
    },
    request: (client, id) => client.operations.setBlockRestriction(id, 'locked'),
    isDone: (view, id) => view.volumes.some((volume) => volume.id === id && volume.restriction === 'locked'),
  },
  {
    name: 'clean up what a dead node left',
    prepare: parked,
    request: (client) => client.operations.cleanUp([]),
    isDone: (view) => view.pendingOperations === 0,
    mayFinishLater: true,
    isJob: true,
  },
  {
    name: 'create cluster',
    prepare: async () => '',
    request: async (client) => {
      await client.operations.createCluster({ allowsBlock: true, allowsFile: true });
      return null;
    },
    isDone: (view) => view.clusters.length === 1,
  },
  {
    name: 'set cluster flags',
    prepare: smallPool,
    request: async (client, id) => {
      await client.operations.setClusterFlags(id, { allowsBlock: false, allowsFile: true });
      return null;
    },
    isDone: (view, id) => view.clusters.some((cluster) => cluster.id === id && !cluster.allowsBlock),
  },
  {
    name: 'delete cluster',
    prepare: (client) => client.operations.createCluster({ allowsBlock: true, allowsFile: true }),
    request: async (client, id) => {
      await client.operations.deleteCluster(id);
      return null;
    },
    isDone: (view) => view.clusters.length === 0,
  },
  {
    name: 'tag node',
    prepare: async (client) => {
      await smallPool(client);
      return firstNode(client);
    },
    request: async (client, id) => {
      await client.operations.changeNodeTags(id, { kind: 'set', tags: { rack: 'r1' } });
      return null;
    },
    isDone: (view, id) => Object.keys(view.nodes.find((node) => node.id === id)?.tags ?? {}).length === 1,
  },
  {
    name: 'tag device',
    prepare: async (client) => {
      await smallPool(client);
      return firstDevice(client);
    },
    request: async (client, id) => {
      await client.operations.changeDeviceTags(id, { kind: 'set', tags: { disk: 'fast' } });
      return null;
    },
    isDone: (view, id) => Object.keys(view.devices.find((device) => device.id === id)?.tags ?? {}).length === 1,
  },
];

function stateOf(entries: View['nodes'] | View['devices'], id: Id): EntryState | undefined {
  return entries.find((entry) => entry.id === id)?.state;
}
