import { describe, expect, it } from 'vitest';
import { brickSizes } from '../../../src/domain/allocator/brick-sizes.js';
import { brickSpace, countFitting, fits } from '../../../src/domain/allocator/brick-space.js';
import { positionsOf } from '../../../src/domain/allocator/positions.js';
import { arbiterRole, effectiveTags, matchesTagRule, parseTagRule } from '../../../src/domain/allocator/tags.js';
import type { Durability } from '../../../src/domain/durability.js';
import { KIB_PER_GIB } from '../../../src/domain/size.js';
import { blockInfoFor } from '../../../src/domain/volume.js';

const LIMITS = { minBrickKib: KIB_PER_GIB, maxBrickKib: 4096 * KIB_PER_GIB, maxBricksPerVolume: 32 };
const NONE: Durability = { type: 'none', replica: 0, disperseData: 0, disperseRedundancy: 0 };
const EIGHT_THREE: Durability = { type: 'disperse', replica: 0, disperseData: 8, disperseRedundancy: 3 };

describe('the space of a brick', () => {
  it.each([
    [100, 1, 104857600, 524288],
    [100, 1.1, 115347456, 577536],
    [10, 1.25, 13107200, 65536],
    [1, 1, 1048576, 8192],
  ])('of %d GiB with factor %d is %d KiB of pool and %d KiB of metadata', (gib, factor, pool, metadata) => {
    const space = brickSpace(gib * KIB_PER_GIB, factor, 4096);
    expect(space).toEqual({ thinPoolKib: pool, poolMetadataKib: metadata, totalKib: pool + metadata });
  });

  it('of 100 GiB is 105381888 KiB in all', () => {
    expect(brickSpace(100 * KIB_PER_GIB, 1, 4096).totalKib).toBe(105381888);
    expect(brickSpace(10 * KIB_PER_GIB, 1.25, 4096).totalKib).toBe(13172736);
  });

  it('takes the factor through single precision: in double precision 1.1 would be an extent less', () => {
    expect(Math.trunc(100 * KIB_PER_GIB * 1.1)).toBe(115343360);
    expect(brickSpace(100 * KIB_PER_GIB, 1.1, 4096).thinPoolKib).toBe(115343360 + 4096);
  });

  it('has at most 16 GiB of metadata', () => {
    expect(brickSpace(5000 * KIB_PER_GIB, 1, 4096).poolMetadataKib).toBe(16 * KIB_PER_GIB);
  });

  it('fits only on a device with strictly more free, and with room for the spare metadata of real volume groups', () => {
    const space = brickSpace(KIB_PER_GIB, 1, 4096);
    expect(fits({ freeKib: space.totalKib, largestMetadataKib: 0 }, space, false)).toBe(false);
    expect(fits({ freeKib: space.totalKib + 1, largestMetadataKib: 0 }, space, false)).toBe(true);
    expect(fits({ freeKib: space.totalKib + 8191, largestMetadataKib: 0 }, space, true)).toBe(false);
    expect(fits({ freeKib: space.totalKib + 8192, largestMetadataKib: 0 }, space, true)).toBe(true);
    expect(fits({ freeKib: space.totalKib + 8192, largestMetadataKib: 12288 }, space, true)).toBe(false);
  });

  it('is counted as often as bricks of it fit one after the other', () => {
    const space = brickSpace(KIB_PER_GIB, 1, 4096);
    for (const reserve of [false, true]) {
      for (let freeKib = 0; freeKib < 5 * space.totalKib; freeKib += 4096) {
        let left = freeKib;
        let count = 0;
        while (fits({ freeKib: left, largestMetadataKib: count > 0 ? space.poolMetadataKib : 0 }, space, reserve)) {
          left -= space.totalKib;
          count++;
        }
        expect(countFitting({ freeKib, largestMetadataKib: 0 }, space, reserve)).toBe(count);
      }
    }
  });
});

describe('the sizes that are tried', () => {
  it('halve until bricks would be too small', () => {
    const sizes = [...brickSizes(100 * KIB_PER_GIB, NONE, LIMITS)];
    expect(sizes.map(({ sets, brickKib }) => [sets, brickKib / KIB_PER_GIB])).toEqual([
      [1, 100],
      [2, 50],
      [4, 25],
      [8, 12.5],
      [16, 6.25],
      [32, 3.125],
      [64, 1.5625],
    ]);
  });

  it('share a disperse set between its data bricks', () => {
    const sizes = [...brickSizes(200 * KIB_PER_GIB, EIGHT_THREE, LIMITS)];
    expect(sizes.map(({ sets, brickKib }) => [sets, brickKib / KIB_PER_GIB])).toEqual([
      [1, 25],
      [2, 12.5],
      [4, 6.25],
      [8, 3.125],
      [16, 1.5625],
    ]);
  });

  it.each([
    [100, NONE],
    [800, EIGHT_THREE],
  ])('skip bricks above the limit: %d TiB', (tib, durability) => {
    const [first] = brickSizes(tib * 1024 * KIB_PER_GIB, durability, LIMITS);
    expect(first).toEqual({ sets: 32, brickKib: 3200 * KIB_PER_GIB });
  });

  it('have bricks rounded down, first over the sets and then over the data bricks', () => {
    const limits = { ...LIMITS, minBrickKib: 1 };
    expect([...brickSizes(35, EIGHT_THREE, limits)]).toEqual([
      { sets: 1, brickKib: 4 },
      { sets: 2, brickKib: 2 },
      { sets: 4, brickKib: 1 },
    ]);
  });
});

describe('an arbiter brick', () => {
  it('has a KiB for each file that a data brick may hold', () => {
    expect(positionsOf(100 * KIB_PER_GIB, 3, { arbiter: { averageFileKib: 64 } })).toEqual([
      { kind: 'data', sizeKib: 100 * KIB_PER_GIB },
      { kind: 'data', sizeKib: 100 * KIB_PER_GIB },
      { kind: 'arbiter', sizeKib: 1638400 },
    ]);
  });

  it('has at least 16 MiB', () => {
    expect(positionsOf(KIB_PER_GIB, 3, { arbiter: { averageFileKib: 1024 } })?.[2]?.sizeKib).toBe(16384);
  });

  it('can not be, when one file is larger than a data brick', () => {
    expect(positionsOf(1000, 3, { arbiter: { averageFileKib: 1000 } })).not.toBeNull();
    expect(positionsOf(1000, 3, { arbiter: { averageFileKib: 1001 } })).toBeNull();
  });
});

describe('a block hosting volume', () => {
  it('keeps 2 % for itself, rounded up to whole GiB', () => {
    expect(blockInfoFor(true, 100)).toMatchObject({ freeGib: 98, reservedGib: 2 });
    expect(blockInfoFor(true, 99)).toMatchObject({ freeGib: 97, reservedGib: 2 });
  });
});

describe('tag rules', () => {
  it.each([
    ['tier=ssd', { tier: 'ssd' }, true],
    ['tier=ssd', {}, false],
    ['tier!=ssd', {}, true],
    ['tier!=ssd', { tier: 'ssd' }, false],
    ['a=b=c', { 'a=b': 'c' }, true],
    // The last separator that leaves a value splits the text.
    ['a!=b=c', { a: 'b=c' }, false],
    ['a=b!=c', { 'a=b': 'c' }, false],
    ['a=b!=c', { 'a=b': 'd' }, true],
    ['zone/rack=r:1', { 'zone/rack': 'r:1' }, true],
    ['a_[x]^=@?', { 'a_[x]^': '@?' }, true],
    ['a=b=c', { 'a=b': 'c' }, true],
    ['toString!=x', {}, true],
    ['constructor=x', {}, false],
  ])('%s on %j: %s', (text, tags, expected) => {
    const rule = parseTagRule(text);
    expect(rule && matchesTagRule(rule, tags as Record<string, string>)).toBe(expected);
  });

  it.each(['tier', 'tier=', '=ssd', 'my-tier=ssd', 'tier=a-b', 'tier=a b', 'tier=a\n', '', '=', '!='])(
    '%s is no rule',
    (text) => {
      expect(parseTagRule(text)).toBeNull();
    },
  );
});

describe('tags', () => {
  it('of a device win over those of its node, and are merged with them', () => {
    expect(effectiveTags({ a: 'node', b: 'node' }, { b: 'device', c: 'device' })).toEqual({
      a: 'node',
      b: 'device',
      c: 'device',
    });
  });

  it.each([
    [{}, 'supported'],
    [{ arbiter: 'required' }, 'required'],
    [{ arbiter: 'disabled' }, 'disabled'],
    [{ arbiter: 'whatever' }, 'supported'],
  ])('%j mean %s for arbiters', (tags, role) => {
    expect(arbiterRole(tags as Record<string, string>)).toBe(role);
  });
});
