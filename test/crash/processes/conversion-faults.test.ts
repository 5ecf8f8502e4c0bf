import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FailingDisk } from '../../support/failing-disk.js';
import { readSample } from '../../support/heketi-database/samples.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi');
const ORIGINAL = readSample({ file: 'pending-create.db' });
const NAMESPACE = ['--user', '--map-root-user', '--mount'];

let folder = '';
let file = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-conversion-');
  file = join(folder, 'heketi.db');
  writeFileSync(file, ORIGINAL);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each([0, 1, 20])(
  'a disk that is full after %i writes ends a conversion with the reason, and nothing is changed',
  (skip) => {
    const notes = makeMemoryFolder('mortar-conversion-notes-');
    const disk = new FailingDisk(notes, ['.converting']);
    disk.fail({ operation: 'write', error: 'ENOSPC', skip, count: null });
    const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'db', 'convert', '--dbfile', file], {
      env: { PATH: process.env.PATH, ...disk.env },
      encoding: 'utf8',
    });
    expect(disk.hits).toBeGreaterThan(0);
    rmSync(notes, { recursive: true });
    expect(stderr).toMatch(/^ERROR: The Heketi database .* is not converted, and is as it was: .*disk is full/);
    expect(status).toBe(1);
    expectUntouched();
  },
);

it.skipIf(spawnSync('unshare', [...NAMESPACE, 'true']).status !== 0)(
  'a file that is mounted by itself is refused before anything is written',
  () => {
    const elsewhere = makeMemoryFolder('mortar-conversion-mounted-');
    writeFileSync(join(elsewhere, 'heketi.db'), ORIGINAL);
    const script = `mount --bind ${join(elsewhere, 'heketi.db')} ${file} && exec "$@"`;
    const words = [process.execPath, PROGRAM, 'db', 'convert', '--dbfile', file];
    const { status, stderr } = spawnSync('unshare', [...NAMESPACE, 'sh', '-ec', script, 'sh', ...words], {
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/is not converted, and is as it was: it is mounted as a single file/);
    expect(status).toBe(1);
    expect(readFileSync(join(elsewhere, 'heketi.db')).equals(ORIGINAL)).toBe(true);
    rmSync(elsewhere, { recursive: true });
    expectUntouched();
  },
);

function expectUntouched(): void {
  expect(readFileSync(file).equals(ORIGINAL)).toBe(true);
  expect(readdirSync(folder)).toEqual(['heketi.db']);
}
