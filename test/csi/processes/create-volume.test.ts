import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CsiRig, START_LIMIT_MS } from '../support/csi-rig.js';
import { createRequest, gib, MOUNTED, unknownId } from '../support/requests.js';

let rig: CsiRig;

beforeAll(async () => {
  rig = await CsiRig.start();
}, START_LIMIT_MS);

afterAll(() => rig?.remove());

async function create(name: string, overrides: object = {}) {
  return (await rig.csi.call('CreateVolume', createRequest(name, overrides))).volume;
}

async function onServer(volumeId: string) {
  const [, id] = volumeId.split('-');
  return (await rig.volumes()).find((volume) => volume.id === id);
}

describe('a request that lacks something, or is none', () => {
  it.each([
    ['without a name', { name: '' }],
    ['without capabilities', { volumeCapabilities: [] }],
    [
      'with a capability that has no access type',
      { volumeCapabilities: [{ accessMode: { mode: 'SINGLE_NODE_WRITER' } }] },
    ],
    ['with a capability that has no access mode', { volumeCapabilities: [{ mount: {} }] }],
    ['with an unknown access mode', { volumeCapabilities: [{ mount: {}, accessMode: { mode: 'UNKNOWN' } }] }],
    ['for a block device', { volumeCapabilities: [{ block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } }] }],
    ['with an access mode of a later version', { volumeCapabilities: [{ mount: {}, accessMode: { mode: 99 } }] }],
    ['for another file system', { volumeCapabilities: [{ ...MOUNTED, mount: { fsType: 'xfs' } }] }],
    [
      'with a mount option that is two',
      { volumeCapabilities: [{ ...MOUNTED, mount: { mountFlags: ['ro -o log-file=/etc/passwd'] } }] },
    ],
    [
      'with a mount option that is the driver’s',
      { volumeCapabilities: [{ ...MOUNTED, mount: { mountFlags: ['log-file=/etc/x'] } }] },
    ],
    ['for a negative size', { capacityRange: { requiredBytes: '-1' } }],
    ['for no size at all', { capacityRange: { requiredBytes: '0', limitBytes: '0' } }],
    ['for more than its limit', { capacityRange: { requiredBytes: gib(2), limitBytes: gib(1) } }],
    ['with a name of 129 bytes', { name: 'x'.repeat(129) }],
    ['with a control character in its name', { name: 'a\u0007' }],
    ['with a parameter that no StorageClass had', { parameters: { replicas: '3' } }],
    ['with a volume type that there is not', { parameters: { volumetype: 'raid:5' } }],
    ['with only half a secret', { parameters: { secretName: 'x' } }],
    ['with a gid range upside down', { parameters: { gidMin: '3000', gidMax: '2500' } }],
    ['with a prefix that holds an underscore', { parameters: { volumenameprefix: 'a_b' } }],
    ['with a snapshot factor of 101', { parameters: { snapfactor: '101' } }],
    ['with a server that is no address', { parameters: { resturl: 'heketi:8080' } }],
    ['with mutable parameters', { mutableParameters: { a: 'b' } }],
    ['from a snapshot', { volumeContentSource: { snapshot: { snapshotId: 'x' } } }],
    ['from a source without a volume', { volumeContentSource: { volume: { volumeId: '' } } }],
    ['with a cluster that there is not', { parameters: { clusterid: 'f'.repeat(32) } }],
  ])('%s is INVALID_ARGUMENT, and makes nothing', async (_what, overrides) => {
    const before = await rig.volumes();
    expect(await rig.csi.codeOf('CreateVolume', createRequest('wrong', overrides))).toBe('INVALID_ARGUMENT');
    expect(await rig.volumes()).toEqual(before);
  });

  it.each([
    ['between two whole GiB', { requiredBytes: gib(1.25), limitBytes: gib(1.75) }],
    ['below one GiB', { requiredBytes: '1', limitBytes: String(2 ** 20) }],
  ])('for a size %s is OUT_OF_RANGE', async (_what, capacityRange) => {
    expect(await rig.csi.codeOf('CreateVolume', createRequest('odd', { capacityRange }))).toBe('OUT_OF_RANGE');
  });

  it('for less than its kind can have is OUT_OF_RANGE', async () => {
    const small = createRequest('small', { parameters: { volumetype: 'disperse:2:1' } });
    expect(await rig.csi.codeOf('CreateVolume', small)).toBe('OUT_OF_RANGE');
  });

  it.each([gib(100_000), String(2n ** 63n - 1n)])(
    'for more than there is (%s bytes) is RESOURCE_EXHAUSTED',
    async (requiredBytes) => {
      const large = createRequest('large', { capacityRange: { requiredBytes } });
      expect(await rig.csi.codeOf('CreateVolume', large)).toBe('RESOURCE_EXHAUSTED');
    },
  );
});

describe('a volume', () => {
  it('has its size, an id with its cluster, and what a node has to know', async () => {
    const volume = await create('plain', { capacityRange: { requiredBytes: gib(1.5), limitBytes: gib(2) } });
    const there = await onServer(volume.volumeId);
    expect(volume).toMatchObject({
      capacityBytes: gib(2),
      volumeId: `${there?.cluster}-${there?.id}`,
      volumeContext: { volume: there?.name, hosts: expect.stringMatching(/^10\.0\.0\.\d(,10\.0\.0\.\d){2}$/) },
      contentSource: null,
    });
    expect(there).toMatchObject({ size: 2, client_name: 'plain', durability: { type: 'replicate' } });
  });

  it('of no size has 1 GiB', async () => {
    expect(await create('least', { capacityRange: null })).toMatchObject({ capacityBytes: gib(1) });
  });

  it('may have any name that the specification allows', async () => {
    for (const name of ['Größe/💾 "x" \\ $(y)\n', 'y'.repeat(128), '../../etc', '__proto__'])
      expect(await onServer((await create(name)).volumeId)).toMatchObject({ client_name: name });
  });

  it('is as the parameters of its StorageClass say, in any case of their names', async () => {
    const [, second = ''] = rig.clusters;
    const parameters = {
      RestURL: rig.base,
      restUser: 'admin',
      restUserKey: 'x',
      restauthenabled: 'false',
      clusterid: second,
      gidMin: '40000',
      gidMax: '40001',
      volumetype: 'replicate:2',
      volumeoptions: 'client.ssl on, diagnostics.brick-log-level DEBUG',
      volumenameprefix: 'dept-dev',
      snapfactor: '1.5',
      customepnameprefix: 'my-ep',
      'csi.storage.k8s.io/pvc/name': 'data.web-0',
      'csi.storage.k8s.io/pvc/namespace': 'shop',
      'csi.storage.k8s.io/pv/name': 'pvc-1',
    };
    const first = await create('pvc-1', { parameters });
    expect(await onServer(first.volumeId)).toMatchObject({
      cluster: second,
      gid: 40000,
      name: 'dept-dev_shop_data-web-0_pvc-1',
      durability: { type: 'replicate', replicate: { replica: 2 } },
      snapshot: { enable: true, factor: 1.5 },
      glustervolumeoptions: expect.arrayContaining(['client.ssl on', 'diagnostics.brick-log-level DEBUG']),
    });
    expect(await create('pvc-1', { parameters })).toEqual(first);
    expect(await onServer((await create('pvc-2', { parameters })).volumeId)).toMatchObject({ gid: 40001 });
    expect(await rig.csi.codeOf('CreateVolume', createRequest('pvc-3', { parameters }))).toBe('RESOURCE_EXHAUSTED');
  });

  it('with a prefix has a name that gluster can make files of, and that no other one has, however long its claim is', async () => {
    const parameters = {
      volumenameprefix: 'p'.repeat(63),
      'csi.storage.k8s.io/pvc/name': 'c'.repeat(253),
      'csi.storage.k8s.io/pvc/namespace': 'n'.repeat(63),
    };
    const names = ['a'.repeat(128), `${'a'.repeat(127)}b`, 'pvc-long'];
    const made = [];
    for (const name of names) made.push((await onServer((await create(name, { parameters })).volumeId))?.name ?? '');
    expect(new Set(made).size).toBe(names.length);
    expect(made[2]).toMatch(/^p+_n+_c*_pvc-long$|^p+_n*_pvc-long$/);
    for (const name of made) expect(name.length).toBeLessThanOrEqual(110);
  });

  it.each([
    ['none', { type: 'none' }],
    ['replicate', { type: 'replicate', replicate: { replica: 3 } }],
    ['disperse:2:1', { type: 'disperse', disperse: { data: 2, redundancy: 1 } }],
  ])('of the type %s is made', async (volumetype, durability) => {
    const volume = await create(`type ${volumetype}`, {
      parameters: { volumetype },
      capacityRange: { requiredBytes: gib(4) },
    });
    expect(await onServer(volume.volumeId)).toMatchObject({ durability });
  });
});

describe('a name that a volume has', () => {
  it('is answered with that volume, also from a driver and a server that were started anew', async () => {
    const first = await create('same', { capacityRange: { requiredBytes: gib(2) } });
    await rig.restartServer();
    expect(await create('same', { capacityRange: { requiredBytes: gib(2) } })).toEqual(first);
    await rig.restartDriver();
    expect(await create('same', { capacityRange: { requiredBytes: gib(1), limitBytes: gib(2) } })).toEqual(first);
    expect((await rig.volumes()).filter(({ client_name }) => client_name === 'same')).toHaveLength(1);
  });

  it.each([
    ['a larger size', { capacityRange: { requiredBytes: gib(3) } }],
    ['a smaller limit', { capacityRange: { requiredBytes: gib(1), limitBytes: gib(1) } }],
    ['another type', { parameters: { volumetype: 'replicate:2' } }],
    ['an option that it lacks', { parameters: { volumeoptions: 'client.ssl on' } }],
    ['another snapshot factor', { parameters: { snapfactor: '2' } }],
    ['a group', { parameters: { gidMin: '2000' } }],
  ])('and is asked for with %s is ALREADY_EXISTS', async (_what, overrides) => {
    const request = { capacityRange: { requiredBytes: gib(2) } };
    await create('taken', request);
    expect(await rig.csi.codeOf('CreateVolume', createRequest('taken', { ...request, ...overrides }))).toBe(
      'ALREADY_EXISTS',
    );
  });

  it('and is asked for in a cluster that it is not in is ALREADY_EXISTS', async () => {
    const { volumeId } = await create('here');
    const other = rig.clusters.find((cluster) => !volumeId.startsWith(cluster));
    const request = createRequest('here', { parameters: { clusterid: other } });
    expect(await rig.csi.codeOf('CreateVolume', request)).toBe('ALREADY_EXISTS');
  });

  it('and was deleted is free again', async () => {
    const first = await create('again');
    await rig.csi.call('DeleteVolume', { volumeId: first.volumeId });
    const second = await create('again', { capacityRange: { requiredBytes: gib(2) } });
    expect(second.volumeId).not.toBe(first.volumeId);
    expect(second.capacityBytes).toBe(gib(2));
  });

  it('is not asked for twice at once: ABORTED, and one volume', async () => {
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => rig.csi.codeOf('CreateVolume', createRequest('at once'))),
    );
    expect(codes.filter((code) => code === 'OK')).toHaveLength(1);
    expect(codes.filter((code) => code === 'ABORTED')).toHaveLength(4);
    expect((await rig.volumes()).filter(({ client_name }) => client_name === 'at once')).toHaveLength(1);
  });

  it('of ours for gluster, which another volume has, is ALREADY_EXISTS', async () => {
    for (const cluster of rig.clusters) {
      const body = { size: 1, name: 'dept_by-hand', clusters: [cluster], durability: { type: 'none' } };
      const { location } = await rig.http.send('POST', '/volumes', body);
      await rig.http.settled(String(location).slice('/queue/'.length));
    }
    const request = createRequest('by-hand', { parameters: { volumenameprefix: 'dept' } });
    expect(await rig.csi.codeOf('CreateVolume', request)).toBe('ALREADY_EXISTS');
  });
});

describe('a clone', () => {
  const from = (volumeId: string) => ({ volumeContentSource: { volume: { volumeId } } });

  it('has its source’s content and size, and says so at every try', async () => {
    const source = await create('source', { capacityRange: { requiredBytes: gib(2) } });
    const clone = await create('clone', { ...from(source.volumeId), capacityRange: { requiredBytes: gib(2) } });
    expect(clone).toMatchObject({ capacityBytes: gib(2), contentSource: { volume: { volumeId: source.volumeId } } });
    expect(await onServer(clone.volumeId)).toMatchObject({ cloned_from: source.volumeId.split('-')[1] });
    expect(await create('clone', { ...from(source.volumeId), capacityRange: { requiredBytes: gib(2) } })).toEqual(
      clone,
    );
  });

  it('is of its source’s kind: a class that makes another one is refused, as often as it asks', async () => {
    const parameters = { volumetype: 'replicate:2', snapfactor: '1.5', gidMin: '50000' };
    const source = await create('of a kind', { parameters });
    const same = { ...from(source.volumeId), parameters };
    const clone = await create('same kind', same);
    expect(await create('same kind', same)).toEqual(clone);
    const before = await rig.volumes();
    for (const other of [
      {},
      { ...parameters, volumetype: 'none' },
      { ...parameters, gidMin: '60000' },
      { ...parameters, clusterid: rig.clusters.find((cluster) => !source.volumeId.startsWith(cluster)) },
    ]) {
      const request = createRequest('other kind', { ...same, parameters: other });
      expect(await rig.csi.codeOf('CreateVolume', request)).toBe('INVALID_ARGUMENT');
      const taken = createRequest('same kind', { ...same, parameters: other });
      expect(await rig.csi.codeOf('CreateVolume', taken)).toBe('ALREADY_EXISTS');
    }
    expect(await rig.volumes()).toEqual(before);
  });

  it('that is to be larger is expanded', async () => {
    const source = await create('small source');
    const larger = { ...from(source.volumeId), capacityRange: { requiredBytes: gib(4) } };
    expect(await create('larger clone', larger)).toMatchObject({ capacityBytes: gib(4) });
  });

  it('that must be smaller than its source is OUT_OF_RANGE', async () => {
    const source = await create('large source', { capacityRange: { requiredBytes: gib(4) } });
    const request = createRequest('smaller', { ...from(source.volumeId), capacityRange: { limitBytes: gib(2) } });
    expect(await rig.csi.codeOf('CreateVolume', request)).toBe('OUT_OF_RANGE');
  });

  it('of another source, or of none, under a name that is taken is ALREADY_EXISTS', async () => {
    const [one, two] = [await create('one'), await create('two')];
    await create('copy', from(one.volumeId));
    expect(await rig.csi.codeOf('CreateVolume', createRequest('copy', from(two.volumeId)))).toBe('ALREADY_EXISTS');
    expect(await rig.csi.codeOf('CreateVolume', createRequest('copy'))).toBe('ALREADY_EXISTS');
    expect(await rig.csi.codeOf('CreateVolume', createRequest('one', from(two.volumeId)))).toBe('ALREADY_EXISTS');
  });

  it.each([
    ['nonsense', () => 'nonsense'],
    ['no volume of a cluster', () => unknownId(rig.clusters[0])],
    ['no cluster of the server', () => unknownId()],
  ])('of %s is NOT_FOUND', async (_what, id) => {
    expect(await rig.csi.codeOf('CreateVolume', createRequest('of nothing', from(id())))).toBe('NOT_FOUND');
  });
});
