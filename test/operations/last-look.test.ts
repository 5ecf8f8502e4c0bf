import { afterEach, expect, it, vi } from 'vitest';
import { type Id, newId } from '../../src/domain/ids.js';
import { manageName } from '../../src/domain/node.js';
import { type Executor, TransportError } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { OperationContext } from '../../src/operations/engine/operation.js';
import { HostWork } from '../../src/operations/hosts/host-work.js';
import type { LogicalVolume } from '../../src/operations/state-repair/unclaimed-name.js';
import { whyKept } from '../../src/operations/state-repair/unclaimed-proof.js';
import { unclaimed, withDrift } from '../support/drift-scene.js';
import { HOST_SETTINGS } from '../support/host-settings.js';
import { type MadePool, withMadePool } from '../support/made-pool.js';
import { ALL_UP, hastyPacing, OPERATION_SETTINGS, SILENT, WORK_LIMITS } from '../support/pool.js';

const AT_A_TIME = 64;
const SHAPE = { volumes: 1, volumesPerCluster: 1, nodes: AT_A_TIME + 20, devicesPerNode: 1 };

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

type Asked = Pick<OperationContext, 'store'> & { readonly executor: Executor };

/** Asks why a logical volume that nobody knows is kept, with hosts that are reached through `executor`. */
async function askWhy({ store }: MadePool, executor: Executor): Promise<string | null | undefined> {
  const { device, lv } = await store.read(async (tx) => ({
    device: (await tx.devices.list())[0],
    lv: `brick_${newId()}`,
  }));
  if (!device) throw new Error('no device');
  return whyOneIsKept({ deviceId: device.id, lv }, device.nodeId, { store, executor });
}

async function whyOneIsKept(
  volume: LogicalVolume,
  nodeId: Id,
  { store, executor }: Asked,
): Promise<string | null | undefined> {
  const context = {
    store,
    hosts: { executor, settings: HOST_SETTINGS },
    work: new HostWork(WORK_LIMITS, hastyPacing()),
    health: ALL_UP,
    settings: OPERATION_SETTINGS,
    log: SILENT,
  };
  const reasons = await whyKept([volume], nodeId, null, context);
  return [...reasons.values()][0];
}

it('the last look before a removal asks all hosts, and so many of them at a time', () =>
  withMadePool(SHAPE, async (made) => {
    const asked = new Map<string, number>();
    let [present, most] = [0, 0];
    const counting: Executor = {
      async run(host, batch, signal) {
        asked.set(host, (asked.get(host) ?? 0) + 1);
        present += 1;
        most = Math.max(most, present);
        await new Promise((next) => setImmediate(next));
        return made.executor.run(host, batch, signal).finally(() => {
          present -= 1;
        });
      },
      awaitLeftovers: (host) => made.executor.awaitLeftovers(host),
      close: () => made.executor.close(),
    };
    // All others have answered that they don't have it.
    expect(await askWhy(made, counting)).toBe('lvm does not show it');
    expect(most).toBe(AT_A_TIME);
    const nodes = await made.store.read((tx) => tx.nodes.list());
    expect(nodes.map(manageName).filter((host) => (asked.get(host) ?? 0) < 2)).toEqual([]);
  }));

it('a host whose turn has not come when the time of the last look is over is not asked, and keeps it', () =>
  withMadePool(SHAPE, async (made) => {
    const own = await made.store.read(async (tx) => (await tx.devices.list())[0]?.nodeId);
    const ownHosts = (await made.store.read((tx) => tx.nodes.list())).filter(({ id }) => id === own).map(manageName);
    const before = new Set<string>();
    let hanging = 0;
    const hangingLast: Executor = {
      async run(host, batch, signal) {
        const question = JSON.stringify([host, batch]);
        if (ownHosts.includes(host) || !before.has(question)) {
          before.add(question);
          return made.executor.run(host, batch, signal);
        }
        hanging += 1;
        if (hanging === AT_A_TIME) setImmediate(() => vi.advanceTimersByTime(10_000));
        return new Promise((_done, refuse) => {
          signal?.addEventListener('abort', () => refuse(new TransportError(host, 'given up', true)));
        });
      },
      awaitLeftovers: (host) => made.executor.awaitLeftovers(host),
      close: () => made.executor.close(),
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    expect(await askWhy(made, hangingLast)).toMatch(
      /could not be asked, and may use it: no answer from .* within 10 s/,
    );
    await new Promise((next) => setImmediate(next));
    expect(hanging).toBe(AT_A_TIME);
  }));

it('what nobody has is kept when its last look is older than ten seconds: the server stood still, or its database was slow', () =>
  withDrift(async (scene) => {
    const { id, deviceId, nodeId } = await unclaimed(scene);
    const { store } = scene.pool;
    const volume = { deviceId, lv: `brick_${id}` };
    const now = performance.now.bind(performance);
    let stoodStillMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + stoodStillMs);
    const whyAfter = async (ms: number) => {
      let reads = 0;
      const read: typeof store.read = async (work) => {
        reads += 1;
        // The first one is before all looks, the second one after them.
        if (reads === 2) stoodStillMs += ms;
        return store.read(work);
      };
      return whyOneIsKept(volume, nodeId, { store: { ...store, read }, executor: new MockExecutor(scene.hosts) });
    };
    expect(await whyAfter(0)).toBeNull();
    expect(await whyAfter(10_001)).toMatch(/more than 10 s ago.* ask again/);
  }));
