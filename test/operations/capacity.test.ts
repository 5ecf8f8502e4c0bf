import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import type { QueueTicket } from '../../src/operations/ports/queue.js';
import { differences } from '../support/differences.js';
import { answerOf, loadTopology, type Pool, strictHosts, volumeRequest, withPool } from '../support/pool.js';

/** `at` picks among the volumes that there are. */
type Step =
  | {
      readonly kind: 'create';
      readonly gib: number;
      readonly replica: number;
      readonly arbiter: boolean;
      readonly factor: number;
    }
  /** A volume that takes what the emptiest device has free, up to a few extents. */
  | { readonly kind: 'fill'; readonly extentsLeft: number }
  | { readonly kind: 'expand'; readonly at: number; readonly gib: number }
  | { readonly kind: 'clone'; readonly at: number }
  | { readonly kind: 'delete'; readonly at: number };

const at = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('create' as const),
      gib: fc.integer({ min: 1, max: 14 }),
      replica: fc.integer({ min: 1, max: 3 }),
      arbiter: fc.boolean(),
      factor: fc.constantFrom(1, 1, 1.1, 1.5),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('expand' as const), at, gib: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fill' as const), extentsLeft: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('clone' as const), at }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), at }) },
);

const NO_PLACEMENT = /No space|Minimum brick size limit reached|Maximum number of bricks reached/;

/** Small devices fill up, so that what the books allow meets what the volume groups have. */
const DEVICE_GIB = 10;
const EXTENT_KIB = 4096;

it('conserves capacity through any sequence of changes, and finds room on devices for what the books allow', {
  timeout: 120_000,
}, async () => {
  const seen = { done: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      const hosts = strictHosts(3, 2, DEVICE_GIB);
      await withPool(hosts, async (pool) => {
        await loadTopology(pool, 3, 2);
        for (const next of steps) {
          if (await apply(pool, next)) seen.done++;
          else seen.refused++;
          expect(await differences(pool.store, hosts)).toEqual([]);
          await expectBooksWithinGroups(pool, hosts);
        }
        for (const id of await volumeIds(pool)) await settle(pool, pool.operations.deleteVolume(id));
        const devices = await pool.store.read((tx) => tx.devices.list());
        expect(devices.map(({ usedKib }) => usedKib)).toEqual([0, 0, 0, 0, 0, 0]);
        expect(hosts.state().hosts.flatMap((host) => host.groups.map((group) => group.volumes))).toEqual(
          Array.from({ length: 6 }, () => []),
        );
      });
    }),
    { numRuns: Number(process.env['CAPACITY_RUNS'] ?? 40) },
  );
  // A run that never filled the devices, or did nothing but be refused, would show nothing.
  expect(seen.done).toBeGreaterThan(50);
  expect(seen.refused).toBeGreaterThan(5);
});

it('keeps the spare metadata volume free that lvm leaves as large as the largest pool was', async () => {
  const hosts = strictHosts(1, 1, DEVICE_GIB);
  await withPool(hosts, async (pool) => {
    await loadTopology(pool, 1, 1);
    const none = { type: 'none' as const, replica: 0, disperseData: 0, disperseRedundancy: 0 };
    const create = (sizeGib: number) =>
      settle(pool, pool.operations.createVolume(volumeRequest({ sizeGib, durability: none })));
    await create(1);
    const [kept] = await volumeIds(pool);
    await create(7);
    for (const id of await volumeIds(pool)) if (id !== kept) await settle(pool, pool.operations.deleteVolume(id));
    await create(4);
    const before = new Set(await volumeIds(pool));
    const accepted: boolean[] = [];
    for (let extentsLeft = 0; extentsLeft < 20; extentsLeft++) {
      accepted.push(await fill(pool, extentsLeft));
      for (const id of await volumeIds(pool)) if (!before.has(id)) await settle(pool, pool.operations.deleteVolume(id));
    }
    // The pool of 7 GiB had 9 extents of metadata, those that are left have 5 and less.
    expect(accepted.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => false));
    expect(accepted.slice(12)).toEqual(Array.from({ length: 8 }, () => true));
  });
});

/** False when there was no room. Whatever was accepted must succeed on the hosts. */
async function apply(pool: Pool, next: Step): Promise<boolean> {
  const ids = await volumeIds(pool);
  const isNew = next.kind === 'create' || next.kind === 'fill';
  const id = isNew ? '' : (ids[next.at % Math.max(1, ids.length)] ?? '');
  if (!isNew && id === '') return true;
  const { operations } = pool;
  if (next.kind === 'delete') return settle(pool, operations.deleteVolume(id));
  if (next.kind === 'clone') return settle(pool, operations.cloneVolume(id, ''));
  if (next.kind === 'expand') return settle(pool, operations.expandVolume(id, next.gib));
  if (next.kind === 'fill') return fill(pool, next.extentsLeft);
  const arbiter = next.arbiter && next.replica === 3;
  return settle(
    pool,
    operations.createVolume(
      volumeRequest({
        sizeGib: next.gib,
        durability: { type: 'replicate', replica: next.replica, disperseData: 0, disperseRedundancy: 0 },
        options: arbiter ? ['user.heketi.arbiter true'] : [],
        snapshotEnabled: next.factor > 1,
        snapshotFactor: Math.fround(next.factor),
      }),
    ),
  );
}

async function fill(pool: Pool, extentsLeft: number): Promise<boolean> {
  const frees = (await pool.store.read((tx) => tx.devices.list())).map(({ freeKib }) => freeKib);
  const poolKib = (Math.max(...frees) - extentsLeft * EXTENT_KIB) / 1.005;
  if (poolKib < KIB_PER_GIB) return true;
  const request = volumeRequest({
    sizeGib: 1,
    durability: { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 },
    snapshotEnabled: true,
    snapshotFactor: Math.fround(poolKib / KIB_PER_GIB),
  });
  return settle(pool, pool.operations.createVolume(request));
}

async function settle(pool: Pool, started: Promise<QueueTicket>): Promise<boolean> {
  let ticket: QueueTicket;
  try {
    ticket = await started;
  } catch (error) {
    expect((error as Error).message).toMatch(NO_PLACEMENT);
    return false;
  }
  expect((await answerOf(pool, ticket)).error).toBeNull();
  return true;
}

async function volumeIds(pool: Pool): Promise<readonly Id[]> {
  return (await pool.store.read((tx) => tx.volumes.list())).map(({ id }) => id);
}

/** No group holds more than the books and the spare metadata volume say. */
async function expectBooksWithinGroups(pool: Pool, hosts: ReturnType<typeof strictHosts>): Promise<void> {
  const groups = new Map(hosts.state().hosts.flatMap((host) => host.groups.map((group) => [group.name, group])));
  for (const device of await pool.store.read((tx) => tx.devices.list())) {
    const group = groups.get(`vg_${device.id}`);
    if (!group) throw new Error(`no group of device ${device.id}`);
    const spareKib = group.volumes.length > 0 ? device.spareMetadataKib : 0;
    expect(group.usedExtents * EXTENT_KIB).toBe(device.usedKib + spareKib);
    expect(device.freeKib).toBeGreaterThanOrEqual(spareKib);
  }
}
