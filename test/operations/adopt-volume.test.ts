import { describe, expect, it } from 'vitest';
import { gibToKib } from '../../src/domain/size.js';
import type { GlusterVolume } from '../../src/executors/commands/gluster/gluster-volume.js';
import { type AdoptedVolume, adoptVolume, type Place } from '../../src/operations/adoption/adopt-volume.js';
import type { FoundBlocks } from '../../src/operations/adoption/found-pool.js';
import { device, node } from '../store/records.js';

const id = (digit: string): string => digit.repeat(32);
const VG = `vg_${id('d')}`;
const MOUNT = `/var/lib/heketi/mounts/${VG}/brick_${id('b')}`;

function found(changes: Partial<GlusterVolume> = {}): GlusterVolume {
  return {
    name: 'v',
    id: '01234567-89ab-cdef-0123-456789abcdef',
    status: 1,
    type: 0,
    snapshotCount: 0,
    brickCount: 1,
    replicaCount: 1,
    arbiterCount: 0,
    disperseCount: 0,
    redundancyCount: 0,
    bricks: [brickAt(`${MOUNT}/brick`)],
    options: [{ name: 'user.heketi.id', value: id('f') }],
    ...changes,
  };
}

const LV = `/dev/mapper/${VG}-brick_${id('b')}`;

const brickAt = (path: string, host = 's1') => ({ name: `${host}:${path}`, hostUuid: '', isArbiter: false });
const lv = (lvName: string) => ({
  lvName,
  poolName: `tp_${id('7')}`,
  sizeKib: gibToKib(10),
  poolKib: gibToKib(10),
  poolMetadataKib: 53_248,
});

function place(changes: Partial<Place['member']> = {}): Place {
  const lvm = { groups: [], unsteady: new Set<string>(), members: [], volumes: [] };
  return {
    node: node('a1', { storageNames: ['s1'] }),
    devices: [device(id('d'), { nodeId: 'a1' })],
    member: {
      volumes: [],
      peers: [],
      lvm,
      mounts: [{ source: LV, target: MOUNT }],
      groups: [
        {
          deviceId: id('d'),
          pvNames: ['/dev/sdb'],
          pvUuid: 'x',
          paths: [],
          extentKib: 4096,
          thinVolumes: [lv(`brick_${id('b')}`), lv('copy_0')],
        },
      ],
      gids: new Map([[`${MOUNT}/brick`, 2000]]),
      ...changes,
    },
  };
}

function adopt(
  volume: GlusterVolume,
  {
    places = [place()],
    blocks = null,
    taken = [],
  }: { places?: Place[]; blocks?: FoundBlocks | null; taken?: string[] } = {},
): AdoptedVolume {
  return adoptVolume(volume, { clusterId: 'c1', places, blocks }, { averageFileKib: 64 }, new Set(taken));
}

describe('a volume of gluster’s', () => {
  it('has its records from names and sizes', () => {
    const { volume, bricks, remarks } = adopt(found());
    expect(volume).toMatchObject({ id: id('f'), name: 'v', sizeGib: 10, gid: 2000, options: [], snapshotFactor: 1 });
    expect(bricks).toEqual([
      expect.objectContaining({
        id: id('b'),
        deviceId: id('d'),
        nodeId: 'a1',
        volumeId: id('f'),
        path: `${MOUNT}/brick`,
        thinPool: `tp_${id('7')}`,
        lv: '',
        sizeKib: gibToKib(10),
      }),
    ]);
    expect(remarks).toEqual([]);
  });

  it('that is not mounted, after a restart of its host, is known by the names of its bricks', () => {
    expect(adopt(found(), { places: [place({ mounts: [] })] }).bricks[0]?.id).toBe(id('b'));
  });

  it('whose bricks have other paths is known by what is mounted there', () => {
    const path = '/run/gluster/snaps/0123/brick1/brick';
    const mounts = [{ source: `/dev/mapper/${VG}-copy_0`, target: '/run/gluster/snaps/0123/brick1' }];
    const { bricks } = adopt(found({ bricks: [brickAt(path)] }), { places: [place({ mounts })] });
    expect(bricks[0]).toMatchObject({ path, lv: 'copy_0', thinPool: `tp_${id('7')}` });
    expect(bricks[0]?.id).not.toBe(id('b'));
  });

  it('has the id of its name before that of its option, which a clone takes from its source', () => {
    expect(adopt(found({ name: `vol_${id('e')}` })).volume.id).toBe(id('e'));
    const { volume, remarks } = adopt(found(), { taken: [id('f')] });
    expect(volume.id).not.toBe(id('f'));
    expect(remarks).toEqual(['its id is new: gluster does not know the one that it had']);
  });

  it('hosts block volumes where gluster-block has worked, or its group of options is set', () => {
    const options = ['features.shard on', 'user.cifs off', 'server.allow-insecure on'].map((text) => {
      const [name = '', value = ''] = text.split(' ');
      return { name, value };
    });
    expect(adopt(found({ options })).volume).toMatchObject({
      isBlockHosting: true,
      blockInfo: { freeGib: 9, reservedGib: 1, restriction: '' },
    });
    const info = { name: `blockvol_${id('c')}`, hostingVolume: 'v', iqn: 'iqn:1', username: 'u', password: 'p' };
    const size = { haCount: 2, sizeGib: 4, sizeText: '4.0 GiB', behind: new Map(), hosts: ['s1'], failedHosts: [] };
    const { volume, blockVolumes } = adopt(found(), { blocks: { infos: [{ ...info, ...size }], failure: null } });
    expect(volume.blockInfo).toEqual({ freeGib: 5, reservedGib: 1, restriction: '' });
    expect(blockVolumes).toEqual([
      expect.objectContaining({ id: id('c'), hostingVolumeId: id('f'), sizeGib: 4, hasAuth: true, username: 'u' }),
    ]);
  });
});

describe('is not taken over', () => {
  const twice = [brickAt(`${MOUNT}/brick`), brickAt(`${MOUNT}/brick`)];
  it.each<[string, GlusterVolume, Parameters<typeof adopt>[1], RegExp]>([
    ['a volume of half a set', found({ replicaCount: 2 }), {}, /its 1 bricks are not whole sets of 2/],
    [
      'a brick on a host that is no node',
      found({ bricks: [brickAt('/b', 's9')] }),
      {},
      /s9 is the first storage name of no node/,
    ],
    [
      'a directory on the root file system',
      found({ bricks: [brickAt('/srv/x')] }),
      {},
      /its file system is not mounted/,
    ],
    [
      'a brick of another file system than its name says',
      found(),
      { places: [place({ mounts: [{ source: '/dev/sdx', target: MOUNT }] })] },
      /\/dev\/sdx is mounted there, and not/,
    ],
    [
      'a brick whose logical volume is gone',
      found(),
      { places: [place({ groups: [] })] },
      /is not a thin volume on a device/,
    ],
    [
      'a brick on a device that is not known',
      found(),
      { places: [{ ...place(), devices: [] }] },
      /is not a thin volume on a device/,
    ],
    ['a brick that another volume has', found(), { taken: [id('b')] }, /is another volume's already/],
    ['two bricks in one place', found({ bricks: twice }), {}, /is another volume's already/],
    [
      'two bricks on one logical volume that is mounted twice',
      found({ bricks: [brickAt(`${MOUNT}/brick`), brickAt('/mnt/brick')] }),
      { places: [place({ mounts: [MOUNT, '/mnt'].map((target) => ({ source: LV, target })) })] },
      /brick_b{32} of its brick \/mnt\/brick is another brick's already/,
    ],
    [
      'a volume of which gluster-block does not tell',
      found(),
      { blocks: { infos: [], failure: 'timed out' } },
      /timed out/,
    ],
  ])('%s', (_what, volume, pool, reason) => {
    expect(() => adopt(volume, pool)).toThrow(reason);
  });
});
