import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BlockVolume } from '../../src/domain/block-volume.js';
import type { Volume } from '../../src/domain/volume.js';
import type { QueueTicket } from '../../src/operations/ports/queue.js';
import { openStore } from '../../src/store/open-store.js';
import { differences } from '../support/differences.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { blockVolumeRequest, openPool, type Pool, recover, strictHosts } from '../support/pool.js';
import { rerunningStore } from '../support/rerunning-store.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { COMMIT_FAULTS, type CommitStrike, DyingStore } from './support/dying-store.js';
import { Lab } from './support/lab.js';
import { poolClient } from './support/pool-client.js';
import { DEVICES, HOSTS, loadTopology } from './support/scenario.js';
import { COMMAND_FAULTS, type Strike, StrikingExecutor } from './support/striking-executor.js';

const seed = seedFrom('MORTAR_CRASH_SEED');
console.log(`block books: MORTAR_CRASH_SEED=${seed}`);

const SEQUENCES = 12;
const CHANGES = 12;
const SETTINGS = { settings: { autoCreateBlockHosting: true, blockHostingSizeGib: 30 } };
/** About as many commands as changes have. */
const COMMANDS = 40;

describe("a block hosting volume's free size is its size less its reserve less its block volumes", () => {
  it.for(Array.from({ length: SEQUENCES }, (_, i) => i))('through sequence %i of changes and crashes', async (i) => {
    const random = seededRandom(seed + i);
    const folder = makeMemoryFolder('mortar-books-');
    const file = join(folder, 'heketi.db');
    const lab = new Lab(strictHosts(HOSTS, DEVICES));
    try {
      await life(file, lab, {}, async (pool) => void (await loadTopology(poolClient(pool))));
      for (let change = 0; change < CHANGES; change++) {
        const faults = drawFaults(random);
        const trail = `MORTAR_CRASH_SEED=${seed} change ${change} ${JSON.stringify(faults)}`;
        await life(file, lab, faults, (pool) => changesAtOnce(pool, random));
        await life(file, lab, {}, async (pool) => {
          await recover(pool);
          await lab.finishLeftovers();
          await expectBooks(pool, lab, trail);
        });
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

interface LifeFaults {
  readonly command?: Strike;
  readonly commit?: CommitStrike;
}

async function life(file: string, lab: Lab, faults: LifeFaults, work: (pool: Pool) => Promise<void>): Promise<void> {
  const executor = new StrikingExecutor(lab, faults.command ? [faults.command] : []);
  const opened = await openStore({ file });
  const store = new DyingStore(rerunningStore(opened), faults.commit ?? null, () => executor.kill());
  const pool = await openPool(file, executor, { ...SETTINGS, store });
  await Promise.race([work(pool), executor.death]);
  await Promise.race([pool.runner.settled(), executor.death]);
  await opened.close();
  lab.bringBack();
}

function drawFaults(random: () => number): LifeFaults {
  const below = (count: number) => Math.floor(random() * count);
  const kind = below(6);
  if (kind === 0) return {};
  if (kind === 1)
    return { commit: { at: below(4), kind: COMMIT_FAULTS[below(COMMIT_FAULTS.length)] ?? 'die after commit' } };
  return { command: { at: below(COMMANDS), kind: COMMAND_FAULTS[below(COMMAND_FAULTS.length)] ?? 'die before' } };
}

/** One to three. */
async function changesAtOnce(pool: Pool, random: () => number): Promise<void> {
  const count = 1 + Math.floor(random() * 3);
  await Promise.all(Array.from({ length: count }, () => drawnChange(pool, random)));
}

/** Refusals for want of space, and requests that die with their server, are as good as any. */
async function drawnChange({ store, operations }: Pool, random: () => number): Promise<void> {
  const below = (count: number) => Math.floor(random() * count);
  const [blocks, volumes] = await store.read(async (tx) => [await tx.blockVolumes.list(), await tx.volumes.list()]);
  const block = blocks[below(blocks.length)];
  const hosting = volumes[below(volumes.length)];
  const asked = drawnRequest(operations, block, hosting, below);
  await asked.catch(() => undefined);
}

function drawnRequest(
  operations: Pool['operations'],
  block: BlockVolume | undefined,
  hosting: Volume | undefined,
  below: (count: number) => number,
): Promise<QueueTicket> {
  const kind = below(9);
  if (block && kind === 0) return operations.deleteBlockVolume(block.id);
  if (block && kind <= 3) return operations.expandBlockVolume(block.id, block.sizeGib + 1 + below(6));
  if (hosting && kind === 4) return operations.expandVolume(hosting.id, 1 + below(5));
  if (hosting && kind === 5) return operations.deleteVolume(hosting.id);
  return operations.createBlockVolume(blockVolumeRequest({ sizeGib: 1 + below(12), haCount: below(4) }));
}

async function expectBooks(pool: Pool, lab: Lab, trail: string): Promise<void> {
  await pool.runner.settled();
  await pool.store.read(async (tx) => {
    expect(await tx.operations.list(), trail).toEqual([]);
    for (const { id, sizeGib, blockInfo } of await tx.volumes.list()) {
      const blocks = await tx.blockVolumes.listByHostingVolume(id);
      const takenGib = blocks.reduce((sum, block) => sum + block.sizeGib, 0);
      expect(blockInfo.freeGib, trail).toBe(sizeGib - blockInfo.reservedGib - takenGib);
      expect(blockInfo.freeGib, trail).toBeGreaterThanOrEqual(0);
    }
  });
  const found = await differences(pool.store, lab.hosts);
  // An empty mount point that its host refused to remove is left there.
  const isMountPoint = (text: string) => text.startsWith('on the hosts but not in the store: directory ');
  expect(
    found.filter((text) => !isMountPoint(text)),
    trail,
  ).toEqual([]);
}
