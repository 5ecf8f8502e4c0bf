import crypto from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { newId } from '../../src/domain/ids.js';
import { steadyUnixMs } from '../../src/timing/clocks.js';
import { seededRandom } from './seeded-random.js';

/** A sync of the disk takes fewer turns of the event loop than this. */
const TURNS = 4;

/** What Node leaves to chance. */
const REAL = {
  randomBytes: crypto.randomBytes,
  randomUUID: crypto.randomUUID,
  fdatasync: fs.fdatasync,
  fsync: fs.fsync,
  now: performance.now,
  setTimeout: globalThis.setTimeout,
};

/**
 * Does the work while the seed tells what Node leaves to chance, so that it takes the same course in every process: ids,
 * and how long the disk takes. The clock goes on by a millisecond whenever somebody looks at it, and no timer ever ends.
 * The work may wait for nothing but hosts in memory and its database.
 */
export async function repeatably<T>(seed: number, work: () => Promise<T>): Promise<T> {
  replaceChance(seed);
  try {
    return await work();
  } finally {
    put(REAL);
  }
}

function replaceChance(seed: number): void {
  const random = seededRandom(seed);
  const bytes = (count: number) => Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
  const now = clockAtFullSecond();
  const stuck = (_work: () => void, ms?: number) => REAL.setTimeout(() => undefined, ms).unref();
  put({
    randomBytes: bytes as typeof crypto.randomBytes,
    randomUUID: () => uuidOf(bytes(16)),
    fdatasync: syncing(fs.fdatasyncSync, random) as typeof fs.fdatasync,
    fsync: syncing(fs.fsyncSync, random) as typeof fs.fsync,
    now,
    setTimeout: stuck as unknown as typeof setTimeout,
  });
  forgetDrawnIds(bytes);
}

function put({ now, setTimeout, ...functions }: typeof REAL): void {
  const { randomBytes, randomUUID, fdatasync, fsync } = functions;
  Object.assign(crypto, { randomBytes, randomUUID });
  Object.assign(fs, { fdatasync, fsync });
  syncBuiltinESMExports();
  performance.now = now;
  globalThis.setTimeout = setTimeout;
}

/** Records count in seconds: whether two have the same must not depend on when they were made. */
function clockAtFullSecond(): () => number {
  let clock = Math.ceil(REAL.now.call(performance));
  const look = () => {
    clock += 1;
    return clock;
  };
  performance.now = look;
  while (steadyUnixMs() % 1000 !== 0);
  return look;
}

type Synced = (error: Error | null) => void;

function syncing(sync: (descriptor: number) => void, random: () => number) {
  return (descriptor: number, done: Synced): void => {
    sync(descriptor);
    const wait = (turns: number): unknown => (turns === 0 ? done(null) : setImmediate(() => wait(turns - 1)));
    wait(1 + Math.floor(random() * (TURNS - 1)));
  };
}

/** Ids are drawn in advance: those of what was before are used up. */
function forgetDrawnIds(draw: (count: number) => Buffer): void {
  let isDrawn = false;
  Object.assign(crypto, {
    randomBytes: (count: number) => {
      isDrawn = true;
      return draw(count);
    },
  });
  syncBuiltinESMExports();
  while (!isDrawn) newId();
  Object.assign(crypto, { randomBytes: draw });
  syncBuiltinESMExports();
}

function uuidOf(bytes: Buffer): ReturnType<typeof crypto.randomUUID> {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
