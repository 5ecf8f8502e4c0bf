import type { Brick } from '../../domain/brick.js';
import { brickThinPoolName } from '../../domain/brick.js';
import { volumeGroupName } from '../../domain/device.js';
import type { Id } from '../../domain/ids.js';
import {
  FILLING_PERCENT,
  type FillingPool,
  isFilling,
  POOL_PARTS,
  type PoolPart,
  type PoolUse,
  percentOf,
} from '../../domain/usage.js';
import { tell } from '../../events/tell.js';
import type { ReadTx, Store, Tx } from '../../store/store.js';
import { ofBrick } from '../engine/event-subjects.js';
import type { Logger } from '../logger.js';

/** A part of a pool of which something is to be told. `brick`: the first one in it. */
interface Crossing {
  readonly brick: Brick;
  readonly pool: string;
  readonly part: PoolPart;
  readonly percent: number;
  readonly isFilling: boolean;
}

/**
 * Tells of thin pools that fill up, and of those that do not any more: what was told is a row, written in the same unit as
 * the event, so that each crossing is told once, whatever dies between two looks.
 */
export class PoolWarnings {
  readonly #store: Store;
  readonly #log: Logger;

  constructor(store: Store, log: Logger) {
    this.#store = store;
    this.#log = log;
  }

  /** `pools`: those of the device's bricks, by their names; of pools that are missing nothing is known. */
  async saw(deviceId: Id, host: string, pools: ReadonlyMap<string, PoolUse>): Promise<void> {
    // Most of the time there is nothing to be written, and a unit that writes nothing would be a commit all the same.
    const expected = await this.#store.read((tx) => crossingsOf(tx, deviceId, pools));
    if (expected.length === 0) return;
    const told = await this.#store.write((tx) => this.#tellAll(tx, deviceId, host, pools), { goesAlong: true });
    for (const { pool, part, percent, isFilling: fills } of told) {
      const fields = { host, device: deviceId, pool, part, percent };
      if (fills) this.#log.warn(fields, 'a thin pool fills up');
      else this.#log.info(fields, 'a thin pool has room again');
    }
  }

  /** What was told of pools in which no brick is any more. */
  async forgetGone(): Promise<void> {
    const gone = await this.#store.read(async (tx) => {
      const rows: FillingPool[] = [];
      for (const row of await tx.fillingPools.list())
        if (!(await bricksByPool(tx, row.deviceId)).has(row.pool)) rows.push(row);
      return rows;
    });
    if (gone.length === 0) return;
    await this.#store.write(
      async (tx) => {
        for (const row of gone) await tx.fillingPools.delete(row);
      },
      { goesAlong: true },
    );
  }

  async #tellAll(
    tx: Tx,
    deviceId: Id,
    host: string,
    pools: ReadonlyMap<string, PoolUse>,
  ): Promise<readonly Crossing[]> {
    const crossings = await crossingsOf(tx, deviceId, pools);
    for (const crossing of crossings) {
      const { brick, pool, part, percent, isFilling: fills } = crossing;
      const row = { deviceId, pool, part };
      if (fills) await tx.fillingPools.insert({ ...row, since: Date.now() });
      else await tx.fillingPools.delete(row);
      await tell(tx, fills ? 'brick.pool-filling' : 'brick.pool-relieved', await ofBrick(tx, brick), {
        reason: fills ? adviceOn(crossing, deviceId, host) : null,
        details: { volumeId: brick.volumeId, nodeId: brick.nodeId, deviceId, pool, part, percent },
      });
    }
    return crossings;
  }
}

/** What differs from what was told. */
async function crossingsOf(
  tx: ReadTx,
  deviceId: Id,
  pools: ReadonlyMap<string, PoolUse>,
): Promise<readonly Crossing[]> {
  const told = await tx.fillingPools.listByDevice(deviceId);
  const crossings: Crossing[] = [];
  for (const [name, brick] of await bricksByPool(tx, deviceId)) {
    const pool = pools.get(name);
    for (const part of pool ? POOL_PARTS : []) {
      const percent = pool ? percentOf(pool, part) : null;
      const was = told.some((row) => row.pool === name && row.part === part);
      const is = isFilling(percent, was);
      if (percent !== null && is !== was) crossings.push({ brick, pool: name, part, percent, isFilling: is });
    }
  }
  return crossings;
}

/** Clones are in the pool of their source: the first brick stands for all of them. */
async function bricksByPool(tx: ReadTx, deviceId: Id): Promise<ReadonlyMap<string, Brick>> {
  const bricks = await tx.bricks.listByDevice(deviceId);
  return new Map(bricks.toReversed().map((brick) => [brickThinPoolName(brick), brick]));
}

/** What it means, and what to do. */
function adviceOn({ brick, pool, part, percent }: Crossing, deviceId: Id, host: string): string {
  const path = `${volumeGroupName(deviceId)}/${pool}`;
  const what = `${percent} % of the ${part} of thin pool ${path} on ${host} is used (told from ${FILLING_PERCENT} % on)`;
  if (part === 'metadata')
    return `${what}: a pool without room for metadata takes no writes; give it more there: lvextend --poolmetadatasize +256M ${path}`;
  return `${what}: a pool without room makes writes to its bricks fail; expand the volume (heketi-cli volume expand --volume=${brick.volumeId} --expand-size=GIB), or delete clones and snapshots of it, or give the pool more there: lvextend -L +10G ${path}`;
}
