import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brickSizes } from '../../../src/domain/allocator/brick-sizes.js';
import { brickSpace, fits } from '../../../src/domain/allocator/brick-space.js';
import { largestVolumeGib } from '../../../src/domain/allocator/largest-volume.js';
import { placeVolume } from '../../../src/domain/allocator/place-volume.js';
import type { ClusterSnapshot, PlacementRequest } from '../../../src/domain/allocator/types.js';
import { bricksPerSet } from '../../../src/domain/durability.js';
import { KIB_PER_GIB } from '../../../src/domain/size.js';

const EXTENT_KIB = 4096;

const cluster = fc
  .array(
    fc.record({
      zone: fc.integer({ min: 1, max: 3 }),
      isOnline: fc.boolean(),
      frees: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 }),
      arbiter: fc.constantFrom('supported', 'required', 'disabled'),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map(
    (nodes): ClusterSnapshot => ({
      clusterId: 'c',
      nodes: nodes.map((node, n) => ({
        id: `n${n}`,
        name: `host${n}`,
        zone: node.zone,
        state: node.isOnline ? 'online' : 'offline',
        isUp: true,
        tags: { arbiter: node.arbiter },
        devices: node.frees.map((free, d) => ({
          id: `n${n}d${d}`,
          name: `/dev/sd${d}`,
          state: 'online' as const,
          tags: {},
          totalKib: 100 * KIB_PER_GIB,
          freeKib: free * KIB_PER_GIB,
          extentKib: EXTENT_KIB,
          hasBrokenCounters: false,
          trouble: null,
          largestMetadataKib: 0,
        })),
      })),
    }),
  );

const request = fc
  .record({
    gib: fc.integer({ min: 1, max: 16 }),
    replica: fc.integer({ min: 1, max: 3 }),
    isStrict: fc.boolean(),
    hasArbiter: fc.boolean(),
    isDisperse: fc.boolean(),
    existingBricks: fc.constantFrom(0, 0, 3),
    reserve: fc.boolean(),
  })
  .map(
    ({ gib, replica, isStrict, hasArbiter, isDisperse, existingBricks, reserve }): PlacementRequest => ({
      sizeKib: gib * KIB_PER_GIB,
      durability: {
        type: isDisperse ? 'disperse' : 'replicate',
        replica: hasArbiter && isStrict ? 3 : replica,
        disperseData: 2,
        disperseRedundancy: 1,
      },
      snapshotFactor: 1,
      zoneChecking: isStrict ? 'strict' : 'none',
      tagMatch: null,
      arbiter: hasArbiter ? { averageFileKib: 64 } : null,
      limits: { minBrickKib: 2 * KIB_PER_GIB, maxBrickKib: 100 * KIB_PER_GIB, maxBricksPerVolume: 9 },
      existingBricks,
      reserveSpareMetadata: reserve,
    }),
  );

const place = (snapshot: ClusterSnapshot, wanted: PlacementRequest) => {
  let next = 0;
  return placeVolume(snapshot, wanted, () => `b${next++}`);
};

/** Tries every device for every position of every set; independent of the allocator's own ways. */
function existsPlacement(snapshot: ClusterSnapshot, wanted: PlacementRequest): boolean {
  const setSize = bricksPerSet(wanted.durability);
  const devices = snapshot.nodes
    .filter((node) => node.state === 'online')
    .flatMap((node) => node.devices.map((device) => ({ node, free: device.freeKib, largest: 0 })));
  const placeNext = (
    set: number,
    sets: number,
    position: number,
    brickKib: number,
    used: (typeof devices)[number][],
  ): boolean => {
    if (set === sets) return true;
    if (position === setSize) return placeNext(set + 1, sets, 0, brickKib, []);
    const isArbiter = wanted.arbiter !== null && position === 2;
    const sizeKib = isArbiter ? Math.max(Math.floor(brickKib / 64), 16384) : brickKib;
    const space = brickSpace(sizeKib, 1, EXTENT_KIB);
    for (const device of devices) {
      if (used.some((other) => other.node === device.node)) continue;
      if (wanted.zoneChecking === 'strict' && used.some((other) => other.node.zone === device.node.zone)) continue;
      if (wanted.arbiter && device.node.tags.arbiter === (isArbiter ? 'disabled' : 'required')) continue;
      if (!fits({ freeKib: device.free, largestMetadataKib: device.largest }, space, wanted.reserveSpareMetadata))
        continue;
      const { free, largest } = device;
      device.free -= space.totalKib;
      device.largest = Math.max(largest, space.poolMetadataKib);
      const isPlaced = placeNext(set, sets, position + 1, brickKib, [...used, device]);
      device.free = free;
      device.largest = largest;
      if (isPlaced) return true;
    }
    return false;
  };
  for (const { sets, brickKib } of brickSizes(wanted.sizeKib, wanted.durability, wanted.limits)) {
    if (sets * setSize + wanted.existingBricks > wanted.limits.maxBricksPerVolume) return false;
    if (placeNext(0, sets, 0, brickKib, [])) return true;
  }
  return false;
}

describe('placing a volume', () => {
  it('keeps the bricks of a set apart and takes no more than there is', () => {
    fc.assert(
      fc.property(cluster, request, (snapshot, wanted) => {
        const before = JSON.stringify(snapshot);
        const placed = place(snapshot, wanted);
        expect(JSON.stringify(snapshot)).toBe(before);
        if (placed.kind === 'refused') return;
        const nodes = new Map(snapshot.nodes.map((node) => [node.id, node]));
        const taken = new Map<string, number>();
        for (const set of placed.sets) {
          expect(new Set(set.map((brick) => brick.nodeId)).size).toBe(set.length);
          const zones = set.map((brick) => nodes.get(brick.nodeId)?.zone);
          if (wanted.zoneChecking === 'strict') expect(new Set(zones).size).toBe(set.length);
          for (const [position, brick] of set.entries()) {
            expect(nodes.get(brick.nodeId)?.state).toBe('online');
            expect(brick.subType).toBe(wanted.arbiter && position === 2 ? 'arbiter' : 'normal');
            taken.set(brick.deviceId, (taken.get(brick.deviceId) ?? 0) + brick.thinPoolKib + brick.poolMetadataKib);
          }
        }
        for (const device of snapshot.nodes.flatMap((node) => node.devices)) {
          expect(taken.get(device.id) ?? 0).toBeLessThanOrEqual(device.freeKib);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses only what an exhaustive search refuses, and says why for every device', () => {
    fc.assert(
      fc.property(cluster, request, (snapshot, wanted) => {
        const placed = place(snapshot, wanted);
        expect(placed.kind === 'placed').toBe(existsPlacement(snapshot, wanted));
        if (placed.kind === 'placed') return;
        expect(placed.text).not.toBe('');
        expect(placed.explanation).not.toBe('');
        const told = placed.devices.all();
        expect(told).toHaveLength(snapshot.nodes.flatMap((node) => node.devices).length);
        expect(placed.devices.nearest).toEqual(told);
        for (const [refusal, count] of placed.devices.counts)
          expect(told.filter((device) => device.refusal === refusal)).toHaveLength(count);
      }),
      { numRuns: 2000 },
    );
  });

  it('names the largest volume that fits', () => {
    fc.assert(
      fc.property(cluster, request, (snapshot, wanted) => {
        const fitting = Array.from({ length: 80 }, (_, i) => i + 1).filter(
          (gib) => place(snapshot, { ...wanted, sizeKib: gib * KIB_PER_GIB }).kind === 'placed',
        );
        expect(largestVolumeGib(snapshot, wanted)).toBe(fitting.at(-1) ?? 0);
      }),
      { numRuns: 300 },
    );
  });
});
