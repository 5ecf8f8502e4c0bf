import { brickSpace } from '../../domain/allocator/brick-space.js';
import { alignUp, gibToKib, KIB_PER_GIB } from '../../domain/size.js';

/** A brick's thin volume and pool as LVM has them: whole extents. */
export interface FoundSizes {
  readonly sizeKib: number;
  readonly poolKib: number;
  readonly extentKib: number;
  readonly isArbiter: boolean;
}

export interface ReadSizes {
  readonly sizeGib: number;
  readonly snapshotFactor: number;
  /** False where no factor explains the pools: they were made or grown by hand. */
  readonly isFactorFound: boolean;
  /** Of each brick, in the order given: as it was ordered where that explains what LVM has, otherwise LVM's. */
  readonly brickKib: readonly number[];
}

/**
 * What must have been ordered for these bricks. `dataBricks`: of a set of a dispersed volume, whose sizes add up; 1 for
 * others. LVM rounds up to extents, so the sum of the bricks may be a little more than the volume.
 */
export function readSizes(
  bricks: readonly FoundSizes[],
  { setSize, dataBricks, averageFileKib }: { setSize: number; dataBricks: number; averageFileKib: number },
): ReadSizes {
  const data = bricks.filter(({ isArbiter }) => !isArbiter);
  const sets = bricks.length / setSize;
  const dataPerSet = data.length / sets;
  const totalKib = (data.reduce((sum, { sizeKib }) => sum + sizeKib, 0) / dataPerSet) * dataBricks;
  const sizeGib = Math.floor(totalKib / KIB_PER_GIB);
  const orderedKib = Math.floor(Math.floor(gibToKib(sizeGib) / sets) / dataBricks);
  const isUniform = data.every(({ sizeKib, extentKib }) => alignUp(orderedKib, extentKib) === sizeKib);
  const dataKib = (brick: FoundSizes): number => (isUniform ? orderedKib : brick.sizeKib);
  const factor = readFactor(data.map((brick) => ({ ...brick, sizeKib: dataKib(brick) })));
  return {
    sizeGib,
    snapshotFactor: Math.fround(factor ?? ratio(data[0])),
    isFactorFound: factor !== null,
    brickKib: bricks.map((brick) => (brick.isArbiter ? arbiterKib(brick, orderedKib, averageFileKib) : dataKib(brick))),
  };
}

const LEAST_ARBITER_KIB = 16_384;

function arbiterKib({ sizeKib, extentKib }: FoundSizes, dataKib: number, averageFileKib: number): number {
  const ordered = Math.max(Math.floor(dataKib / averageFileKib), LEAST_ARBITER_KIB);
  return alignUp(ordered, extentKib) === sizeKib ? ordered : sizeKib;
}

/** The shortest number that makes these pools of these bricks; null when none of a few decimals does. */
function readFactor(bricks: readonly FoundSizes[]): number | null {
  for (let decimals = 0; decimals <= 4; decimals++) {
    const candidate = Number(ratio(bricks[0]).toFixed(decimals));
    const isIt = bricks.every(
      ({ sizeKib, poolKib, extentKib }) => brickSpace(sizeKib, candidate, extentKib).thinPoolKib === poolKib,
    );
    if (isIt) return candidate;
  }
  return null;
}

function ratio(brick: FoundSizes | undefined): number {
  return brick ? Math.max(1, brick.poolKib / brick.sizeKib) : 1;
}
