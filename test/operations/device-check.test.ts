import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Device } from '../../src/domain/device.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { DeviceCheckMonitor } from '../../src/operations/device-check/device-check-monitor.js';
import { DeviceConditions } from '../../src/operations/device-check/device-conditions.js';
import type { Logger } from '../../src/operations/logger.js';
import { deviceHolding } from '../support/device-holding.js';
import {
  answerOf,
  done,
  loadTopology,
  type Pool,
  SILENT,
  strictHosts,
  volumeRequest,
  withPool,
} from '../support/pool.js';

interface Scene {
  readonly hosts: SimulatedHosts;
  readonly pool: Pool;
  /** /dev/sdb of h1, which holds a brick. */
  readonly device: Device;
  readonly told: string[];
}

async function scene(work: (at: Scene) => Promise<void>): Promise<void> {
  const hosts = strictHosts(4, 1);
  const told: string[] = [];
  const tell = (_: object, message: string) => void told.push(message);
  const log: Logger = { ...SILENT, warn: tell, error: tell, info: tell, child: () => log };
  await withPool(
    new MockExecutor(hosts),
    async (pool) => {
      await loadTopology(pool, 4, 1);
      await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 20 })));
      const device = await deviceHolding(pool);
      await check({ hosts, pool, device, told });
      told.length = 0;
      await work({ hosts, pool, device, told });
    },
    { log },
  );
}

const check = ({ pool, device }: Scene, mayCorrect = true) => pool.deviceCheck.run(device.nodeId, mayCorrect);
const healthOf = ({ pool, device }: Scene) => pool.port.deviceHealth(device.id);
const booksOf = ({ pool, device }: Scene) => pool.store.read((tx) => tx.devices.find(device.id));

async function hostOf({ pool, device }: Scene): Promise<string> {
  const node = await pool.store.read((tx) => tx.nodes.find(device.nodeId));
  return node?.manageNames[0] ?? '';
}

async function onHost(at: Scene, line: string): Promise<void> {
  const [result] = await at.hosts.run(await hostOf(at), [{ argv: line.split(' '), timeoutMs: 1000 }]);
  if (result?.exitCode !== 0) throw new Error(result?.stderr);
}

describe('the check of devices', () => {
  it('finds a device well, and tells nothing of it again and again', () =>
    scene(async (at) => {
      for (let times = 0; times < 3; times++) await check(at);
      expect(await healthOf(at)).toMatchObject({ condition: 'ok', reason: '', command: null, bricksDown: [] });
      expect(at.told).toEqual([]);
      expect(await booksOf(at)).toEqual(at.device);
    }));

  it('takes less free space than was recorded into the books at once, and tells it once', () =>
    scene(async (at) => {
      await onHost(at, `lvcreate -y -L 30G -n theirs vg_${at.device.id}`);
      for (let times = 0; times < 3; times++) await check(at);
      expect((await booksOf(at))?.freeKib).toBe(at.device.freeKib - 30 * 1024 * 1024);
      expect(at.told).toEqual(['a device has less free space than was recorded: its host is believed']);
      expect((await healthOf(at)).notes).toEqual(['1 logical volume that no brick has takes 30.00 GiB: theirs']);
    }));

  it('only looks where it may not correct', () =>
    scene(async (at) => {
      await onHost(at, `lvcreate -y -L 30G -n theirs vg_${at.device.id}`);
      await check(at, false);
      expect(await booksOf(at)).toEqual(at.device);
      expect((await healthOf(at)).notes).toHaveLength(1);
    }));

  it('writes nothing once it was stopped', () =>
    scene(async (at) => {
      await onHost(at, `lvcreate -y -L 30G -n theirs vg_${at.device.id}`);
      await at.pool.deviceCheck.run(at.device.nodeId, true, AbortSignal.abort()).catch(() => undefined);
      expect(await booksOf(at)).toEqual(at.device);
    }));

  it('leaves the sizes of a device alone while bricks of it are being changed, and corrects them later', () =>
    scene(async (at) => {
      await onHost(at, `lvcreate -y -L 1G -n theirs vg_${at.device.id}`);
      const [brick] = await at.pool.store.read((tx) => tx.bricks.listByDevice(at.device.id));
      if (!brick) throw new Error('no brick');
      const pending = (pendingId: string | null) =>
        at.pool.store.write((tx) => tx.bricks.update({ ...brick, pendingId }));
      await pending('f'.repeat(32));
      await check(at);
      expect(await booksOf(at)).toEqual(at.device);
      await pending(null);
      await check(at);
      expect((await booksOf(at))?.freeKib).toBe(at.device.freeKib - 1024 * 1024);
    }));
});

describe('a disk that dies', () => {
  it('is told once, with the command that takes it out, and takes no new bricks until it is well', () =>
    scene(async (at) => {
      const { hosts, pool, device, told } = at;
      hosts.setDiskDead(await hostOf(at), '/dev/sdb', true);
      for (let times = 0; times < 3; times++) await check(at);
      expect(await healthOf(at)).toMatchObject({
        condition: 'broken',
        reason: expect.stringContaining(`lvm does not show volume group vg_${device.id}`) as string,
        bricksDown: [expect.any(String) as string],
        command: `heketi-cli device disable ${device.id} && heketi-cli device remove ${device.id}`,
      });
      expect(told).toEqual(['a device is broken: it takes no new bricks']);
      expect(await booksOf(at)).toEqual(device);

      // The other three hosts have room for exactly one volume of three bricks.
      await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 5 })));
      expect((await pool.store.read((tx) => tx.bricks.listByDevice(device.id))).length).toBe(1);
      const replica4 = { type: 'replicate', replica: 4, disperseData: 0, disperseRedundancy: 0 } as const;
      const refused = await pool.port.planVolume(volumeRequest({ sizeGib: 5, durability: replica4 }));
      expect(refused.fits).toBe(false);
      expect(refused.refusals[0]?.devices.nearest).toContainEqual(
        expect.objectContaining({
          deviceId: device.id,
          refusal: 'device-broken',
          detail: expect.stringContaining('lvm does not show') as string,
        }),
      );

      hosts.setDiskDead(await hostOf(at), '/dev/sdb', false);
      await check(at);
      expect(told.slice(1)).toEqual(['bricks of a device are down']);
      expect((await pool.port.planVolume(volumeRequest({ sizeGib: 5, durability: replica4 }))).fits).toBe(true);
    }));

  it('is not taken for dead, nor for well, when its host can not be asked', () =>
    scene(async (at) => {
      at.hosts.setHostUp(await hostOf(at), false);
      await check(at);
      expect(await healthOf(at)).toMatchObject({ condition: 'unknown', command: null });
      expect(at.pool.deviceCheck.conditions.troubles().has(at.device.id)).toBe(false);
      at.hosts.setHostUp(await hostOf(at), true);
      at.hosts.setDiskDead(await hostOf(at), '/dev/sdb', true);
      await check(at);
      at.hosts.setHostUp(await hostOf(at), false);
      await check(at);
      expect(await healthOf(at)).toMatchObject({ condition: 'unknown' });
      // What was known for sure is not forgotten by not being asked.
      expect(at.pool.deviceCheck.conditions.troubles().get(at.device.id)).toContain('lvm does not show');
    }));

  it.each([
    ['online', (id: string) => `heketi-cli device disable ${id} && heketi-cli device remove ${id}`],
    ['offline', (id: string) => `heketi-cli device remove ${id}`],
    ['failed', (id: string) => `heketi-cli device delete --force-forget ${id}`],
  ] as const)('is told with the command for a device that is %s', (state, command) =>
    scene(async (at) => {
      await at.pool.store.write((tx) => tx.devices.update({ ...at.device, state }));
      at.hosts.setDiskDead(await hostOf(at), '/dev/sdb', true);
      expect(await at.pool.port.checkDeviceHealth(at.device.id)).toMatchObject({ command: command(at.device.id) });
    }),
  );

  it('is found by its errors where lvm shows the group still', () =>
    scene(async (at) => {
      const host = await hostOf(at);
      const [served] =
        at.hosts.state().pools[0]?.volumes[0]?.bricks.filter((name) => name.includes(at.device.id)) ?? [];
      at.hosts.killBrick(host, served?.slice(served.indexOf(':') + 1) ?? '');
      await check(at);
      expect(await healthOf(at)).toMatchObject({
        condition: 'bricks-down',
        command: `heketi-cli node repair ${at.device.nodeId}`,
      });
      expect(at.pool.deviceCheck.conditions.troubles().has(at.device.id)).toBe(false);
      at.hosts.setFaults([
        { kind: 'fail', match: '^dd ', stderr: "dd: error reading '/dev/mapper/x': Input/output error" },
      ]);
      await check(at);
      expect(await healthOf(at)).toMatchObject({
        condition: 'broken',
        reason: expect.stringContaining('Input/output error') as string,
      });
    }));

  it('takes its condition from a resync as well, which is refused', () =>
    scene(async (at) => {
      at.hosts.setDiskSize(await hostOf(at), '/dev/sdb', 50 * 1024 * 1024);
      const { error } = await answerOf(at.pool, await at.pool.operations.resyncDevice(at.device.id));
      expect(error).toContain('the disk has only 50.00 GiB');
      expect(await healthOf(at)).toMatchObject({
        condition: 'doubtful',
        command: `heketi-cli device resync ${at.device.id}`,
      });
      expect(at.told).toContain('a device is not as it was recorded: it takes no new bricks');
    }));
});

describe('the round over all nodes', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  interface Round {
    readonly looked: string[];
    readonly monitor: DeviceCheckMonitor;
    readonly ended: Map<string, () => void>;
  }

  /** Five nodes, one of them offline; a look at n1 takes until it is ended. */
  function round(): Round {
    const nodes = ['n1', 'n2', 'n3', 'n4', 'off'].map((id) => ({
      id,
      manageNames: [id],
      state: id === 'off' ? 'offline' : 'online',
    }));
    const store = { read: async () => ({ nodes, devices: [] }) } as unknown as ConstructorParameters<
      typeof DeviceCheckMonitor
    >[0];
    const looked: string[] = [];
    const ended = new Map<string, () => void>();
    const run = async (id: string) => {
      looked.push(id);
      if (id === 'n1') await new Promise<void>((end) => ended.set(id, end));
    };
    const monitor = new DeviceCheckMonitor(store, { run, conditions: new DeviceConditions() }, SILENT, true);
    return { looked, monitor, ended };
  }

  it('asks one node after the other, spread over its period, and none that is offline', async () => {
    const { looked, monitor } = round();
    monitor.start(10, 400);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(looked).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(looked).toEqual(['n1']);
    // The first round is over within half a minute; nothing has been seen before it.
    await vi.advanceTimersByTimeAsync(30_000);
    expect(looked.slice(0, 4)).toEqual(['n1', 'n2', 'n3', 'n4']);
    monitor.stop();
  });

  it('passes over a node whose last look has not ended, and ends with the server', async () => {
    const { looked, monitor, ended } = round();
    monitor.start(0, 40);
    await vi.advanceTimersByTimeAsync(40_000 + 30_000);
    expect(looked.filter((id) => id === 'n1')).toHaveLength(1);
    expect(looked.filter((id) => id === 'n2').length).toBeGreaterThan(1);
    ended.get('n1')?.();
    await vi.advanceTimersByTimeAsync(40_000);
    expect(looked.filter((id) => id === 'n1')).toHaveLength(2);
    monitor.stop();
    const before = looked.length;
    await vi.advanceTimersByTimeAsync(400_000);
    expect(looked).toHaveLength(before);
  });
});
