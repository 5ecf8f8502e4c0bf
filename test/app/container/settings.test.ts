import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ContainerLog } from '../../../src/app/container/container-log.js';
import { containerSettings } from '../../../src/app/container/container-settings.js';
import { prepareDataFolder } from '../../../src/app/container/data-folder.js';

function settings(env: Record<string, string> = {}, configFile: string | null = null) {
  const warnings: string[] = [];
  return { ...containerSettings(env, configFile, warnings), warnings };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-container-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("are those of Heketi's image where nothing is set", () => {
  expect(settings()).toEqual({
    configFile: '/etc/heketi/heketi.json',
    dataFolder: '/var/lib/heketi',
    backup: { file: '/backupdb/heketi.db.gz', mode: 'missing' },
    archive: { folder: '/var/lib/heketi/archive', count: 5 },
    isDatabaseVolumeUpdated: false,
    topologyFile: null,
    volumeWaitSeconds: 30,
    lockWaitSeconds: 60,
    warnings: [],
  });
});

it('are read from the environment, an empty variable counting as unset', () => {
  const env = {
    HEKETI_CONFIG: '/c.json',
    HEKETI_PATH: '/data',
    BACKUPDB_PATH: '/b',
    MORTAR_BACKUPDB: 'replace',
    HEKETI_DB_ARCHIVE_COUNT: '9',
    HEKETI_DB_ARCHIVE_PATH: '',
    HEKETI_TRY_UPDATE_DB_VOL: 'yes',
    HEKETI_TOPOLOGY_FILE: '/t.json',
    MORTAR_DB_VOLUME_WAIT_SECONDS: '1',
    MORTAR_DB_LOCK_WAIT_SECONDS: '0',
  };
  expect(settings(env)).toEqual({
    configFile: '/c.json',
    dataFolder: '/data',
    backup: { file: '/b/heketi.db.gz', mode: 'replace' },
    archive: { folder: '/data/archive', count: 9 },
    isDatabaseVolumeUpdated: true,
    topologyFile: '/t.json',
    volumeWaitSeconds: 1,
    lockWaitSeconds: 0,
    warnings: [],
  });
  expect(settings(env, '/given.json').configFile).toBe('/given.json');
});

it.each(['-', '/dev/null'])('archive nothing where the folder is %s', (folder) => {
  expect(settings({ HEKETI_DB_ARCHIVE_PATH: folder }).archive).toBeNull();
});

it('warn of what can not be read, and take the default', () => {
  const read = settings({ HEKETI_DB_ARCHIVE_COUNT: 'many', MORTAR_BACKUPDB: 'always', HEKETI_TRY_UPDATE_DB_VOL: 'no' });
  expect(read.archive?.count).toBe(5);
  expect(read.backup.mode).toBe('missing');
  expect(read.isDatabaseVolumeUpdated).toBe(false);
  expect(read.warnings).toEqual([
    expect.stringContaining('HEKETI_DB_ARCHIVE_COUNT'),
    expect.stringContaining('MORTAR_BACKUPDB must be missing or replace'),
  ]);
});

it('the log goes to standard output and to a file, which does not grow for ever', () => {
  const folder = newFolder();
  const file = join(folder, 'container.log');
  const printed: string[] = [];
  const log = () => new ContainerLog(folder, (text) => void printed.push(text));
  log().say('first');
  log().say('second');
  expect(printed).toEqual(['first\n', 'second\n']);
  expect(readFileSync(file, 'utf8')).toMatch(/^\d{4}-\S+Z first\n\d{4}-\S+Z second\n$/);
  writeFileSync(file, 'x'.repeat(1024 * 1024 + 1));
  log().say('third');
  expect(readFileSync(file, 'utf8')).toMatch(/^\S+ third\n$/);
  expect(readFileSync(`${file}.1`, 'utf8')).toHaveLength(1024 * 1024 + 1);
});

it('a log that can not be written does not keep a container from starting', () => {
  const printed: string[] = [];
  new ContainerLog('/no/such/folder', (text) => void printed.push(text)).say('told');
  expect(printed).toEqual(['told\n']);
});

it('a data folder is made where it is missing, and left as it was', () => {
  const folder = join(newFolder(), 'deep', 'down');
  prepareDataFolder(folder);
  writeFileSync(join(folder, 'kept'), 'kept');
  prepareDataFolder(folder);
  expect(readFileSync(join(folder, 'kept'), 'utf8')).toBe('kept');
});

it.each([['/proc/self/nowhere'], ['/dev/null/heketi']])(
  'a data folder that can not be written (%s) is refused',
  (folder) => {
    expect(() => prepareDataFolder(folder)).toThrow(/is not writable \(.*\): the database is kept there/);
  },
);
