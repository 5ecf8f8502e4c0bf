import { expect, it } from 'vitest';
import type { VolumeInfo } from '../../src/client/wire.js';
import { Groups } from '../../src/csi/controller/groups.js';
import type { VolumeServer } from '../../src/csi/servers/volume-server.js';

const RANGE = { min: 2000, max: 2003 };

/** A server as one of its users sees it. `looking` is awaited by who asks for its volumes, after they were read. */
function serverOf(gids: readonly number[], looking: () => Promise<void> = async () => undefined): VolumeServer {
  const access = { url: 'http://h', user: String(Math.random()), key: '', certificates: [] };
  return {
    access,
    volumeIds: async () => gids.map(String),
    async volumes() {
      const volumes = gids.map((gid) => ({ gid }) as VolumeInfo);
      await looking();
      return volumes;
    },
  } as unknown as VolumeServer;
}

it('creates that run at once get groups of their own, also by different users of a server', async () => {
  const groups = new Groups();
  const both = [1, 2].map(() => groups.using(serverOf([2000]), RANGE, async (gid) => gid));
  expect((await Promise.all(both)).toSorted()).toEqual([2001, 2002]);
});

it('a create that began and ended while another one looked at the volumes keeps its group', async () => {
  const groups = new Groups();
  const first = { gid: 0 };
  const server = serverOf([], async () => {
    first.gid = await groups.using(serverOf([]), RANGE, async (gid) => gid);
  });
  const second = await groups.using(server, RANGE, async (gid) => gid);
  expect([first.gid, second]).toEqual([2000, 2001]);
});

it('a group is free again when its create has ended without a volume', async () => {
  const groups = new Groups();
  const failing = groups.using(serverOf([]), { min: 2000, max: 2000 }, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await groups.using(serverOf([]), { min: 2000, max: 2000 }, async (gid) => gid)).toBe(2000);
});

it('when all are in use that is RESOURCE_EXHAUSTED', async () => {
  const groups = new Groups();
  const used = serverOf([2000, 2001, 2002, 2003]);
  await expect(groups.using(used, RANGE, async (gid) => gid)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
});
