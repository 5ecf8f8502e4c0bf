import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { BackupFailure } from '../../src/backup/backup-failure.js';
import { BackupKeeper, type BackupRhythm } from '../../src/backup/backup-keeper.js';
import type { BackupTarget, KeptBackup } from '../../src/backup/backup-target.js';
import { openMemoryStore } from '../../src/store/open-store.js';
import { SILENT } from '../support/pool.js';
import { recordingObserver } from './recording-observer.js';

const HOUR_MS = 3_600_000;
const AFTER_CHANGES: BackupRhythm = {
  afterChangeMs: 1000,
  spacingMs: 10_000,
  everyMs: 6 * HOUR_MS,
  tryLimitMs: 30_000,
};
const REGULAR: BackupRhythm = { afterChangeMs: null, spacingMs: 0, everyMs: 24 * HOUR_MS, tryLimitMs: 30_000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Ends a copy when the test says so. */
class HandTarget implements BackupTarget {
  readonly name = 'secret';
  readonly limitBytes = 100;
  readonly contents = 'all';
  readonly #earlier: KeptBackup | null;
  /** One for each copy that was begun; true: kept. */
  readonly begun: ((outcome: BackupFailure | true) => void)[] = [];

  constructor(earlier: KeptBackup | null = null) {
    this.#earlier = earlier;
  }

  keep(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.begun.push((outcome) => (outcome === true ? resolve(7) : reject(outcome)));
    });
  }

  async newest(): Promise<KeptBackup | null> {
    return this.#earlier;
  }
}

/** `lookMs`: how long the test waits for the look at earlier copies. */
async function startKeeper(rhythm: BackupRhythm, target = new HandTarget(), lookMs = 0) {
  const store = await openMemoryStore();
  onTestFinished(() => store.close());
  const observer = recordingObserver();
  const keeper = new BackupKeeper({ store, target, rhythm, observer, log: SILENT });
  const starting = keeper.start(1000);
  await passed(lookMs);
  await starting;
  const end = async (outcome: BackupFailure | true = true) => {
    target.begun.at(-1)?.(outcome);
    await passed(0);
  };
  return { keeper, target, told: observer.told, end };
}

const passed = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const failure = () => new BackupFailure('unreachable', 'nobody answers');

it('a copy is made at the start, and none without changes until its time has come', async () => {
  const { target, end, told } = await startKeeper(AFTER_CHANGES);
  expect(told).toEqual(['secret began 100']);
  await passed(1000);
  await end();
  expect(told).toEqual(['secret began 100', 'secret kept 7']);
  await passed(6 * HOUR_MS - 1);
  expect(target.begun).toHaveLength(1);
  await passed(1);
  expect(target.begun).toHaveLength(2);
});

it('changes that come together share a copy, and those that go on get one after another with a distance', async () => {
  const { keeper, target, end } = await startKeeper(AFTER_CHANGES);
  await passed(1000);
  await end();
  await passed(60_000);
  for (let n = 0; n < 50; n++) {
    keeper.changed();
    await passed(19);
  }
  expect(target.begun).toHaveLength(1);
  await passed(50);
  expect(target.begun).toHaveLength(2);
  keeper.changed();
  await end();
  await passed(9999);
  expect(target.begun).toHaveLength(2);
  await passed(2);
  expect(target.begun).toHaveLength(3);
  await end();
  await passed(HOUR_MS);
  expect(target.begun).toHaveLength(3);
});

it('what fails is tried again after pauses that grow, whatever changes meanwhile, until it is kept', async () => {
  const { keeper, target, end, told } = await startKeeper(AFTER_CHANGES);
  await passed(1000);
  for (const pauseMs of [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]) {
    const tries = target.begun.length;
    await end(failure());
    keeper.changed();
    await passed(pauseMs - 1);
    expect(target.begun).toHaveLength(tries);
    await passed(1);
    expect(target.begun).toHaveLength(tries + 1);
  }
  await end();
  expect(told.at(-2)).toBe('secret failed unreachable');
  expect(told.at(-1)).toBe('secret kept 7');
  await passed(HOUR_MS);
  expect(target.begun).toHaveLength(9);
});

it('a target that hangs is told as failed, again and again, and gets no second copy before the first has ended', async () => {
  const { target, told } = await startKeeper(AFTER_CHANGES);
  await passed(1000 + 30_000);
  expect(told.at(-1)).toBe('secret failed timeout');
  await passed(15_000);
  expect(told.filter((line) => line === 'secret failed timeout')).toHaveLength(3);
  expect(target.begun).toHaveLength(1);
  target.begun[0]?.(true);
  await passed(20_000);
  expect(target.begun).toHaveLength(2);
});

it('the end makes a last copy of what the newest one lacks, and of nothing else', async () => {
  const { keeper, target, end } = await startKeeper(AFTER_CHANGES);
  await passed(1000);
  await end();
  keeper.changed();
  const closing = keeper.close(3000);
  await passed(0);
  expect(target.begun).toHaveLength(2);
  await end();
  await closing;
  await keeper.close(3000);
  keeper.changed();
  await passed(24 * HOUR_MS);
  expect(target.begun).toHaveLength(2);
});

it('the end waits for a copy under way, and then makes the last one', async () => {
  const { keeper, target, end, told } = await startKeeper(AFTER_CHANGES);
  await passed(1000);
  keeper.changed();
  const closing = keeper.close(3000);
  await end();
  expect(target.begun).toHaveLength(2);
  await end();
  await closing;
  expect(told.slice(1)).toEqual(['secret kept 7', 'secret kept 7']);
});

it('the end does not wait longer than it may', async () => {
  const { keeper } = await startKeeper(AFTER_CHANGES);
  keeper.changed();
  let isClosed = false;
  const closing = keeper.close(3000).then(() => {
    isClosed = true;
  });
  await passed(2999);
  expect(isClosed).toBe(false);
  await passed(1);
  await closing;
});

it('a regular copy takes no notice of changes, at the end neither', async () => {
  const { keeper, target, end } = await startKeeper(REGULAR);
  await passed(1000);
  await end();
  keeper.changed();
  await passed(24 * HOUR_MS - 1);
  await keeper.close(3000);
  expect(target.begun).toHaveLength(1);
});

it('a server that is started again goes on with the time of the copies that are there', async () => {
  const target = new HandTarget({ at: Date.now() - 20 * HOUR_MS, sizeBytes: 5 });
  const { told } = await startKeeper(REGULAR, target);
  expect(told).toEqual(['secret began 100', 'secret kept 5']);
  await passed(4 * HOUR_MS - 1);
  expect(target.begun).toHaveLength(0);
  await passed(1);
  expect(target.begun).toHaveLength(1);
});

it.each([
  ['dated in the future', 50_000 * HOUR_MS, 24 * HOUR_MS],
  ['long overdue', -50_000 * HOUR_MS, 1000],
])('a newest copy that is %s puts the next one off for a bounded time', async (_, aheadMs, dueMs) => {
  const target = new HandTarget({ at: Date.now() + aheadMs, sizeBytes: 5 });
  await startKeeper(REGULAR, target);
  await passed(dueMs - 1);
  expect(target.begun).toHaveLength(0);
  await passed(1);
  expect(target.begun).toHaveLength(1);
});

it('a clock that is set forward or back moves no copy', async () => {
  const { target, end } = await startKeeper(REGULAR);
  await passed(1000);
  await end();
  vi.setSystemTime(Date.now() + 1000 * HOUR_MS);
  await passed(12 * HOUR_MS);
  vi.setSystemTime(0);
  await passed(12 * HOUR_MS - 1);
  expect(target.begun).toHaveLength(1);
  await passed(1);
  expect(target.begun).toHaveLength(2);
});

it('a target that hangs at the look at its earlier copies is tried all the same', async () => {
  const target = new HandTarget();
  target.newest = () => new Promise(() => undefined);
  await startKeeper(REGULAR, target, REGULAR.tryLimitMs);
  expect(target.begun).toHaveLength(0);
  await passed(1000);
  expect(target.begun).toHaveLength(1);
});

it('a target whose earlier copies nobody can see is used all the same', async () => {
  const target = new HandTarget();
  target.newest = () => Promise.reject(new Error('no such directory'));
  await startKeeper(REGULAR, target);
  await passed(1000);
  expect(target.begun).toHaveLength(1);
});
