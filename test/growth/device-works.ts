import assert from 'node:assert/strict';
import { volumePlan } from '../../src/api/wire/placement.js';
import { newId } from '../../src/domain/ids.js';
import type { VolumeUse } from '../../src/domain/usage.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import { createLogger } from '../../src/logging/logger.js';
import { createMetrics, type MetricsSources } from '../../src/metrics/registry.js';
import type { VolumeRequest } from '../../src/operations/ports/requests.js';
import type { Store, Tx } from '../../src/store/store.js';
import type { MadePool } from '../support/made-pool.js';
import { done, openPool, type Pool, volumeRequest } from '../support/pool.js';
import { ALL_LOOKED_AT, ofDevices, type Work } from './work.js';

const SIZES = [120, 1200] as const;
/** More than the bricks that a volume may have can hold. */
const TOO_LARGE: VolumeRequest = volumeRequest({ sizeGib: 10_000_000 });

/** What the server does about one thing, among all the devices there are. */
export const DEVICE_WORKS: readonly Work[] = [
  {
    name: 'a refused create',
    shape: ofDevices,
    sizes: SIZES,
    power: 1,
    run: refusedCreate,
  },
  {
    name: 'what a refused create tells of devices',
    shape: ofDevices,
    sizes: SIZES,
    power: 0,
    counted: /src\/(logging|api)\/|node_modules\/|device-refusals\.ts verdictOf/,
    run: refusedCreate,
  },
  {
    name: 'what a scrape writes of devices of which nothing has changed',
    shape: ofDevices,
    sizes: SIZES,
    power: 0,
    counted: /src\/metrics\/exposition\.ts (labelsText|sampleLine|escaped)/,
    run: scrape,
  },
  {
    name: 'a scrape',
    shape: ofDevices,
    sizes: SIZES,
    power: 1,
    run: scrape,
  },
  {
    name: 'a volume that is created',
    shape: ofDevices,
    sizes: SIZES,
    power: 0,
    run: createVolume,
  },
  {
    name: 'a volume that is created when another was refused',
    shape: ofDevices,
    sizes: SIZES,
    power: 0,
    run: async (made) => {
      await assert.rejects(made.store.write(changeAndRefuse), /refused/);
      await createVolume(made);
    },
  },
  {
    name: 'a device that is added',
    shape: ofDevices,
    sizes: SIZES,
    power: 0,
    run: addDevice,
  },
];

const metrics = createMetrics();

const USED: VolumeUse = {
  space: { totalKib: 2048, usedKib: 1024, freeKib: 1024 },
  healEntries: 0,
  at: 1,
  unknown: [],
};

/** As the survey of usage keeps them: as many as there are devices. */
const seenVolumes = new WeakMap<Store, ReturnType<MetricsSources['usage']['byVolume']>>();

/** All is known of all devices. */
async function scrape({ store }: MadePool): Promise<void> {
  const devices = await store.read((tx) => tx.devices.list());
  const volumes =
    seenVolumes.get(store) ?? new Map(devices.map(({ id }) => [id, { id, name: id, clusterId: id, use: USED }]));
  seenVolumes.set(store, volumes);
  const { pieces } = await metrics.render({
    store,
    inFlight: () => 0,
    nodeStates: () => new Map(),
    thinPools: () => new Map(devices.map(({ id }) => [id, 0.5])),
    deviceConditions: () => new Map(devices.map(({ id }) => [id, 'ok'])),
    usage: {
      byDevice: () => new Map(devices.map(({ id }) => [id, 1024])),
      byVolume: () => volumes,
    },
    droppedLogLines: () => 0,
  });
  let text = '';
  for await (const piece of pieces) text += piece;
  assert.match(text, /^heketi_device_size\{/m);
}

async function changeAndRefuse(tx: Tx): Promise<void> {
  const [device] = await tx.devices.listAfter('', 1);
  assert.ok(device);
  await tx.devices.update(device);
  throw new Error('refused');
}

/** Of each store one, which remembers what it saw of the devices. */
const servers = new WeakMap<Store, Pool>();

async function createVolume({ store, executor }: MadePool): Promise<void> {
  const server = servers.get(store) ?? (await openPool('', executor, { store, health: ALL_LOOKED_AT }));
  servers.set(store, server);
  await done(server, await server.operations.createVolume(volumeRequest({ sizeGib: 1 })));
}

/** To the first node, which has as many devices at every size. */
async function addDevice({ store }: MadePool): Promise<void> {
  // Hosts that have every disk they are asked for.
  const hosts = new SimulatedHosts({ mode: 'lenient', deviceSizeGib: 500 });
  const pool = await openPool('', new MockExecutor(hosts), { store });
  const [device] = await store.read((tx) => tx.devices.listAfter('', 1));
  if (!device) throw new Error('the pool has no device');
  const { nodeId } = device;
  await done(
    pool,
    await pool.operations.addDevice({ nodeId, name: `/dev/${newId()}`, mayDestroyData: false, tags: {} }),
  );
}

async function refusedCreate({ store, executor }: MadePool): Promise<void> {
  const { logger: log } = createLogger({ level: 'info', format: 'json', stream: { write: () => undefined } });
  const { operations } = await openPool('', executor, { store, log });
  await assert.rejects(operations.createVolume(TOO_LARGE), /No space/);
  const plan = await operations.planVolume(TOO_LARGE);
  assert.equal(plan.fits, false);
  JSON.stringify(volumePlan(plan, false));
}
