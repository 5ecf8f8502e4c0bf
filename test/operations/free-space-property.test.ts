import { expect, it } from 'vitest';
import { brickThinPoolName } from '../../src/domain/brick.js';
import type { Id } from '../../src/domain/ids.js';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import { GROUP_FIELDS } from '../../src/executors/commands/lvm/group-report.js';
import type { Executor } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import {
  answerOf,
  done,
  loadTopology,
  openPool,
  type Pool,
  recover,
  strictHosts,
  volumeIdOf,
  volumeRequest,
  withPool,
} from '../support/pool.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';

const HOSTS = 3;
const SEQUENCES = 25;
const STEPS = 24;
const EXTENT_KIB = 4096;

/** The next step is drawn from these; each says what it did. */
class Life {
  readonly #random: () => number;
  readonly #hosts: SimulatedHosts;
  readonly #pool: Pool;
  readonly #foreign = new Map<string, string>();
  #made = 0;
  readonly #nodeIds: readonly Id[];

  constructor(seed: number, hosts: SimulatedHosts, pool: Pool, nodeIds: readonly Id[]) {
    this.#nodeIds = nodeIds;
    this.#random = seededRandom(seed);
    this.#hosts = hosts;
    this.#pool = pool;
  }

  async step(): Promise<string> {
    const steps = [
      () => this.#create(),
      () => this.#create(),
      () => this.#delete(),
      () => this.#addForeign(),
      () => this.#removeForeign(),
      () => this.#grow(),
      () => this.#resyncAll(),
      () => this.#resyncBesideChanges(),
      () => this.#checkAll(),
    ];
    return (steps[Math.floor(this.#random() * steps.length)] ?? (() => this.#resyncAll()))();
  }

  async #create(): Promise<string> {
    const sizeGib = 1 + Math.floor(this.#random() * 30);
    try {
      const ticket = await this.#pool.operations.createVolume(volumeRequest({ sizeGib }));
      const { error } = await answerOf(this.#pool, ticket);
      return `create ${sizeGib}: ${error ?? 'made'}`;
    } catch (refusal) {
      return `create ${sizeGib}: ${(refusal as Error).message.slice(0, 40)}`;
    }
  }

  async #delete(): Promise<string> {
    const volumes = await this.#pool.store.read((tx) => tx.volumes.list());
    const volume = volumes[Math.floor(this.#random() * volumes.length)];
    if (!volume) return 'nothing to delete';
    const { error } = await answerOf(this.#pool, await this.#pool.operations.deleteVolume(volume.id));
    return `delete: ${error ?? 'gone'}`;
  }

  async #addForeign(): Promise<string> {
    const device = await this.#anyDevice();
    const name = `theirs${++this.#made}`;
    const size = `${1 + Math.floor(this.#random() * 20)}G`;
    const isMade = await this.#onHost(device.host, ['lvcreate', '-y', '-L', size, '-n', name, device.vg]);
    if (isMade) this.#foreign.set(`${device.vg}/${name}`, device.host);
    return `foreign ${size} on ${device.host}: ${isMade}`;
  }

  async #removeForeign(): Promise<string> {
    const [name, host] = [...this.#foreign][0] ?? [];
    if (name === undefined || host === undefined) return 'no foreign volume';
    this.#foreign.delete(name);
    return `removed ${name}: ${await this.#onHost(host, ['lvremove', '-f', name])}`;
  }

  async #grow(): Promise<string> {
    const device = await this.#anyDevice();
    const disk = this.#hosts.state().hosts.find(({ manage }) => manage === device.host)?.groups[0];
    const sizeKib = ((disk?.extents ?? 0) + 256 * (1 + Math.floor(this.#random() * 8))) * EXTENT_KIB + 256 * 1024;
    this.#hosts.setDiskSize(device.host, '/dev/sdb', sizeKib);
    return `grown ${device.host}: ${await this.#onHost(device.host, ['pvresize', '/dev/sdb'])}`;
  }

  async #resyncAll(): Promise<string> {
    for (const { id } of await this.#pool.store.read((tx) => tx.devices.list()))
      await done(this.#pool, await this.#pool.operations.resyncDevice(id));
    await expectTruth(this.#pool, this.#hosts);
    return 'resync';
  }

  /** What the server does by itself from time to time. */
  async #checkAll(): Promise<string> {
    await Promise.all(this.#checks());
    await expectTruth(this.#pool, this.#hosts);
    return 'check';
  }

  #checks(): readonly Promise<void>[] {
    return this.#nodeIds.map((id) => this.#pool.deviceCheck.run(id, true));
  }

  /** Whatever these meet of each other, a resync that is refused has changed nothing. */
  async #resyncBesideChanges(): Promise<string> {
    await this.#resyncAll();
    const ids = (await this.#pool.store.read((tx) => tx.devices.list())).map(({ id }) => id);
    const volumes = await this.#pool.store.read((tx) => tx.volumes.list());
    const first = volumes[0];
    const ask = (): readonly Promise<unknown>[] => ids.map((id: Id) => this.#pool.operations.resyncDevice(id));
    const changes: (() => Promise<unknown>)[] = [
      () => this.#pool.operations.createVolume(volumeRequest({ sizeGib: 2 })),
      () => (first ? this.#pool.operations.deleteVolume(first.id) : Promise.resolve()),
    ];
    const asked = [...ask(), ...this.#checks()];
    for (const change of changes) {
      await turns(Math.floor(this.#random() * 60));
      asked.push(
        change().catch(() => undefined),
        ...ask(),
        ...this.#checks(),
      );
    }
    await Promise.allSettled(asked);
    await this.#pool.runner.settled();
    await expectTruth(this.#pool, this.#hosts);
    return 'resync beside changes';
  }

  async #anyDevice() {
    const devices = await this.#pool.store.read((tx) => tx.devices.list());
    const nodes = await this.#pool.store.read((tx) => tx.nodes.list());
    const device = devices[Math.floor(this.#random() * devices.length)];
    if (!device) throw new Error('no devices');
    const host = nodes.find(({ id }) => id === device.nodeId)?.manageNames[0] ?? '';
    return { host, vg: `vg_${device.id}` };
  }

  async #onHost(host: string, argv: readonly string[]): Promise<boolean> {
    const [result] = await this.#hosts.run(host, [{ argv, timeoutMs: 1000 }]);
    return result?.exitCode === 0;
  }
}

/** Nothing is being changed: free space is what the host has free, and the spare metadata while all pools are ours. */
async function expectTruth(pool: Pool, hosts: SimulatedHosts): Promise<void> {
  const { devices, bricks } = await pool.store.read(async (tx) => ({
    devices: await tx.devices.list(),
    bricks: await tx.bricks.list(),
  }));
  const groups = new Map(hosts.state().hosts.flatMap(({ groups }) => groups.map((group) => [group.name, group])));
  for (const device of devices) {
    const group = groups.get(`vg_${device.id}`);
    if (!group) throw new Error('no group');
    const ours = bricks.filter(({ deviceId }) => deviceId === device.id);
    const linear = group.volumes.filter(({ kind }) => kind === 'linear').reduce((sum, lv) => sum + lv.sizeKib, 0);
    const taken = ours.reduce((sum, brick) => sum + brick.thinPoolKib + brick.poolMetadataKib, 0);
    expect(new Set(ours.map(brickThinPoolName)).size).toBe(group.volumes.filter(({ kind }) => kind === 'pool').length);
    expect(device.totalKib).toBe(group.extents * EXTENT_KIB);
    expect(device.usedKib).toBe(linear + taken);
    expect(device.freeKib).toBe(device.totalKib - linear - taken);
    const spare = group.usedExtents * EXTENT_KIB - linear - taken;
    expect(device.spareMetadataKib).toBe(spare);
  }
}

/** Whatever is known of foreign volumes: the books never give the hosts more than they have. */
async function expectNoneOverbooked(pool: Pool, hosts: SimulatedHosts): Promise<void> {
  const devices = await pool.store.read((tx) => tx.devices.list());
  for (const { freeKib, usedKib, totalKib } of devices) {
    expect(freeKib + usedKib).toBe(totalKib);
    expect(freeKib).toBeGreaterThanOrEqual(0);
  }
  for (const group of hosts.state().hosts.flatMap(({ groups }) => groups))
    expect(group.usedExtents).toBeLessThanOrEqual(group.extents);
}

async function turns(count: number): Promise<void> {
  for (let left = count; left > 0; left--) await new Promise((turn) => setImmediate(turn));
}

/** Answers come some turns of the event loop after the commands were run, so that whole changes end while a device is read. */
function unhurried(hosts: SimulatedHosts, seed: number): Executor {
  const random = seededRandom(seed);
  const wait = async (longest: number) => {
    for (let turns = Math.floor(random() * longest); turns > 0; turns--)
      await new Promise((turn) => setImmediate(turn));
  };
  return {
    async run(host, batch) {
      const isLook = batch.some(({ argv }) => argv.includes(GROUP_FIELDS));
      await wait(3);
      const results = await hosts.run(host, batch);
      await wait(isLook ? 600 : 3);
      return results;
    },
    awaitLeftovers: (host) => hosts.awaitLeftovers(host),
    close: async () => undefined,
  };
}

const seed = seedFrom('SPACE_SEED');

it.each(Array.from({ length: SEQUENCES }, (_, n) => seed + n))(
  'the books are what the hosts have, after any sequence of changes and resyncs (seed %i)',
  async (one) => {
    const hosts = strictHosts(HOSTS, 1, 60);
    await withPool(unhurried(hosts, one), async (pool) => {
      await loadTopology(pool, HOSTS, 1);
      const nodeIds = (await pool.store.read((tx) => tx.nodes.list())).map(({ id }) => id);
      const life = new Life(one, hosts, pool, nodeIds);
      const trace: string[] = [];
      try {
        for (let step = 0; step < STEPS; step++) {
          trace.push(await life.step());
          await expectNoneOverbooked(pool, hosts);
        }
        for (const { id } of await pool.store.read((tx) => tx.devices.list()))
          await done(pool, await pool.operations.resyncDevice(id));
        await expectTruth(pool, hosts);
        // What was read just now is what placement goes by: nothing that it accepts fails for want of space.
        trace.push(await life.step());
        const largest = await pool.port.planVolume(volumeRequest({ sizeGib: 1 }));
        if (largest.largestGib === 0) return;
        for (const { id } of await pool.store.read((tx) => tx.devices.list()))
          await done(pool, await pool.operations.resyncDevice(id));
        const { largestGib } = await pool.port.planVolume(volumeRequest({ sizeGib: 1 }));
        if (largestGib === 0) return;
        const made = await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: largestGib })));
        expect(volumeIdOf(made)).not.toBe('');
        await expectTruth(pool, hosts);
      } catch (error) {
        throw new Error(`after: ${trace.join('; ')}`, { cause: error });
      }
    });
  },
);

it('a server that dies anywhere in a resync leaves the books as they were, or as the host is', async () => {
  for (let nth = 1; nth <= 4; nth++) {
    const hosts = strictHosts(HOSTS, 1, 60);
    await withPool(hosts, async (pool, file) => {
      await loadTopology(pool, HOSTS, 1);
      await done(pool, await pool.operations.createVolume(volumeRequest({ sizeGib: 5 })));
      const [device] = await pool.store.read((tx) => tx.devices.list());
      if (!device) throw new Error('no device');
      const host = hosts.state().hosts.find(({ groups }) => groups.some(({ name }) => name === `vg_${device.id}`));
      await hosts.run(host?.manage ?? '', [
        { argv: ['lvcreate', '-y', '-L', `${7 * KIB_PER_GIB}k`, '-n', 'theirs', `vg_${device.id}`], timeoutMs: 1000 },
      ]);
      hosts.setFaults([{ kind: 'lose-link', nth, after: true }]);
      const { error } = await answerOf(pool, await pool.operations.resyncDevice(device.id));
      hosts.setFaults([]);
      expect(error).toContain('lost');
      expect(await pool.store.read((tx) => tx.devices.find(device.id))).toEqual(device);
      await pool.store.close();
      const next = await openPool(file, new MockExecutor(hosts));
      await recover(next);
      for (const { id } of await next.store.read((tx) => tx.devices.list()))
        await done(next, await next.operations.resyncDevice(id));
      await expectTruth(next, hosts);
      await next.store.close();
    });
  }
});
