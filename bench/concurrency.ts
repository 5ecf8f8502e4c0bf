/**
 * 100 replica-3 volumes are created at once, and then deleted at once, on simulated hosts whose programs take their
 * time. Prints the wall time, the floor that latencies and locks set, and the ratio; fails when a volume is refused,
 * is there twice, or is missing.
 *
 *   npx tsx bench/concurrency.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockExecutor } from '../src/executors/mock/mock-executor.js';
import { SimulatedHosts } from '../src/executors/mock/simulated-hosts.js';
import { createOperations } from '../src/operations/create-operations.js';
import { HostWork } from '../src/operations/hosts/host-work.js';
import { openStore } from '../src/store/open-store.js';
import { askedBy } from '../test/support/asked-by.js';
import { HOST_SETTINGS } from '../test/support/host-settings.js';
import {
  ALL_UP,
  answerOf,
  loadTopology,
  OPERATION_SETTINGS,
  type Pool,
  SILENT,
  volumeRequest,
} from '../test/support/pool.js';

const VOLUMES = 100;
const HOSTS = 12;
const DEVICES = 4;
const BRICKS_PER_HOST = 4;
const GLUSTER_CHANGES = 8;

const OTHER_MS = 10;
const MS = {
  lvcreate: 400,
  lvremove: 300,
  'mkfs.xfs': 150,
  mount: 50,
  umount: 60,
  'gluster volume create': 400,
  'gluster volume start': 900,
  'gluster volume stop': 800,
  'gluster volume delete': 400,
  other: OTHER_MS,
} as const;

/** What one volume or brick takes when nothing else runs. */
const CREATE_BRICK_MS = 3 * OTHER_MS + MS.lvcreate + MS['mkfs.xfs'] + MS.mount;
const CREATE_VOLUME_MS = MS['gluster volume create'] + OTHER_MS + MS['gluster volume start'];
const REMOVE_BRICK_MS = MS.umount + 4 * OTHER_MS + 2 * MS.lvremove;
const REMOVE_VOLUME_MS = MS['gluster volume stop'] + MS['gluster volume delete'];
const LOOK_MS = 2 * OTHER_MS;

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-bench-'));
  const hosts = new SimulatedHosts({
    mode: 'strict',
    deviceSizeGib: 500,
    hosts: Array.from({ length: HOSTS }, (_, host) => ({
      manage: `h${host + 1}`,
      storage: `10.0.0.${host + 1}`,
      devices: Array.from({ length: DEVICES }, (_, device) => ({
        path: `/dev/sd${'bcde'[device]}`,
        sizeKib: 500 * 1024 * 1024,
      })),
    })),
    latency: { programMs: MS },
  });
  const store = await openStore({ file: join(folder, 'heketi.db') });
  const services = createOperations({
    store,
    hosts: { executor: new MockExecutor(hosts), settings: HOST_SETTINGS },
    work: new HostWork({ bricksPerHost: BRICKS_PER_HOST, glusterChangesPerCluster: GLUSTER_CHANGES }),
    health: ALL_UP,
    settings: { ...OPERATION_SETTINGS, operationsPerCluster: 64 },
    log: SILENT,
  });
  const pool: Pool = { store, ...services, operations: askedBy(services.operations), port: services.operations };
  try {
    await loadTopology(pool, HOSTS, DEVICES, 4);
    const names = Array.from({ length: VOLUMES }, (_, i) => `v${i}`);

    const created = await timed(pool, names, (name) => pool.operations.createVolume(volumeRequest({ name })));
    const made = hosts.state().pools.flatMap(({ volumes }) => volumes.map(({ name }) => name));
    expectSame(made, names, 'volumes that gluster has');
    const bricks = await store.read((tx) => tx.bricks.list());
    const busiestHost = largest(bricks.map(({ nodeId }) => nodeId));
    const busiestGroup = largest(bricks.map(({ deviceId }) => deviceId));
    report('create', created, {
      gluster: (VOLUMES / GLUSTER_CHANGES) * CREATE_VOLUME_MS + CREATE_BRICK_MS,
      'bricks of a host': (busiestHost / BRICKS_PER_HOST) * CREATE_BRICK_MS + CREATE_VOLUME_MS,
      'volume group': busiestGroup * MS.lvcreate + CREATE_BRICK_MS - MS.lvcreate + CREATE_VOLUME_MS,
    });

    const ids = await store.read((tx) => tx.volumes.list());
    const deleted = await timed(
      pool,
      ids.map(({ id }) => id),
      (id) => pool.operations.deleteVolume(id),
    );
    expectSame(
      hosts.state().pools.flatMap(({ volumes }) => volumes.map(({ name }) => name)),
      [],
      'volumes left',
    );
    expectSame(
      (await store.read((tx) => tx.bricks.list())).map(({ id }) => id),
      [],
      'bricks left',
    );
    report('delete', deleted, {
      gluster: (VOLUMES / GLUSTER_CHANGES) * REMOVE_VOLUME_MS + LOOK_MS + REMOVE_BRICK_MS,
      'bricks of a host': (busiestHost / BRICKS_PER_HOST) * REMOVE_BRICK_MS + LOOK_MS + REMOVE_VOLUME_MS,
      'volume group': busiestGroup * 2 * MS.lvremove + LOOK_MS + REMOVE_VOLUME_MS,
    });
  } finally {
    await pool.runner.settled();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds until all have ended, none of them refused. */
async function timed<T>(
  pool: Pool,
  items: readonly T[],
  start: (item: T) => Promise<{ readonly queueId: string }>,
): Promise<number> {
  const began = performance.now();
  const tickets = await Promise.all(items.map(start));
  await pool.runner.settled();
  const tookMs = performance.now() - began;
  for (const ticket of tickets) {
    const { error } = await answerOf(pool, ticket);
    if (error !== null) throw new Error(error);
  }
  return tookMs;
}

function report(what: string, tookMs: number, floors: Readonly<Record<string, number>>): void {
  const [bottleneck, floorMs] = Object.entries(floors).reduce((a, b) => (b[1] > a[1] ? b : a));
  const seconds = (ms: number) => (ms / 1000).toFixed(2).padStart(6);
  console.log(
    `${VOLUMES} x ${what}: ${seconds(tookMs)} s, floor ${seconds(floorMs)} s (${bottleneck}), ratio ${(tookMs / floorMs).toFixed(2)}`,
  );
}

function largest(keys: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Math.max(...counts.values());
}

function expectSame(found: readonly string[], expected: readonly string[], what: string): void {
  if (JSON.stringify([...found].sort()) !== JSON.stringify([...expected].sort()))
    throw new Error(`${what}: ${found.length} instead of ${expected.length}, or not the same ones`);
}

await main();
