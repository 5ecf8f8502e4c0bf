import { afterEach, describe, expect, it } from 'vitest';
import { NEW_RECORD } from '../../src/domain/pending-operation.js';
import type { Volume } from '../../src/domain/volume.js';
import { type ApiServer, ask, startApi } from './api-server.js';

let api: ApiServer;
afterEach(() => api.server.close());

const id = (digit: string): string => digit.repeat(32);
const CLUSTER = id('c');
const VOLUME = id('1');

const VOLUME_ROW: Volume = {
  id: VOLUME,
  clusterId: CLUSTER,
  name: 'vol_x',
  sizeGib: 10,
  durability: { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 },
  gid: 0,
  isBlockHosting: false,
  snapshotEnabled: false,
  snapshotFactor: 1,
  options: null,
  requestedClusters: null,
  blockInfo: { freeGib: 0, reservedGib: 0, restriction: '' },
  storedMount: { hosts: [], device: '', options: {} },
  pendingId: null,
};

const node = (digit: string, storage: string) => ({
  id: id(digit),
  clusterId: CLUSTER,
  zone: 1,
  state: 'online' as const,
  manageNames: [`${storage}.manage`],
  storageNames: [storage],
  tags: {},
});

const brick = (digit: string) => ({
  id: id(digit),
  volumeId: VOLUME,
  deviceId: id('d'),
  nodeId: id('b'),
  path: '/p',
  sizeKib: 1024,
  thinPoolKib: 1024,
  poolMetadataKib: 8,
  thinPool: 'tp',
  lv: '',
  subType: 'normal' as const,
  pendingId: null,
});

const device = {
  id: id('d'),
  nodeId: id('b'),
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
};

async function seeded(volume: Partial<Volume> = {}): Promise<void> {
  api = await startApi();
  await api.store.write(async (tx) => {
    await tx.clusters.insert({ id: CLUSTER, allowsFile: true, allowsBlock: false });
    await tx.nodes.insert(node('b', '10.0.0.2'));
    await tx.nodes.insert(node('a', '10.0.0.1'));
    await tx.devices.insert({ ...device, exact: { freeKib: 18446744073709551615n } });
    await tx.volumes.insert({ ...VOLUME_ROW, ...volume });
    await tx.bricks.insert([brick('9'), brick('8')]);
  });
}

const get = async (path: string) => {
  const { statusCode, body } = await ask(api.server, 'GET', path);
  return { statusCode, body: statusCode === 200 ? JSON.parse(body) : body, text: body };
};

const BRICKS = ['8', '9'].map((digit) => ({
  id: id(digit),
  path: '/p',
  device: id('d'),
  node: id('b'),
  volume: VOLUME,
  size: 1024,
}));

describe('volume info', () => {
  it('leaves out what is empty and computes the mount from the nodes in id order', async () => {
    await seeded();
    expect((await get(`/volumes/${VOLUME}`)).body).toEqual({
      size: 10,
      name: 'vol_x',
      durability: { type: 'none', replicate: {}, disperse: {} },
      snapshot: { enable: false, factor: 1 },
      id: VOLUME,
      cluster: CLUSTER,
      mount: {
        glusterfs: {
          hosts: ['10.0.0.1', '10.0.0.2'],
          device: '10.0.0.1:vol_x',
          options: { 'backup-volfile-servers': '10.0.0.2' },
        },
      },
      blockinfo: {},
      bricks: BRICKS,
    });
  });

  it('shows what there is', async () => {
    await seeded({
      durability: { type: 'disperse', replica: 2, disperseData: 4, disperseRedundancy: 2 },
      gid: 7,
      options: ['', '<a>'],
      isBlockHosting: true,
      snapshotEnabled: true,
      snapshotFactor: Math.fround(1.1),
      blockInfo: { freeGib: 9, reservedGib: 1, restriction: 'locked' },
    });
    const { body, text } = await get(`/volumes/${VOLUME}`);
    expect(body).toMatchObject({
      durability: { type: 'disperse', replicate: { replica: 2 }, disperse: { data: 4, redundancy: 2 } },
      gid: 7,
      glustervolumeoptions: ['', '<a>'],
      block: true,
      snapshot: { enable: true, factor: 1.1 },
      blockinfo: { freesize: 9, reservedsize: 1, restriction: 'locked' },
    });
    expect(text).toContain('\\u003ca\\u003e');
  });

  it('hides a volume that an operation is creating or deleting', async () => {
    await seeded({ pendingId: id('0') });
    expect(await get(`/volumes/${VOLUME}`)).toMatchObject({ statusCode: 404, body: 'Id not found\n' });
  });
});

describe('node and device info', () => {
  it('nests devices and bricks, with every integer exact', async () => {
    await seeded();
    const { body, text } = await get(`/nodes/${id('b')}`);
    expect(body).toEqual({
      zone: 1,
      hostnames: { manage: ['10.0.0.2.manage'], storage: ['10.0.0.2'] },
      cluster: CLUSTER,
      id: id('b'),
      state: 'online',
      devices: [expect.objectContaining({ name: '/dev/sdb', id: id('d'), state: 'online', bricks: BRICKS })],
    });
    expect(text).toContain('"storage":{"total":100,"free":18446744073709551615,"used":10}');
    expect((await get(`/devices/${id('d')}`)).text).toContain('"free":18446744073709551615');
  });

  it('leaves out empty tags, paths and PV UUID', async () => {
    await seeded();
    expect(Object.keys((await get(`/devices/${id('d')}`)).body)).toEqual(['name', 'storage', 'id', 'state', 'bricks']);
  });

  it.each(['clusters', 'nodes', 'devices', 'volumes', 'blockvolumes', 'queue'])(
    'knows no other id of %s',
    async (kind) => {
      await seeded();
      expect(await get(`/${kind}/${id('e')}`)).toMatchObject({ statusCode: 404, body: 'Id not found\n' });
    },
  );
});

describe('operations', () => {
  it('are listed with what is in flight and described one by one', async () => {
    api = await startApi({ inFlight: async () => 3, isInFlight: (operation) => operation.id === id('5') });
    await api.store.write(async (tx) => {
      const common = { ...NEW_RECORD, type: 'create-volume', createdAt: 1 } as const;
      await tx.operations.insert({
        ...common,
        id: id('5'),
        status: '',
        actions: [{ change: 'add-volume', id: VOLUME, delta: null }],
      });
      await tx.operations.insert({ ...common, id: id('4'), status: 'stale', actions: [] });
    });
    expect((await get('/operations')).body).toEqual({ total: 2, in_flight: 3, stale: 1, failed: 0, new: 1 });
    expect((await get('/operations/pending')).body).toEqual({
      pendingoperations: [
        { id: id('4'), type_name: 'create-volume', status: 'stale', sub_status: '' },
        { id: id('5'), type_name: 'create-volume', status: '', sub_status: 'in-flight' },
      ],
    });
    expect((await get(`/operations/pending/${id('5')}`)).body).toMatchObject({
      sub_status: '',
      changes: [{ id: VOLUME, description: 'Add volume' }],
    });
    expect(await get(`/operations/pending/${id('6')}`)).toMatchObject({
      statusCode: 404,
      body: `Id not found: ${id('6')}\n`,
    });
  });
});
