import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CsiRig, START_LIMIT_MS } from '../support/csi-rig.js';
import { createRequest, gib, MOUNTED, unknownId } from '../support/requests.js';

const BLOCK = { block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } };

let rig: CsiRig;

beforeAll(async () => {
  rig = await CsiRig.start();
}, START_LIMIT_MS);

afterAll(() => rig?.remove());

async function create(name: string, overrides: object = {}): Promise<string> {
  return (await rig.csi.call('CreateVolume', createRequest(name, overrides))).volume.volumeId;
}

const range = (least: number, most?: number) => ({
  capacityRange: { requiredBytes: gib(least), ...(most && { limitBytes: gib(most) }) },
});

describe('the Identity service', () => {
  it('tells its name, its version and what it can', async () => {
    const info = await rig.csi.call('GetPluginInfo');
    expect(info).toMatchObject({
      name: 'glusterfs.csi.mortar',
      vendorVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect(await rig.csi.call('GetPluginCapabilities')).toMatchObject({
      capabilities: [{ service: { type: 'CONTROLLER_SERVICE' } }, { volumeExpansion: { type: 'ONLINE' } }],
    });
  });

  it('is ready, also while the server is down', async () => {
    await rig.killServer();
    expect(await rig.csi.call('Probe')).toEqual({ ready: { value: true } });
    await rig.startServer();
  });
});

it('every capability that the controller tells of is a call that it answers', async () => {
  const { capabilities } = await rig.csi.call('ControllerGetCapabilities');
  expect(capabilities.map(({ rpc }: { rpc: { type: string } }) => rpc.type)).toEqual([
    'CREATE_DELETE_VOLUME',
    'LIST_VOLUMES',
    'GET_CAPACITY',
    'CLONE_VOLUME',
    'EXPAND_VOLUME',
    'VOLUME_CONDITION',
    'GET_VOLUME',
    'SINGLE_NODE_MULTI_WRITER',
  ]);
  for (const call of [
    'CreateVolume',
    'DeleteVolume',
    'ListVolumes',
    'GetCapacity',
    'ControllerExpandVolume',
    'ControllerGetVolume',
  ])
    expect(await rig.csi.codeOf(call, {})).not.toBe('UNIMPLEMENTED');
});

it.each([
  ...['ControllerPublishVolume', 'ControllerUnpublishVolume', 'ControllerModifyVolume'].map(
    (name) => `Controller/${name}`,
  ),
  ...['CreateSnapshot', 'DeleteSnapshot', 'ListSnapshots', 'GetSnapshot'].map((name) => `Controller/${name}`),
  ...['GroupControllerGetCapabilities', 'CreateVolumeGroupSnapshot'].map((name) => `GroupController/${name}`),
  'SnapshotMetadata/GetMetadataAllocated',
  'Node/NodeGetInfo',
])('%s, which this driver does not serve, is UNIMPLEMENTED', async (call) => {
  expect(await rig.csi.codeOfPath(`/csi.v1.${call}`)).toBe('UNIMPLEMENTED');
});

describe('DeleteVolume', () => {
  it('removes the volume, and is done when it is asked again', async () => {
    const volumeId = await create('to delete');
    await rig.csi.call('DeleteVolume', { volumeId });
    expect((await rig.volumes()).map(({ client_name }) => client_name)).not.toContain('to delete');
    await rig.csi.call('DeleteVolume', { volumeId });
  });

  it.each([
    ['without an id', () => '', 'INVALID_ARGUMENT'],
    ['of an id that is none of ours', () => 'nonsense', 'OK'],
    ['of no volume of a cluster', () => unknownId(rig.clusters[0]), 'OK'],
    ['of a cluster that no server has', () => unknownId(), 'FAILED_PRECONDITION'],
  ])('%s', async (_what, id, code) => {
    expect(await rig.csi.codeOf('DeleteVolume', { volumeId: id() })).toBe(code);
  });

  it('of an id whose cluster is another one’s leaves the volume alone', async () => {
    const volumeId = await create('stays');
    const [cluster, id = ''] = volumeId.split('-');
    const other = rig.clusters.find((one) => one !== cluster);
    await rig.csi.call('DeleteVolume', { volumeId: `${other}-${id}` });
    expect((await rig.volumes()).map((volume) => volume.id)).toContain(id);
  });

  it('of a volume that hosts block volumes is FAILED_PRECONDITION', async () => {
    const body = { size: 5, block: true, durability: { type: 'none' } };
    const { location } = await rig.http.send('POST', '/volumes', body);
    await rig.http.settled(String(location).slice('/queue/'.length));
    const hosting = (await rig.volumes()).find((volume) => 'block' in volume);
    expect(hosting).toBeDefined();
    const volumeId = `${hosting?.cluster}-${hosting?.id}`;
    expect(await rig.csi.codeOf('DeleteVolume', { volumeId })).toBe('FAILED_PRECONDITION');
    expect((await rig.volumes()).map(({ id }) => id)).toContain(hosting?.id);
  });

  it('twice at once is ABORTED for one of them', async () => {
    const volumeId = await create('twice');
    const codes = await Promise.all([1, 2, 3].map(() => rig.csi.codeOf('DeleteVolume', { volumeId })));
    expect(codes.toSorted()).toEqual(['ABORTED', 'ABORTED', 'OK']);
  });
});

describe('ControllerExpandVolume', () => {
  it('makes the volume as large as is required, and no larger when it is asked again', async () => {
    const volumeId = await create('to expand');
    for (let i = 0; i < 2; i++) {
      expect(
        await rig.csi.call('ControllerExpandVolume', { volumeId, ...range(3), volumeCapability: MOUNTED }),
      ).toEqual({
        capacityBytes: gib(3),
        nodeExpansionRequired: false,
      });
    }
    expect(await rig.csi.call('ControllerExpandVolume', { volumeId, ...range(2) })).toMatchObject({
      capacityBytes: gib(3),
    });
    const [, id] = volumeId.split('-');
    expect((await rig.volumes()).find((volume) => volume.id === id)?.size).toBe(3);
  });

  it.each([
    ['without an id', () => '', range(2), 'INVALID_ARGUMENT'],
    ['without a size', () => unknownId(rig.clusters[0]), {}, 'INVALID_ARGUMENT'],
    [
      'as a block device',
      () => unknownId(rig.clusters[0]),
      { ...range(2), volumeCapability: BLOCK },
      'INVALID_ARGUMENT',
    ],
    ['of an id that is none of ours', () => 'nonsense', range(2), 'NOT_FOUND'],
    ['of no volume of a cluster', () => unknownId(rig.clusters[0]), range(2), 'NOT_FOUND'],
    ['of a cluster that no server has', () => unknownId(), range(2), 'FAILED_PRECONDITION'],
  ])('%s', async (_what, id, request, code) => {
    expect(await rig.csi.codeOf('ControllerExpandVolume', { volumeId: id(), ...request })).toBe(code);
  });

  it('below the size that it has is OUT_OF_RANGE', async () => {
    const volumeId = await create('no shrinking', range(3));
    expect(await rig.csi.codeOf('ControllerExpandVolume', { volumeId, capacityRange: { limitBytes: gib(2) } })).toBe(
      'OUT_OF_RANGE',
    );
  });

  it('beyond what there is is RESOURCE_EXHAUSTED, and changes nothing', async () => {
    const volumeId = await create('too large');
    expect(await rig.csi.codeOf('ControllerExpandVolume', { volumeId, ...range(100_000) })).toBe('RESOURCE_EXHAUSTED');
    expect((await rig.csi.call('ControllerGetVolume', { volumeId })).volume.capacityBytes).toBe(gib(1));
  });

  it('at once with another call on the volume is ABORTED for one of them', async () => {
    const volumeId = await create('at once');
    const codes = await Promise.all(
      [1, 2].map(() => rig.csi.codeOf('ControllerExpandVolume', { volumeId, ...range(2) })),
    );
    expect(codes.toSorted()).toEqual(['ABORTED', 'OK']);
  });
});

describe('ControllerGetVolume', () => {
  it('tells the size, and that all is well', async () => {
    const volumeId = await create('to get', range(2));
    expect(await rig.csi.call('ControllerGetVolume', { volumeId })).toMatchObject({
      volume: { volumeId, capacityBytes: gib(2) },
      status: { volumeCondition: { abnormal: false } },
    });
  });

  it('tells which node of its bricks is offline', async () => {
    const volumeId = await create('ill');
    const { nodes } = await clusterOf(volumeId);
    await setState(nodes[0], 'offline');
    const { status } = await rig.csi.call('ControllerGetVolume', { volumeId });
    await setState(nodes[0], 'online');
    expect(status.volumeCondition).toEqual({
      abnormal: true,
      message: expect.stringMatching(/is on h\d, which is offline/),
    });
  });

  it.each([
    ['without an id', () => '', 'INVALID_ARGUMENT'],
    ['of an id that is none of ours', () => 'nonsense', 'NOT_FOUND'],
    ['of no volume of a cluster', () => unknownId(rig.clusters[0]), 'NOT_FOUND'],
  ])('%s', async (_what, id, code) => {
    expect(await rig.csi.codeOf('ControllerGetVolume', { volumeId: id() })).toBe(code);
  });
});

describe('ValidateVolumeCapabilities', () => {
  it('confirms what volumes can, with the context and parameters that it was given', async () => {
    const { volume } = await rig.csi.call('CreateVolume', createRequest('to validate'));
    const asked = { volumeContext: volume.volumeContext, parameters: { volumetype: 'replicate:3' } };
    const { confirmed, message } = await rig.csi.call('ValidateVolumeCapabilities', {
      volumeId: volume.volumeId,
      volumeCapabilities: [MOUNTED],
      ...asked,
    });
    expect(confirmed).toMatchObject({ ...asked, volumeCapabilities: [{ accessMode: MOUNTED.accessMode }] });
    expect(message).toBe('');
  });

  it.each([
    ['a block device', { volumeCapabilities: [MOUNTED, BLOCK] }, /no block devices/],
    ['the context of another volume', { volumeContext: { volume: 'other' } }, /names the volume "other"/],
    ['parameters that there are not', { parameters: { a: 'b' } }, /"a" is not known/],
    ['parameters of another kind', { parameters: { volumetype: 'none' } }, /durability is replicate:3, not none/],
    ['parameters that could be modified', { mutableParameters: { a: 'b' } }, /mutable_parameters/],
    ['a mode of a later version', { volumeCapabilities: [{ ...MOUNTED, accessMode: { mode: 99 } }] }, /mode 99/],
  ])('says why it does not confirm %s', async (_what, request, reason) => {
    const volumeId = await create('not validated');
    const answer = await rig.csi.call('ValidateVolumeCapabilities', {
      volumeId,
      volumeCapabilities: [MOUNTED],
      ...request,
    });
    expect(answer).toEqual({ confirmed: null, message: expect.stringMatching(reason) });
    expect(Buffer.byteLength(answer.message)).toBeLessThanOrEqual(128);
  });

  it.each([
    ['without an id', () => '', [MOUNTED], 'INVALID_ARGUMENT'],
    ['without capabilities', () => unknownId(rig.clusters[0]), [], 'INVALID_ARGUMENT'],
    ['of no volume', () => unknownId(rig.clusters[0]), [MOUNTED], 'NOT_FOUND'],
  ])('%s', async (_what, id, volumeCapabilities, code) => {
    expect(await rig.csi.codeOf('ValidateVolumeCapabilities', { volumeId: id(), volumeCapabilities })).toBe(code);
  });
});

describe('ListVolumes', () => {
  async function list(maxEntries: number, startingToken = ''): Promise<{ ids: string[]; nextToken: string }> {
    const { entries, nextToken } = await rig.csi.call('ListVolumes', { maxEntries, startingToken });
    return { ids: entries.map(({ volume }: { volume: { volumeId: string } }) => volume.volumeId), nextToken };
  }

  it('has every volume once, in pages of any size', async () => {
    for (let i = 0; i < 5; i++) await create(`listed ${i}`);
    const all = (await rig.volumes())
      .filter((volume) => !('block' in volume))
      .map(({ id, cluster }) => `${cluster}-${id}`);
    expect((await list(0)).ids.toSorted()).toEqual(all.toSorted());
    for (const size of [1, 2, all.length, all.length + 1]) {
      const seen: string[] = [];
      for (let token = '', pages = 0; pages === 0 || token !== ''; pages++) {
        const page = await list(size, token);
        expect(page.ids.length).toBeLessThanOrEqual(size);
        seen.push(...page.ids);
        token = page.nextToken;
      }
      expect(seen.toSorted()).toEqual(all.toSorted());
    }
  });

  it('goes on from a token whose volume was deleted, and after a new start of both', async () => {
    const before = (await list(0)).ids;
    const first = await list(3);
    await rig.csi.call('DeleteVolume', { volumeId: first.ids.at(-1) });
    await rig.restartServer();
    await rig.restartDriver();
    const rest = await list(0, first.nextToken);
    expect([...first.ids, ...rest.ids]).toEqual(before);
  });

  it('tells the condition of each', async () => {
    const { entries } = await rig.csi.call('ListVolumes', {});
    for (const { status } of entries) expect(status.volumeCondition).toMatchObject({ abnormal: false });
  });

  it.each([
    ['a token that is none is ABORTED', { startingToken: 'nonsense' }, 'ABORTED'],
    ['fewer than no entries are INVALID_ARGUMENT', { maxEntries: -1 }, 'INVALID_ARGUMENT'],
  ])('%s', async (_what, request, code) => {
    expect(await rig.csi.codeOf('ListVolumes', request)).toBe(code);
  });
});

describe('GetCapacity', () => {
  it('is the largest volume that fits, which then does, and no larger one', async () => {
    const parameters = { clusterid: rig.clusters[0] ?? '', volumetype: 'replicate:3' };
    const { availableCapacity, maximumVolumeSize } = await rig.csi.call('GetCapacity', { parameters });
    expect(maximumVolumeSize.value).toBe(availableCapacity);
    const more = { capacityRange: { requiredBytes: String(BigInt(availableCapacity) + 1n) }, parameters };
    expect(await rig.csi.codeOf('CreateVolume', createRequest('more', more))).toBe('RESOURCE_EXHAUSTED');
    const most = { capacityRange: { requiredBytes: availableCapacity }, parameters };
    const volumeId = await create('most', most);
    await rig.csi.call('DeleteVolume', { volumeId });
  });

  it('depends on the volume type', async () => {
    const of = async (volumetype: string) =>
      BigInt((await rig.csi.call('GetCapacity', { parameters: { volumetype } })).availableCapacity);
    expect(await of('none')).toBeGreaterThan(await of('replicate:3'));
    expect(await of('disperse:8:4')).toBe(0n);
  });

  it.each([
    [
      'a zone that has storage',
      { accessibleTopology: { segments: { 'topology.glusterfs.csi.mortar/zone': '2' } } },
      true,
    ],
    [
      'a zone that has none',
      { accessibleTopology: { segments: { 'topology.glusterfs.csi.mortar/zone': '99' } } },
      false,
    ],
    ['a topology of another driver', { accessibleTopology: { segments: { rack: '2' } } }, false],
    ['a block device', { volumeCapabilities: [BLOCK] }, false],
    ['nothing in particular', {}, true],
  ])('of %s', async (_what, request, isThere) => {
    const { availableCapacity } = await rig.csi.call('GetCapacity', request);
    expect(availableCapacity !== '0').toBe(isThere);
  });

  it('is none where no server is named: a create would be refused', async () => {
    await rig.restartDriver(['--controller']);
    try {
      expect(await rig.csi.call('GetCapacity', {})).toMatchObject({ availableCapacity: '0', maximumVolumeSize: null });
      expect(await rig.csi.codeOf('CreateVolume', createRequest('nowhere'))).toBe('INVALID_ARGUMENT');
      const { availableCapacity } = await rig.csi.call('GetCapacity', { parameters: { resturl: rig.base } });
      expect(availableCapacity).not.toBe('0');
    } finally {
      await rig.restartDriver(['--controller', '--server', rig.base]);
    }
  });

  it('of parameters that are none is INVALID_ARGUMENT', async () => {
    expect(await rig.csi.codeOf('GetCapacity', { parameters: { a: 'b' } })).toBe('INVALID_ARGUMENT');
  });
});

async function clusterOf(volumeId: string): Promise<{ nodes: string[] }> {
  return JSON.parse((await rig.http.send('GET', `/clusters/${volumeId.split('-')[0]}`)).text);
}

async function setState(node: string | undefined, state: string): Promise<void> {
  const { location } = await rig.http.send('POST', `/nodes/${node}/state`, { state });
  await rig.http.settled(String(location).slice('/queue/'.length));
}
