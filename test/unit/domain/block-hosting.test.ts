import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseHosting,
  exportCount,
  giveBackFromBlocks,
  growHosting,
  type HostingCandidate,
  takeForBlocks,
  withFreeCounted,
} from '../../../src/domain/block-hosting.js';
import { blockInfoFor, type Volume } from '../../../src/domain/volume.js';

function hosting(sizeGib: number, overrides: Partial<Volume> = {}): Volume {
  return {
    id: 'h1',
    clusterId: 'c1',
    name: 'vol_h1',
    sizeGib,
    durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
    gid: 0,
    isBlockHosting: true,
    snapshotEnabled: false,
    snapshotFactor: 1,
    options: [],
    requestedClusters: null,
    blockInfo: blockInfoFor(true, sizeGib),
    storedMount: { hosts: [], device: '', options: {} },
    pendingId: null,
    ...overrides,
  };
}

const candidate = (volume: Volume, ...names: string[]): HostingCandidate => ({
  volume,
  blocks: names.map((name) => ({ name })),
});

describe('the books of a block hosting volume', () => {
  it('reserve 2 % and more by rounding', () => {
    expect(hosting(100).blockInfo).toMatchObject({ freeGib: 98, reservedGib: 2 });
    expect(hosting(1).blockInfo).toMatchObject({ freeGib: 0, reservedGib: 1 });
  });

  it('balance through any sequence of takes, gifts and growth', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const), gib: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ kind: fc.constant('give' as const), gib: fc.nat() }),
      fc.record({ kind: fc.constant('grow' as const), gib: fc.integer({ min: 1, max: 100 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.array(step, { maxLength: 30 }), (sizeGib, steps) => {
        let volume = hosting(sizeGib);
        const blocks: number[] = [];
        for (const { kind, gib } of steps) {
          if (kind === 'take' && gib <= volume.blockInfo.freeGib) {
            volume = takeForBlocks(volume, gib);
            blocks.push(gib);
          } else if (kind === 'take') expect(() => takeForBlocks(volume, gib)).toThrow(/GiB free/);
          else if (kind === 'give' && blocks.length > 0)
            volume = giveBackFromBlocks(volume, blocks.splice(gib % blocks.length, 1)[0] ?? 0);
          else if (kind === 'grow') volume = growHosting(volume, gib);
          const { freeGib, reservedGib } = volume.blockInfo;
          const takenGib = blocks.reduce((sum, block) => sum + block, 0);
          expect(freeGib).toBe(volume.sizeGib - reservedGib - takenGib);
          expect(freeGib).toBeGreaterThanOrEqual(0);
          expect(withFreeCounted(volume, takenGib)).toEqual(volume);
        }
      }),
    );
  });

  it('that do not balance are neither overdrawn nor given more than there is', () => {
    const odd = hosting(100, { blockInfo: { freeGib: 97, reservedGib: 2, restriction: '' } });
    expect(giveBackFromBlocks(odd, 50).blockInfo.freeGib).toBe(98);
    expect(withFreeCounted(odd, 99)).toBeNull();
    const inexact = hosting(100, { exact: { freeGib: 2n ** 60n } });
    expect(() => takeForBlocks(inexact, 1)).toThrow('has 0 GiB free');
  });
});

describe('the choice of a block hosting volume', () => {
  it('takes the one with the most free space', () => {
    const [small, large] = [hosting(50, { id: 'a' }), hosting(80, { id: 'b' })];
    expect(chooseHosting([candidate(small), candidate(large)], { name: 'x', sizeGib: 10 })).toMatchObject({
      chosen: { id: 'b' },
      largestGib: 78,
    });
  });

  it('says of each why not, and what would fit', () => {
    const locked = { freeGib: 90, reservedGib: 2, restriction: 'locked' } as const;
    const { chosen, refusals, largestGib } = chooseHosting(
      [
        candidate(hosting(50, { id: 'small' })),
        candidate(hosting(100, { id: 'locked', blockInfo: locked })),
        candidate(hosting(100, { id: 'updated', blockInfo: { ...locked, restriction: 'locked-by-update' } })),
        candidate(hosting(100, { id: 'named' }), 'x'),
        candidate(hosting(100, { id: 'pending', pendingId: 'op1' })),
      ],
      { name: 'x', sizeGib: 60 },
    );
    expect([chosen, largestGib]).toEqual([null, 49]);
    expect(refusals.map(({ volumeId, text }) => [volumeId, text])).toEqual([
      ['small', '49 of its 50 GiB are free'],
      ['locked', expect.stringContaining('locked for new block volumes')],
      ['updated', expect.stringContaining('an update of the database has locked it')],
      ['named', 'it holds a block volume named x already'],
      ['pending', 'operation op1 is making or deleting it'],
    ]);
  });
});

it.each([
  [0, 3, 3],
  [1, 3, 1],
  [3, 3, 3],
  [9, 3, 3],
])('%i of %i hosts serve a block volume from %i', (asked, hosts, count) => {
  expect(exportCount(asked, hosts)).toBe(count);
});
