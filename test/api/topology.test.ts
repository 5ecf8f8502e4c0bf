import { afterEach, expect, it } from 'vitest';
import type { Brick } from '../../src/domain/brick.js';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import type { Volume } from '../../src/domain/volume.js';
import type { Store } from '../../src/store/store.js';
import { type ApiServer, ask, startApi } from './api-server.js';

/** More than one piece of the answer has. */
const VOLUMES = 45;
const NODES = 25;
const FULL = 'c'.repeat(32);
const EMPTY = 'd'.repeat(32);
const CREATE = 'f'.repeat(32);

let api: ApiServer;
afterEach(() => api.server.close());

const numbered = (letter: string, number: number): string => letter + String(number).padStart(31, '0');

const node = (number: number) => ({
  id: numbered('a', number),
  clusterId: FULL,
  zone: 1,
  state: 'online' as const,
  manageNames: [`m${number}`],
  storageNames: [`s${number}`],
  tags: {},
});

const device = (number: number) => ({
  id: numbered('d', number),
  // The first nodes have two, the last one none.
  nodeId: numbered('a', number % (NODES - 1)),
  name: '/dev/sdb',
  state: 'online' as const,
  totalKib: 100,
  freeKib: 90,
  usedKib: 10,
  extentKib: 4096,
  spareMetadataKib: 0,
  tags: {},
  paths: [],
  pvUuid: '',
});

const volume = (number: number): Volume => ({
  id: numbered('e', number),
  clusterId: FULL,
  name: `vol${number}`,
  sizeGib: 1,
  durability: { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 },
  gid: 0,
  isBlockHosting: false,
  snapshotEnabled: false,
  snapshotFactor: 1,
  options: null,
  requestedClusters: null,
  blockInfo: { freeGib: 0, reservedGib: 0, restriction: '' },
  storedMount: { hosts: [], device: '', options: {} },
  // The last one is being made.
  pendingId: number === VOLUMES - 1 ? CREATE : null,
});

const brick = (number: number): Brick => ({
  id: numbered('b', number),
  volumeId: numbered('e', number),
  deviceId: numbered('d', number % NODES),
  nodeId: numbered('a', number % NODES),
  path: `/p${number}`,
  sizeKib: 1024,
  thinPoolKib: 1024,
  poolMetadataKib: 8,
  thinPool: 'tp',
  lv: '',
  subType: 'normal',
  pendingId: null,
});

async function start(wrap: (store: Store) => Store = (store) => store): Promise<void> {
  const wrapped: { store?: Store } = {};
  const late = { read: (work: never) => wrapped.store?.read(work) } as unknown as Store;
  api = await startApi({}, { store: late });
  wrapped.store = wrap(api.store);
  await api.store.write(async (tx) => {
    await tx.clusters.insert({ id: FULL, allowsFile: true, allowsBlock: false });
    await tx.clusters.insert({ id: EMPTY, allowsFile: true, allowsBlock: true });
    for (let n = 0; n < NODES; n++) await tx.nodes.insert(node(n));
    for (let n = 0; n <= NODES; n++) await tx.devices.insert(device(n));
    await tx.operations.insert({
      ...NEW_RECORD,
      id: CREATE,
      type: 'create-volume',
      createdAt: 1,
      actions: [{ change: 'add-volume', id: numbered('e', VOLUMES - 1), delta: null }],
    });
    for (let n = 0; n < VOLUMES; n++) await tx.volumes.insert(volume(n));
    await tx.bricks.insert(Array.from({ length: VOLUMES }, (_, n) => brick(n)));
  });
}

const get = async (path: string) => JSON.parse((await ask(api.server, 'GET', path)).body);

it('the topology is the infos of all clusters, volumes and nodes, as each of them is asked for alone', async () => {
  await start();
  const one = async (clusterId: string) => {
    const { id, block, file, volumes, nodes } = await get(`/clusters/${clusterId}`);
    const infos = (noun: string, ids: string[]) => Promise.all(ids.map((each) => get(`/${noun}/${each}`)));
    return { id, block, file, volumes: await infos('volumes', volumes), nodes: await infos('nodes', nodes) };
  };
  const { headers, body } = await ask(api.server, 'GET', '/topology');
  expect(headers['content-type']).toBe('application/json; charset=UTF-8');
  const { clusters } = JSON.parse(body);
  expect(clusters).toEqual([await one(FULL), await one(EMPTY)]);
  expect([clusters[0].volumes.length, clusters[0].nodes.length]).toEqual([VOLUMES - 1, NODES]);
  expect(clusters[0].nodes.map(({ devices }: { devices: unknown[] }) => devices.length)).toContain(2);
});

it('the topology leaves out what is deleted while it is read', async () => {
  await start((store) => {
    let reads = 0;
    const read: Store['read'] = async (work) => {
      // The clusters, the ids of the volumes, and the first piece of them have been read.
      if (++reads === 4) {
        const gone = Array.from({ length: VOLUMES - 20 }, (_, n) => n + 20);
        await store.write(async (tx) => {
          await tx.bricks.delete(gone.map((n) => numbered('b', n)));
          for (const n of gone) await tx.volumes.delete(numbered('e', n));
        });
      }
      return store.read(work);
    };
    return { ...store, read };
  });
  const { clusters } = await get('/topology');
  expect(clusters[0].volumes.map(({ name }: { name: string }) => name)).toEqual(
    Array.from({ length: 20 }, (_, n) => `vol${n}`),
  );
  expect(clusters[0].nodes).toHaveLength(NODES);
});
