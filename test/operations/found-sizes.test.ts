import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brickSpace } from '../../src/domain/allocator/brick-space.js';
import { alignUp, gibToKib } from '../../src/domain/size.js';
import { type FoundSizes, readSizes } from '../../src/operations/adoption/found-sizes.js';

const EXTENT = 4096;

/** What LVM has of a brick that was ordered so. */
function made(sizeKib: number, factor = 1, isArbiter = false): FoundSizes {
  const { thinPoolKib } = brickSpace(sizeKib, factor, EXTENT);
  return { sizeKib: alignUp(sizeKib, EXTENT), poolKib: thinPoolKib, extentKib: EXTENT, isArbiter };
}

const replica3 = { setSize: 3, dataBricks: 1, averageFileKib: 64 };

describe('sizes that must have been ordered', () => {
  it('are those of any volume, whatever LVM has rounded', () => {
    const kinds = [
      { setSize: 1, dataBricks: 1 },
      { setSize: 3, dataBricks: 1 },
      { setSize: 3, dataBricks: 2 },
      { setSize: 6, dataBricks: 4 },
      { setSize: 12, dataBricks: 8 },
    ];
    const factors = [1, 1.1, 1.25, 1.5, 1.7, 2, 10, 100];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.constantFrom(1, 2, 4),
        fc.constantFrom(...kinds),
        fc.constantFrom(...factors),
        (sizeGib, sets, kind, factor) => {
          const brickKib = Math.floor(Math.floor(gibToKib(sizeGib) / sets) / kind.dataBricks);
          const bricks = Array.from({ length: sets * kind.setSize }, () => made(brickKib, factor));
          const { snapshotFactor, ...read } = readSizes(bricks, { ...kind, averageFileKib: 64 });
          expect(read).toEqual({ sizeGib, isFactorFound: true, brickKib: bricks.map(() => brickKib) });
          // Of bricks smaller than a server makes them by itself several factors may make the very same pools.
          if (brickKib >= gibToKib(1)) expect(snapshotFactor).toBe(Math.fround(factor));
          else expect(made(brickKib, snapshotFactor)).toEqual(bricks[0]);
        },
      ),
    );
  });

  it('add up over sets of several sizes, as expansions make them', () => {
    const bricks = [10, 10, 10, 3, 3, 3].map((gib) => made(gibToKib(gib)));
    expect(readSizes(bricks, replica3)).toEqual({
      sizeGib: 13,
      snapshotFactor: 1,
      isFactorFound: true,
      brickKib: bricks.map(({ sizeKib }) => sizeKib),
    });
  });

  it('leave arbiters out, and know theirs by the size of a file', () => {
    const arbiterKib = Math.floor(gibToKib(10) / 100);
    const bricks = [made(gibToKib(10)), made(gibToKib(10)), made(arbiterKib, 1, true)];
    const read = readSizes(bricks, { ...replica3, averageFileKib: 100 });
    expect(read).toMatchObject({ sizeGib: 10, brickKib: [gibToKib(10), gibToKib(10), arbiterKib] });
    const other = readSizes(bricks, replica3);
    expect(other.brickKib[2]).toBe(alignUp(arbiterKib, EXTENT));
  });

  it('are LVM’s own where bricks were grown by hand, and no factor is claimed that does not explain the pools', () => {
    const [first, second] = [made(gibToKib(10)), { ...made(gibToKib(10)), poolKib: gibToKib(10) + 3 * EXTENT }];
    const read = readSizes([first, second, first], replica3);
    expect(read).toMatchObject({ sizeGib: 10, isFactorFound: false });
    const grown = [10, 10, 12].map((gib) => made(gibToKib(gib)));
    expect(readSizes(grown, replica3).brickKib).toEqual(grown.map(({ sizeKib }) => sizeKib));
  });
});
