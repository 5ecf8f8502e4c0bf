import { describe, expect, it } from 'vitest';
import { findCandidates } from '../../../src/domain/allocator/candidates.js';
import { placeVolume } from '../../../src/domain/allocator/place-volume.js';
import { forEachFitting, giveBack, type Position, take } from '../../../src/domain/allocator/placing.js';
import type { ClusterSnapshot, PlacementRequest } from '../../../src/domain/allocator/types.js';
import { KIB_PER_GIB } from '../../../src/domain/size.js';
import { clusterOf } from './clusters.js';

const REQUEST: PlacementRequest = {
  sizeKib: 10 * KIB_PER_GIB,
  durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
  snapshotFactor: 1,
  zoneChecking: 'none',
  tagMatch: null,
  arbiter: null,
  limits: { minBrickKib: KIB_PER_GIB, maxBrickKib: 4096 * KIB_PER_GIB, maxBricksPerVolume: 32 },
  existingBricks: 0,
  reserveSpareMetadata: false,
};

/** The node of each brick, set by set. */
function nodesOf(snapshot: ClusterSnapshot, changes: Partial<PlacementRequest> = {}): readonly string[] {
  const placed = placeVolume(snapshot, { ...REQUEST, ...changes }, () => 'id');
  if (placed.kind !== 'placed') throw new Error(placed.explanation);
  return placed.sets.flat().map(({ nodeId }) => nodeId);
}

describe('of the devices that could take a brick', () => {
  it('a fuller one in another zone comes before an emptier one in a zone that the set uses', () => {
    const snapshot = clusterOf(
      { id: 'a', zone: 1, freeGib: [90] },
      { id: 'b', zone: 1, freeGib: [80] },
      { id: 'c', zone: 2, freeGib: [30] },
      { id: 'd', zone: 3, freeGib: [20] },
    );
    expect([...nodesOf(snapshot)].sort()).toEqual(['a', 'c', 'd']);
  });

  it('one that is for this kind of brick only comes before an emptier one that takes both', () => {
    const snapshot = clusterOf(
      { id: 'a', zone: 1, freeGib: [30], tags: { arbiter: 'required' } },
      { id: 'b', zone: 1, freeGib: [30], tags: { arbiter: 'disabled' } },
      { id: 'c', zone: 1, freeGib: [30], tags: { arbiter: 'disabled' } },
      { id: 'd', zone: 1, freeGib: [90] },
      { id: 'e', zone: 1, freeGib: [90] },
    );
    const nodes = nodesOf(snapshot, { arbiter: { averageFileKib: 64 } });
    expect([nodes[2], [...nodes].sort()]).toEqual(['a', ['a', 'b', 'c']]);
  });

  it('the emptiest by its share comes first, not the one with the most free space', () => {
    const snapshot = clusterOf(
      { id: 'a', zone: 1, freeGib: [60] },
      { id: 'b', zone: 1, freeGib: [45], device: { totalKib: 50 * KIB_PER_GIB } },
    );
    const none = { type: 'none' as const, replica: 0, disperseData: 0, disperseRedundancy: 0 };
    expect(nodesOf(snapshot, { durability: none })).toEqual(['b']);
  });
});

it('keeps free what a larger brick of the same volume makes LVM keep as spare metadata', () => {
  const rules = { snapshotFactor: 1, zoneChecking: 'none' as const, reserveSpareMetadata: true };
  const data: Position = { kind: 'data', sizeKib: 20 * KIB_PER_GIB };
  const arbiter: Position = { kind: 'arbiter', sizeKib: 16 * 1024 };
  const fittingAfter = (freeKib: number): number => {
    const { nodes } = findCandidates(clusterOf({ id: 'a', zone: 1, freeGib: [0], device: { freeKib } }), null);
    const [node] = nodes;
    const [candidate] = node?.devices ?? [];
    if (!node || !candidate) throw new Error('no candidate');
    let count = 0;
    const visit = () => void count++;
    const taken = take(candidate, data, rules);
    forEachFitting(node, arbiter, rules, visit);
    giveBack(taken);
    expect([candidate.freeKib, candidate.largestMetadataKib]).toEqual([freeKib, 0]);
    return count;
  };
  const dataKib = 20 * KIB_PER_GIB + 106_496; // 0.5 % in whole extents, which the spare LV takes once more
  const arbiterKib = 16 * 1024 + 4096;
  expect(fittingAfter(dataKib + arbiterKib + 106_496)).toBe(1);
  expect(fittingAfter(dataKib + arbiterKib + 106_496 - 1)).toBe(0);
});
