import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitDatabase, isDatabaseVolume } from '../../../src/app/container/database-volume.js';

let folder = '';
let table = '';
let database = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-volume-'));
  table = join(folder, 'mounts');
  database = join(folder, 'heketi.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function mount(source: string, at: string, type = 'fuse.glusterfs'): string {
  return `${source} ${at} ${type} rw,relatime,user_id=0,group_id=0 0 0\n`;
}

describe('the database volume', () => {
  it('is what is mounted at the folder itself, when its line names it', () => {
    writeFileSync(table, mount('overlay', '/', 'overlay') + mount('10.0.0.1:heketidbstorage', folder));
    expect(isDatabaseVolume(folder, table)).toBe(true);
  });

  it('is not one that is mounted elsewhere or below', () => {
    const elsewhere = [join(folder, 'archive'), `${folder}2`].map((at) => mount('10.0.0.1:heketidbstorage', at));
    writeFileSync(table, mount('overlay', '/', 'overlay') + elsewhere.join(''));
    expect(isDatabaseVolume(folder, table)).toBe(false);
  });

  it('is the mount that the folder lies in, and not one further above: the database may be in a folder of its own', () => {
    const own = join(folder, 'db');
    writeFileSync(table, mount('10.0.0.1:heketidbstorage', folder) + mount('overlay', '/', 'overlay'));
    expect(isDatabaseVolume(own, table)).toBe(true);
    writeFileSync(table, mount('10.0.0.1:heketidbstorage', folder) + mount('tmpfs', own, 'tmpfs'));
    expect(isDatabaseVolume(own, table)).toBe(false);
  });

  it('is not another volume', () => {
    writeFileSync(table, mount('10.0.0.1:vol_heketi', folder));
    expect(isDatabaseVolume(folder, table)).toBe(false);
  });

  it('is the last of those that are mounted over each other', () => {
    writeFileSync(table, mount('10.0.0.1:heketidbstorage', folder) + mount('tmpfs', folder, 'tmpfs'));
    expect(isDatabaseVolume(folder, table)).toBe(false);
  });

  it('is found under a link, and under a name that the table writes in octal', () => {
    const blank = join(folder, 'data of heketi');
    mkdirSync(blank);
    symlinkSync(blank, join(folder, 'link'));
    writeFileSync(table, mount('10.0.0.1:heketidbstorage', blank.replaceAll(' ', '\\040')));
    expect(isDatabaseVolume(blank, table)).toBe(true);
    expect(isDatabaseVolume(join(folder, 'link'), table)).toBe(true);
  });

  it("is looked for in the kernel's own table, too", () => {
    expect(isDatabaseVolume('/', '/proc/self/mounts')).toBe(false);
  });
});

describe('a database that has to be there', () => {
  const LIMIT = { volumeWaitSeconds: 30 };

  function waiting(onPause: (nth: number) => void = () => undefined) {
    const pauses: number[] = [];
    const said: string[] = [];
    return {
      pauses,
      said,
      say: (text: string) => void said.push(text),
      async pause(ms: number) {
        pauses.push(ms);
        onPause(pauses.length);
      },
    };
  }

  it('is not waited for when it is there', async () => {
    writeFileSync(database, 'contents');
    const patience = waiting();
    await awaitDatabase(database, LIMIT, patience);
    expect(patience.pauses).toEqual([]);
  });

  it('is waited for, and taken when it comes', async () => {
    const patience = waiting((nth) => nth === 3 && writeFileSync(database, 'contents'));
    await awaitDatabase(database, LIMIT, patience);
    expect(patience.pauses).toEqual([5000, 5000, 5000]);
    expect(patience.said[0]).toBe(`${database} is expected on this volume, waiting for it`);
  });

  it.each([
    ['missing', () => undefined],
    ['of length zero', () => writeFileSync(database, '')],
  ])('ends the start when it stays %s, and says why', async (_what, prepare) => {
    prepare();
    const patience = waiting();
    await expect(awaitDatabase(database, LIMIT, patience)).rejects.toThrow(
      /is missing or empty, .* Not starting with an empty database, which would forget the whole cluster/,
    );
    expect(patience.pauses.reduce((sum, ms) => sum + ms, 0)).toBe(30_000);
  });

  it('is waited for no longer than was asked for', async () => {
    const patience = waiting();
    await expect(awaitDatabase(database, { volumeWaitSeconds: 0 }, patience)).rejects.toThrow(/missing or empty/);
    expect(patience.pauses).toEqual([]);
  });
});
