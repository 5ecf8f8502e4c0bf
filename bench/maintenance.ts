/**
 * A device with 200 bricks of replica-3 volumes is emptied on simulated hosts whose programs and heals take their time,
 * while 20 volumes a minute are created. Prints the time against its floor, and what the creates take beside as many
 * without a removal; fails when one fails, or when a brick stays.
 *
 *   npx tsx bench/maintenance.ts [bricks, 200] [creates a minute, 20] [heals at a time, 4] [seconds of a heal, 5]
 *
 * The floor is the larger one of what two bottlenecks allow at best: all old bricks are removed from one volume group,
 * which lvm changes for one at a time; and so many sets at a time are moved and healed. That somebody has to look whether a
 * set is healed, which the server does after 1, 2, 4 ... seconds, is no part of it.
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
import { ALL_UP, done, OPERATION_SETTINGS, type Pool, SILENT, volumeRequest } from '../test/support/pool.js';

const BRICKS = Number(process.argv[2] ?? 200);
const CREATES_A_MINUTE = Number(process.argv[3] ?? 20);
const HEALS = Number(process.argv[4] ?? 4);
const HEAL_SECONDS = Number(process.argv[5] ?? 5);

/** The first three, with one device each, hold all bricks before the others come. */
const HOSTS = 9;
const FULL_HOSTS = 3;
const DEVICES = 4;
const DEVICE_GIB = 4096;
const FILES = 20;
/** Of creates without a removal. */
const QUIET_CREATES = 20;
const POLL_MS = 20;

const OTHER_MS = 10;
const MS: Readonly<Record<string, number>> = {
  lvcreate: 400,
  lvremove: 300,
  'mkfs.xfs': 150,
  mount: 50,
  umount: 60,
  'gluster volume create': 400,
  'gluster volume start': 900,
  'gluster volume replace-brick': 1300,
  'gluster volume heal': 300,
  other: OTHER_MS,
};

/** What one brick takes when nothing else runs. */
const CREATE_BRICK_MS = 3 * OTHER_MS + 400 + 150 + 50;
const REPLACE_MS = 300 + 1300;
const REMOVE_FROM_GROUP_MS = 2 * 300;

interface Bench {
  readonly pool: Pool;
  readonly hosts: SimulatedHosts;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-bench-'));
  // Empty while the hosts are prepared.
  const programMs: Record<string, number> = {};
  const hosts = new SimulatedHosts({
    mode: 'strict',
    deviceSizeGib: DEVICE_GIB,
    hosts: Array.from({ length: HOSTS }, (_, host) => ({
      manage: `h${host + 1}`,
      storage: `10.0.0.${host + 1}`,
      devices: Array.from({ length: host < FULL_HOSTS ? 1 : DEVICES }, (_, device) => ({
        path: `/dev/sd${'bcde'[device]}`,
        sizeKib: DEVICE_GIB * 1024 * 1024,
      })),
    })),
    latency: { programMs },
  });
  const store = await openStore({ file: join(folder, 'heketi.db') });
  const services = createOperations({
    store,
    hosts: { executor: new MockExecutor(hosts), settings: HOST_SETTINGS },
    work: new HostWork({ bricksPerHost: 4, glusterChangesPerCluster: 8 }),
    health: ALL_UP,
    settings: { ...OPERATION_SETTINGS, healsPerRemoval: HEALS },
    log: SILENT,
  });
  const pool: Pool = { store, ...services, operations: askedBy(services.operations), port: services.operations };
  let heal: NodeJS.Timeout | undefined;
  try {
    const deviceId = await prepare({ pool, hosts });
    hosts.heals.setPace({ filesPerSecond: FILES / HEAL_SECONDS, secondsUntilDispersedKnow: 0 });
    heal = setInterval(() => hosts.heals.pass(1), 1000);
    Object.assign(programMs, MS);
    pool.recovery.start(1, 120);
    await measure({ pool, hosts }, deviceId);
  } finally {
    clearInterval(heal);
    pool.recovery.stop();
    await pool.runner.settled();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers the device that is to be emptied. */
async function prepare({ pool, hosts }: Bench): Promise<string> {
  hosts.heals.setPace(null);
  const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
  const addNodes = async (from: number, to: number) => {
    for (let i = from; i <= to; i++) {
      const names = { manageNames: [`h${i}`], storageNames: [`10.0.0.${i}`] };
      const at = await done(pool, await pool.operations.addNode({ clusterId, zone: i, ...names, tags: {} }));
      const nodeId = at.slice('/nodes/'.length);
      for (const letter of 'bcde'.slice(0, i <= FULL_HOSTS ? 1 : DEVICES)) {
        const request = { nodeId, name: `/dev/sd${letter}`, mayDestroyData: false, tags: {} };
        await done(pool, await pool.operations.addDevice(request));
      }
    }
  };
  await addNodes(1, FULL_HOSTS);
  for (let i = 0; i < BRICKS; i++) {
    await done(pool, await pool.operations.createVolume(volumeRequest({ name: `v${i}` })));
    for (let file = 0; file < FILES; file++) hosts.heals.write(`v${i}`, 0, i * FILES + file);
  }
  await addNodes(FULL_HOSTS + 1, HOSTS);
  const full = (await pool.store.read((tx) => tx.devices.list())).filter(({ totalKib, freeKib }) => totalKib > freeKib);
  // None of the first hosts takes creates, so that these are alike with and without the removal.
  for (const { id } of full) await done(pool, await pool.operations.setDeviceState(id, 'offline'));
  const [device] = full;
  if (!device) throw new Error('no device has bricks');
  return device.id;
}

async function measure({ pool, hosts }: Bench, deviceId: string): Promise<void> {
  const quiet = await createPaced(pool, 'quiet', (made) => made < QUIET_CREATES);
  report('creates alone', quiet);
  const begun = performance.now();
  const { queueId } = await pool.operations.setDeviceState(deviceId, 'failed');
  let tookMs = 0;
  const removal = ended(pool, queueId).then(() => {
    tookMs = performance.now() - begun;
  });
  const busy = await createPaced(pool, 'busy', () => tookMs === 0);
  await removal;
  report('creates beside the removal', busy);
  const left = await pool.store.read((tx) => tx.bricks.listByDevice(deviceId));
  if (left.length > 0) throw new Error(`${left.length} bricks are left`);
  const unhealed = Array.from({ length: BRICKS }, (_, i) => `v${i}`).filter((name) =>
    hosts.heals.sets(name).some((bricks) => bricks.some(({ contents }) => contents?.files.size !== FILES)),
  );
  if (unhealed.length > 0) throw new Error(`${unhealed.length} volumes are not healed`);
  const floors = {
    'volume group': BRICKS * REMOVE_FROM_GROUP_MS,
    'sets at a time': Math.ceil(BRICKS / HEALS) * (CREATE_BRICK_MS + REPLACE_MS + HEAL_SECONDS * 1000),
  };
  const [bottleneck, floorMs] = Object.entries(floors).reduce((a, b) => (b[1] > a[1] ? b : a));
  console.log(
    `${BRICKS} bricks, ${HEALS} sets at a time: ${seconds(tookMs)} s, floor ${seconds(floorMs)} s (${bottleneck}), ratio ${(tookMs / floorMs).toFixed(2)}; ` +
      `creates take ${(median(busy) / median(quiet)).toFixed(2)} of their time without a removal`,
  );
}

/** Begins one after the other at the pace that was asked for; answers the milliseconds that each took. */
async function createPaced(pool: Pool, prefix: string, goesOn: (made: number) => boolean): Promise<readonly number[]> {
  const creates: Promise<number>[] = [];
  while (goesOn(creates.length)) {
    const begun = performance.now();
    const request = volumeRequest({ name: `${prefix}${creates.length}` });
    creates.push(
      pool.operations.createVolume(request).then(async ({ queueId }) => {
        await ended(pool, queueId);
        return performance.now() - begun;
      }),
    );
    await new Promise((next) => setTimeout(next, 60_000 / CREATES_A_MINUTE));
  }
  return Promise.all(creates);
}

/** Throws when it failed. */
async function ended(pool: Pool, queueId: string): Promise<void> {
  for (;;) {
    const entry = await pool.store.read((tx) => tx.queue.find(queueId));
    if (entry?.state === 'failed') throw new Error(entry.error ?? 'failed');
    if (entry?.state === 'done') return;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}

function report(what: string, times: readonly number[]): void {
  const slowest = Math.max(...times);
  console.log(`${times.length} ${what}: median ${seconds(median(times))} s, slowest ${seconds(slowest)} s`);
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2);
}

await main();
