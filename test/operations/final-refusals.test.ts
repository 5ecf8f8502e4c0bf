import { describe, expect, it } from 'vitest';
import { answerOf, done, loadTopology, strictHosts, volumeRequest, withPool } from '../support/pool.js';

const TRIES = { settings: { volumeCreateRetries: 4 } };
const TOO_LONG = 'volume create: failed: Volume file path for volume x and brick path 10.0.0.1:/x is too long.';

describe('what gluster or mkfs refuses on any bricks', () => {
  it.each([
    ['a name that gluster finds too long', 'volume create', TOO_LONG, 'is too long'],
    ['an option it does not know', 'volume set', 'volume set: failed: option : no.such does not exist', 'no.such'],
    ['a file system that is too small', '^mkfs.xfs', 'Filesystem must be larger than 300MB.', 'average-file-size'],
    ['a log that is too small', '^mkfs.xfs', 'log size 4085 blocks too small, minimum size is 4608 blocks', 'log size'],
  ])('is not built five times: %s', (_, match, stderr, told) => {
    const hosts = strictHosts(3, 1);
    return withPool(
      hosts,
      async (pool) => {
        await loadTopology(pool, 3, 1);
        const before = hosts.state();
        // A second try would succeed: all bricks of the first one are refused at once.
        hosts.setFaults([{ kind: 'fail', match, stderr, times: match.startsWith('^') ? 3 : 1 }]);
        const { error } = await answerOf(pool, await pool.operations.createVolume(volumeRequest({ name: 'vol' })));
        expect(error).toContain(told);
        hosts.setFaults([]);
        expect(hosts.state().pools).toEqual(before.pools);
        expect(hosts.state().hosts.flatMap(({ mounts, fstab }) => [...mounts, ...fstab])).toEqual([]);
      },
      TRIES,
    );
  });

  it('is built anew after any other refusal', () => {
    const hosts = strictHosts(3, 1);
    return withPool(
      hosts,
      async (pool) => {
        await loadTopology(pool, 3, 1);
        hosts.setFaults([
          { kind: 'fail', match: 'volume create', stderr: 'volume create: failed: Host not connected' },
        ]);
        await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'vol' })));
      },
      TRIES,
    );
  });

  it('is built anew though gluster is busy for a while when the first try is taken back', () => {
    const hosts = strictHosts(3, 1);
    return withPool(
      hosts,
      async (pool) => {
        await loadTopology(pool, 3, 1);
        const busy = 'failed: Another transaction is in progress for vol. Please try again after some time.';
        hosts.setFaults([
          { kind: 'fail', match: 'volume set vol user.heketi.id', stderr: 'volume set: failed: no' },
          { kind: 'fail', match: 'volume delete vol', stderr: `volume delete: vol: ${busy}`, times: 3 },
        ]);
        await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'vol' })));
        expect(await pool.store.read((tx) => tx.operations.list())).toEqual([]);
      },
      TRIES,
    );
  });

  it('a name is the longest that glusterd can store for the longest host name among its bricks', () => {
    // vg_ID and brick_ID have 35 and 38 characters.
    const path = `/var/lib/heketi/mounts/${'v'.repeat(35)}/${'b'.repeat(38)}/brick`;
    const longest = 254 - '..10.0.0.1.vol'.length - path.length + 1;
    const hosts = strictHosts(3, 1);
    return withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const create = (length: number) => pool.operations.createVolume(volumeRequest({ name: 'v'.repeat(length) }));
      await expect(create(longest + 1)).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining(`at most ${longest} for a brick on 10.0.0.`),
      });
      await done(pool, await create(longest));
    });
  });

  it('an expansion to a node whose name is too long for it', () => {
    const hosts = strictHosts(2, 1);
    return withPool(hosts, async (pool) => {
      const clusterId = await loadTopology(pool, 1, 1);
      const durability = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 } as const;
      const request = volumeRequest({ name: 'v'.repeat(130), durability, sizeGib: 90 });
      const id = (await done(pool, await pool.operations.createVolume(request))).slice('/volumes/'.length);
      const node = { clusterId, zone: 1, manageNames: ['h2'], storageNames: ['a-name-beyond-20-characters'], tags: {} };
      const nodeId = (await done(pool, await pool.operations.addNode(node))).slice('/nodes/'.length);
      const device = { nodeId, name: '/dev/sdb', mayDestroyData: false, tags: {} };
      await done(pool, await pool.operations.addDevice(device));
      const commands = hosts.commandsRun;
      await expect(pool.operations.expandVolume(id, 50)).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('for a brick on a-name-beyond-20-characters'),
      });
      expect(hosts.commandsRun).toBe(commands);
    });
  });

  it.each([256, 167, 150])('a name of %i characters is refused before any brick is made', (length) => {
    const hosts = strictHosts(3, 1);
    return withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const commands = hosts.commandsRun;
      const creating = pool.operations.createVolume(volumeRequest({ name: 'v'.repeat(length) }));
      await expect(creating).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('shorter') });
      expect(hosts.commandsRun).toBe(commands);
      expect(await pool.store.read((tx) => tx.volumes.list())).toEqual([]);
    });
  });
});

describe('options with blanks around them, as storage classes have them', () => {
  it('mean the same to the server as to gluster', () => {
    const hosts = strictHosts(3, 1);
    return withPool(hosts, async (pool) => {
      await loadTopology(pool, 3, 1);
      const options = [
        'user.heketi.arbiter true ',
        ' user.heketi.average-file-size   1024',
        '\tuser.heketi.zone-checking none',
      ];
      const durability = { type: 'replicate' as const, replica: 3, disperseData: 0, disperseRedundancy: 0 };
      const location = await done(
        pool,
        await pool.operations.createVolume(volumeRequest({ name: 'vol', durability, options, sizeGib: 20 })),
      );
      const id = location.slice('/volumes/'.length);
      const bricks = await pool.store.read((tx) => tx.bricks.listByVolume(id));
      expect(bricks.filter(({ subType }) => subType === 'arbiter').map(({ sizeKib }) => sizeKib)).toEqual([20 * 1024]);
      const volume = await pool.store.read((tx) => tx.volumes.find(id));
      expect(volume?.options).toEqual([
        '',
        'user.heketi.arbiter true',
        'user.heketi.average-file-size 1024',
        'user.heketi.zone-checking none',
        '',
      ]);
    });
  });
});
