import { describe, expect, it } from 'vitest';
import { largestVolumeGib } from '../../../src/domain/allocator/largest-volume.js';
import { placeVolume } from '../../../src/domain/allocator/place-volume.js';
import type { ClusterSnapshot, PlacementRequest } from '../../../src/domain/allocator/types.js';
import { KIB_PER_GIB } from '../../../src/domain/size.js';
import { clusterOf } from './clusters.js';

const LIMITS = { minBrickKib: KIB_PER_GIB, maxBrickKib: 4096 * KIB_PER_GIB, maxBricksPerVolume: 32 };

function request(gib: number, overrides: Partial<PlacementRequest> = {}): PlacementRequest {
  return {
    sizeKib: gib * KIB_PER_GIB,
    durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
    snapshotFactor: 1,
    zoneChecking: 'none',
    tagMatch: null,
    arbiter: null,
    limits: LIMITS,
    existingBricks: 0,
    reserveSpareMetadata: false,
    ...overrides,
  };
}

function refusal(snapshot: ClusterSnapshot, wanted: PlacementRequest) {
  const placed = placeVolume(snapshot, wanted, () => 'id');
  if (placed.kind === 'placed') throw new Error('it was placed');
  return {
    ...placed,
    byDevice: Object.fromEntries(placed.devices.all().map((device) => [device.deviceId, device.refusal])),
  };
}

const node = (id: string, zone: number, ...freeGib: number[]) => ({ id, zone, freeGib });

describe('a refused placement', () => {
  it('says that nodes are missing, and which devices had room', () => {
    const { text, explanation, byDevice } = refusal(clusterOf(node('a', 1, 50, 0), node('b', 2, 50)), request(10));
    expect(text).toBe('Minimum brick size limit reached.  Out of space.');
    expect(explanation).toContain('needs 3 nodes; 2 have');
    expect(byDevice).toEqual({ ad0: 'node-taken', ad1: 'too-small', bd0: 'node-taken' });
  });

  it('says that zones are missing under strict zones', () => {
    const { explanation, byDevice } = refusal(
      clusterOf(node('a', 1, 50), node('b', 2, 50), node('c', 2, 50)),
      request(10, { zoneChecking: 'strict' }),
    );
    expect(explanation).toContain('needs 3 zones; the usable devices are in 2');
    expect(byDevice).toEqual({ ad0: 'zone-taken', bd0: 'zone-taken', cd0: 'zone-taken' });
  });

  it('says when smaller bricks would fit but be too many', () => {
    const nodes = [node('a', 1, 6), node('b', 1, 6), node('c', 1, 0.5)];
    const wanted = request(64, {
      limits: { ...LIMITS, maxBricksPerVolume: 4 },
      durability: { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 },
    });
    const { text, reason, explanation, byDevice } = refusal(clusterOf(...nodes), wanted);
    expect([text, reason]).toEqual(['Maximum number of bricks reached.', 'max-bricks']);
    expect(explanation).toContain('more than 4 in the volume (max_bricks_per_volume)');
    expect(byDevice).toEqual({ ad0: 'limit-reached', bd0: 'limit-reached', cd0: 'too-small' });
  });

  it('counts the bricks that a volume has already', () => {
    const snapshot = clusterOf(node('a', 1, 50), node('b', 1, 50), node('c', 1, 50));
    expect(placeVolume(snapshot, request(10, { existingBricks: 29 }), () => 'id').kind).toBe('placed');
    const { reason, byDevice } = refusal(snapshot, request(10, { existingBricks: 30 }));
    expect(reason).toBe('max-bricks');
    expect(byDevice).toEqual({ ad0: 'limit-reached', bd0: 'limit-reached', cd0: 'limit-reached' });
  });

  it('says of each device what keeps it out', () => {
    const snapshot = clusterOf(
      { ...node('a', 1, 50), state: 'offline' },
      { ...node('b', 1, 50), isUp: false },
      { ...node('c', 1, 50), device: { state: 'failed' } },
      { ...node('d', 1, 50), tags: { tier: 'hdd' } },
      { ...node('e', 1, 50), tags: { tier: 'ssd' }, device: { hasBrokenCounters: true } },
      { ...node('f', 1, 50), tags: { tier: 'ssd' } },
    );
    const { byDevice, explanation } = refusal(snapshot, request(10, { tagMatch: 'tier=ssd' }));
    expect(byDevice).toEqual({
      ad0: 'node-offline',
      bd0: 'node-down',
      cd0: 'device-offline',
      dd0: 'tag',
      ed0: 'broken-counters',
      fd0: 'node-taken',
    });
    expect(explanation).toContain('5 devices were left out');
  });

  it('names devices that hold only the other kind of brick', () => {
    const arbiterOnly = (id: string) => ({ ...node(id, 1, 50), tags: { arbiter: 'required' } });
    const { byDevice } = refusal(
      clusterOf(arbiterOnly('a'), arbiterOnly('b'), node('c', 1, 50)),
      request(10, { arbiter: { averageFileKib: 64 } }),
    );
    expect(byDevice).toEqual({ ad0: 'arbiter-tag', bd0: 'arbiter-tag', cd0: 'node-taken' });
  });

  it('ends soon when a search for arbiter sets has too much to try, and says that it was ended', () => {
    // Room for all data bricks, and for all arbiters, but not for both; no two devices are alike.
    const nodes = Array.from({ length: 32 }, (_, n) =>
      node(`n${n}`, n % 4, ...Array.from({ length: 4 }, (_, d) => 1.02 + (n * 4 + d) / 100_000)),
    );
    const limits = { minBrickKib: KIB_PER_GIB, maxBrickKib: KIB_PER_GIB * 1.5, maxBricksPerVolume: 1000 };
    const { explanation } = refusal(clusterOf(...nodes), request(64, { arbiter: { averageFileKib: 64 }, limits }));
    expect(explanation).toContain('ended before it had tried everything');
  });
});

describe('the largest volume that would fit', () => {
  it('may be of more sets than a smaller one that fits', () => {
    // 3 GiB would be one brick of 3 or two of 1.5; 4 GiB are two of 2.
    const limits = { ...LIMITS, minBrickKib: 2 * KIB_PER_GIB };
    const snapshot = clusterOf(node('a', 1, 2.9, 2.9));
    const none = { type: 'none' as const, replica: 0, disperseData: 0, disperseRedundancy: 0 };
    expect(largestVolumeGib(snapshot, request(1, { limits, durability: none }))).toBe(5);
    expect(placeVolume(snapshot, request(3, { limits, durability: none }), () => 'id').kind).toBe('refused');
  });

  it('is 0 where nothing fits', () => {
    expect(largestVolumeGib(clusterOf(node('a', 1, 50)), request(1))).toBe(0);
    expect(largestVolumeGib(clusterOf(), request(1))).toBe(0);
    expect(largestVolumeGib(clusterOf(node('a', 1, 50)), request(1, { tagMatch: 'no rule' }))).toBe(0);
  });
});
