import { describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { differences } from '../support/differences.js';
import {
  answerOf,
  done,
  loadTopology,
  type Pool,
  records,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

const deviceOf = (pool: Pool, host: string) =>
  pool.store.read(async (tx) => {
    const node = await tx.nodes.findByManageName(host);
    const [device] = node ? await tx.devices.listByNode(node.id) : [];
    if (!device) throw new Error(`${host} has no device`);
    return device;
  });

function withVolume(work: (pool: Pool, hosts: SimulatedHosts, volumeId: Id) => Promise<void>): Promise<void> {
  const hosts = strictHosts(3, 1);
  return withPool(hosts, async (pool) => {
    await loadTopology(pool, 3, 1);
    const location = await done(pool, await pool.operations.createVolume(volumeRequest()));
    await work(pool, hosts, location.slice(location.lastIndexOf('/') + 1));
  });
}

function withFailedDevice(work: (pool: Pool, hosts: SimulatedHosts, deviceId: Id) => Promise<void>): Promise<void> {
  const hosts = strictHosts(1, 1);
  return withPool(hosts, async (pool) => {
    await loadTopology(pool, 1, 1);
    const { id } = await deviceOf(pool, 'h1');
    for (const state of ['offline', 'failed'] as const)
      await done(pool, await pool.operations.setDeviceState(id, state));
    await work(pool, hosts, id);
  });
}

describe('a volume that is deleted while a disk is away', () => {
  it('leaves its brick there with its space until the disk is back', () =>
    withVolume(async (pool, hosts, id) => {
      const { usedKib } = await deviceOf(pool, 'h1');
      hosts.setDisksAway('h1', true);
      await done(pool, await pool.operations.deleteVolume(id));
      await pool.recovery.run();
      expect(await records(pool)).toMatchObject([{ actions: [{ change: 'delete-brick' }] }]);
      expect((await deviceOf(pool, 'h1')).usedKib).toBe(usedKib);

      hosts.setDisksAway('h1', false);
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      expect((await deviceOf(pool, 'h1')).usedKib).toBe(0);
      expect(await differences(pool.store, hosts)).toEqual([]);
    }));

  it('that never comes back is given up with its device', () =>
    withVolume(async (pool, hosts, id) => {
      hosts.setDisksAway('h1', true);
      await done(pool, await pool.operations.deleteVolume(id));
      const device = await deviceOf(pool, 'h1');
      for (const state of ['offline', 'failed'] as const)
        await done(pool, await pool.operations.setDeviceState(device.id, state));
      await done(pool, await pool.operations.deleteDevice(device.id, true));
      expect(await records(pool)).toEqual([]);
      expect(await pool.store.read((tx) => tx.bricks.list())).toEqual([]);
    }));
});

describe('a device that is deleted', () => {
  it.each([' vgs ', 'udevadm', ' pvs '])('goes although %s answers errors', (match) =>
    withFailedDevice(async (pool, hosts, id) => {
      hosts.setFaults([
        { kind: 'fail', match, times: 99, exitCode: 5, stderr: '  Internal error: something is wrong' },
      ]);
      await done(pool, await pool.operations.deleteDevice(id, false));
      hosts.setFaults([]);
      expect(await records(pool)).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
    }),
  );

  it('stays free to be deleted again when lvm answers nothing but errors', () =>
    withFailedDevice(async (pool, hosts, id) => {
      const stderr = '  Internal error: something is wrong';
      hosts.setFaults([{ kind: 'fail', match: 'lvm (?:vg|pv)', times: 99, exitCode: 5, stderr }]);
      expect((await answerOf(pool, await pool.operations.deleteDevice(id, false))).error).toContain('Internal error');
      expect(await records(pool)).toEqual([]);
      hosts.setFaults([]);
      await done(pool, await pool.operations.deleteDevice(id, false));
      expect(await differences(pool.store, hosts)).toEqual([]);
    }));

  it('is refused while its disk is away, and given up by force', () =>
    withFailedDevice(async (pool, hosts, id) => {
      hosts.setDisksAway('h1', true);
      const { error } = await answerOf(pool, await pool.operations.deleteDevice(id, false));
      expect(error).toMatch(/shows neither volume group .* nor its disk/);
      expect(await records(pool)).toEqual([]);
      await done(pool, await pool.operations.deleteDevice(id, true));
      expect(await pool.store.read((tx) => tx.devices.list())).toEqual([]);
    }));

  it('by force takes over what an earlier attempt left waiting for the disk', () =>
    withFailedDevice(async (pool, hosts, id) => {
      // The group goes, and the disk with the answer.
      hosts.setFaults([{ kind: 'lose-link', match: 'vgremove', after: true }]);
      const ticket = await pool.operations.deleteDevice(id, false);
      hosts.setDisksAway('h1', true);
      await answerOf(pool, ticket);
      expect(await records(pool)).toMatchObject([{ type: 'delete-device', status: 'failed' }]);
      await expect(pool.operations.deleteDevice(id, false)).rejects.toThrow('is being changed by operation');
      await done(pool, await pool.operations.deleteDevice(id, true));
      expect(await records(pool)).toEqual([]);
      expect(await pool.store.read((tx) => tx.devices.list())).toEqual([]);
    }));
});

describe('a device that is added while its disk goes away', () => {
  it('is taken back when the disk is back', () => {
    const hosts = strictHosts(1, 2);
    return withPool(hosts, async (pool) => {
      await loadTopology(pool, 1, 1);
      const { nodeId } = await deviceOf(pool, 'h1');
      hosts.setFaults([{ kind: 'hold', match: 'vgdisplay' }]);
      const request = { nodeId, name: '/dev/sdc', mayDestroyData: false, tags: {} };
      const ticket = await pool.operations.addDevice(request);
      await hosts.held.reached();
      hosts.setDisksAway('h1', true);
      hosts.held.release(true);
      expect((await answerOf(pool, ticket)).error).not.toBeNull();
      expect(await records(pool)).toMatchObject([{ type: 'add-device' }]);
      hosts.setDisksAway('h1', false);
      await pool.recovery.run();
      expect(await records(pool)).toEqual([]);
      expect(await differences(pool.store, hosts)).toEqual([]);
    });
  });
});
