import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackupFailure } from '../../src/backup/backup-failure.js';
import type { DatabaseCopy } from '../../src/backup/backup-target.js';
import { matchesChecksum } from '../../src/backup/checksum.js';
import { type DirectoryOptions, DirectoryTarget } from '../../src/backup/directory-target.js';
import { inspectAside, openMemoryStore } from '../../src/store/open-store.js';
import { temporaryDirectory } from '../store/temporary-database.js';

const OURS = 'aaaabbbbccccddddeeeeffff00001111';
const OTHERS = '1111222233334444555566667777888';
const never = new AbortController().signal;

let directory = '';
let copy: DatabaseCopy;
const leftOver = vi.fn();

beforeEach(async () => {
  directory = temporaryDirectory();
  leftOver.mockClear();
  const store = await openMemoryStore();
  copy = { bytes: await store.backup(), databaseId: OURS };
  await store.close();
});

function target(options: Partial<DirectoryOptions> = {}): DirectoryTarget {
  return new DirectoryTarget({ directory, keep: 3, inspect: inspectAside, onLeftOver: leftOver, ...options });
}

function backups(databaseId = OURS): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith(`heketi-${databaseId.slice(0, 8)}-`) && name.endsWith('.db.gz'))
    .sort();
}

async function failureOf(work: Promise<unknown>): Promise<BackupFailure> {
  return work.then(
    () => expect.unreachable('it did not fail'),
    (error: BackupFailure) => error,
  );
}

it('a backup is the database, compressed, with the checksum that sha256sum checks, for its owner only', async () => {
  const sizeBytes = await target().keep(copy, never);
  const [name = ''] = backups();
  expect(name).toMatch(/^heketi-aaaabbbb-000001-\d{8}T\d{6}Z-[0-9a-f]{8}\.db\.gz$/);
  expect(readdirSync(directory).sort()).toEqual([name, `${name}.sha256`]);
  const file = join(directory, name);
  expect(gunzipSync(readFileSync(file)).equals(copy.bytes)).toBe(true);
  expect(statSync(file)).toMatchObject({ size: sizeBytes, mode: 0o100600 });
  expect(await matchesChecksum(file)).toBe(true);
  expect(String(execFileSync('sha256sum', ['-c', `${name}.sha256`], { cwd: directory }))).toBe(`${name}: OK\n`);
});

it('the newest ones stay, in the order in which they were made, whatever the clock said', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  for (const year of [2030, 1970, 2026, 2001, 2026]) {
    vi.setSystemTime(Date.UTC(year, 0, 1));
    await target().keep(copy, never);
  }
  vi.useRealTimers();
  expect(backups().map((name) => name.slice(0, 31))).toEqual([
    'heketi-aaaabbbb-000003-20260101',
    'heketi-aaaabbbb-000004-20010101',
    'heketi-aaaabbbb-000005-20260101',
  ]);
  expect(readdirSync(directory)).toHaveLength(6);
  expect(leftOver).not.toHaveBeenCalled();
  expect(await target().newest(OURS)).toEqual({
    at: Date.UTC(2026, 0, 1),
    sizeBytes: statSync(join(directory, backups().at(-1) ?? '')).size,
  });
});

it('of two servers with one directory each keeps its own backups, and nobody else loses a file', async () => {
  const foreign = ['heketi.db', 'heketi-aaaabbbb-000000-notes.txt', 'heketi-aaaabbbb-000001-20260101T000000Z.db.gz'];
  for (const name of foreign) writeFileSync(join(directory, name), 'kept');
  const ours = target({ keep: 1 });
  const others = target({ keep: 2 });
  for (let n = 0; n < 4; n++) {
    await Promise.all([ours.keep(copy, never), others.keep({ ...copy, databaseId: OTHERS }, never)]);
  }
  expect(backups(OURS).filter((name) => !foreign.includes(name))).toHaveLength(1);
  expect(backups(OTHERS)).toHaveLength(2);
  expect(readdirSync(directory)).toEqual(expect.arrayContaining(foreign));
  expect(readdirSync(directory)).toHaveLength(foreign.length + 6);
});

it('names of backups of the same database never collide, though two servers make one at the same moment', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  // The first try of the slower one is given up when the quicker one takes its unfinished file for a dead server's.
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => target({ keep: 100 }).keep(copy, never)));
  vi.useRealTimers();
  const kept = outcomes.filter(({ status }) => status === 'fulfilled').length;
  expect(kept).toBeGreaterThan(0);
  expect(backups()).toHaveLength(kept);
  for (const name of backups()) expect(await matchesChecksum(join(directory, name))).toBe(true);
});

it('what a crash left half written is never counted as a backup, and removed', async () => {
  await target().keep(copy, never);
  const half = ['.heketi-aaaabbbb-01234567.unfinished', '.heketi-aaaabbbb-01234567.unfinished.sha256'];
  const foreign = '.heketi-11112222-01234567.unfinished';
  for (const name of [...half, foreign]) writeFileSync(join(directory, name), 'half');
  expect((await target().newest(OURS))?.sizeBytes).toBeGreaterThan(100);
  await target().keep(copy, never);
  expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([foreign]);
});

it('a checksum whose backup a crash kept from its place goes once it is old', async () => {
  writeFileSync(join(directory, 'heketi-aaaabbbb-000001-20260101T000000Z-01234567.db.gz.sha256'), 'lone');
  for (let n = 0; n < 3; n++) await target({ keep: 2 }).keep(copy, never);
  expect(readdirSync(directory)).toHaveLength(4);
});

describe('a backup that fails leaves the earlier ones, and tells what to do', () => {
  it('when the directory is gone, or a file is in its place; it is not made', async () => {
    rmSync(directory, { recursive: true });
    const gone = await failureOf(target().keep(copy, never));
    expect(gone.reason).toBe('missing');
    expect(gone.message).toContain('make or mount the directory');
    expect(gone.sizeBytes).toBeGreaterThan(100);
    writeFileSync(directory, '');
    expect((await failureOf(target().keep(copy, never))).reason).toBe('missing');
  });

  it('when the database is damaged', async () => {
    for (let n = 0; n < 3; n++) await target().keep(copy, never);
    const before = backups();
    const bytes = Buffer.from(copy.bytes).fill(0xa5, 4096);
    const failure = await failureOf(target().keep({ ...copy, bytes }, never));
    expect(failure.reason).toBe('unsound');
    expect(failure.message).toMatch(/the database is damaged .* earlier backups are kept/);
    expect(backups()).toEqual(before);
    expect(readdirSync(directory)).toHaveLength(6);
  });

  it('when it took too long', async () => {
    await target({ keep: 1 }).keep(copy, never);
    const before = backups();
    await failureOf(target({ keep: 1 }).keep(copy, AbortSignal.abort()));
    expect(backups()).toEqual(before);
    expect(readdirSync(directory)).toHaveLength(2);
  });
});

it('an old backup that can not be removed is told, and no failure', async () => {
  await target({ keep: 1 }).keep(copy, never);
  const [old = ''] = backups();
  rmSync(join(directory, old));
  mkdirSync(join(directory, old));
  utimesSync(join(directory, old), 0, 0);
  await target({ keep: 1 }).keep(copy, never);
  expect(leftOver).toHaveBeenCalledWith(join(directory, old), expect.anything());
  expect(backups()).toHaveLength(2);
});
