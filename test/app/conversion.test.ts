import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { convertDatabaseFile } from '../../src/app/conversion/convert-command.js';
import { type Conversion, convertDatabase } from '../../src/app/conversion/convert-database.js';
import { isMountedItself } from '../../src/app/mount-table.js';
import { openDatabase } from '../../src/app/open-database.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { HeketiBolt } from '../../src/interchange/heketi-bolt.js';
import { proveContents, readContents } from '../../src/interchange/heketi-contents.js';
import { parseJson } from '../../src/json/parse-json.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import { createLogger } from '../../src/logging/logger.js';
import { openStore, tryLockFile } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { comparable } from '../interchange/golden-databases.js';
import { openTemporary, temporaryDirectory, temporaryFile } from '../store/temporary-database.js';
import { BufferSource } from '../support/heketi-database/buffer-source.js';
import { findSampleFile, readSample, type Sample, samples } from '../support/heketi-database/samples.js';

const EVERY = { file: 'pending-mixed.db' };
const ALL = samples();
const CONVERTIBLE = ALL.filter((sample) => sample.expect === 'convert').map((sample) => [sample.name, sample] as const);
/** An empty file is a new database, as for Heketi. */
const REFUSED = ALL.filter(({ name, expect: end }) => end === 'refuse' && name !== 'bad-empty-file').map(
  (sample) => [sample.name, sample] as const,
);
const { logger } = createLogger({ level: 'none', format: 'json' });

describe("Heketi's database", () => {
  it.each(CONVERTIBLE)('is converted to what Heketi makes of it, and kept byte for byte: %s', async (_name, sample) => {
    const file = placed(sample);
    const conversion = await converted(file);
    expect(readFileSync(conversion.kept).equals(readSample(sample))).toBe(true);
    expect(basename(conversion.kept)).toMatch(/^heketi\.db\.bolt-\d{8}T\d{6}Z$/);
    expect(readdirSync(dirname(file)).sort()).toEqual(['heketi.db', basename(conversion.kept)]);
    const dump = comparable(parseJson(stringifyJson(await (await openTemporary(file)).read(dumpDatabase))));
    expect([sample.truth ?? ''].flat().map(truthOf)).toContainEqual(dump);
  });

  it.each(REFUSED)('is refused with the reason, and left as it is: %s', async (_name, sample) => {
    const file = placed(sample);
    await expect(openDatabase({ dbFile: file, dbReadOnly: false, postgres: null }, logger)).rejects.toThrow(file);
    expectUntouched(file, sample);
  });

  it('is not converted where nothing may be written', async () => {
    const file = placed(EVERY);
    await expect(openDatabase({ dbFile: file, dbReadOnly: true, postgres: null }, logger)).rejects.toThrow(
      /db_read_only is set/,
    );
    expectUntouched(file);
  });

  it('keeps its generation, and the names that no other node may have', async () => {
    const file = placed(EVERY);
    const before = readContents(new HeketiBolt(new BufferSource(readSample(EVERY)))).imported;
    await converted(file);
    const [attributes, node] = await (await openTemporary(file)).read(async (tx) => {
      const [first] = await tx.nodes.list();
      return [await tx.attributes.list(), await tx.nodes.findByManageName(first?.manageNames[0] ?? '')] as const;
    });
    expect(attributes.get('DB_GENERATION_ID')).toBe(before.attributes.get('DB_GENERATION_ID'));
    expect(node).not.toBeNull();
  });

  it('is converted behind a link, which stays', async () => {
    const file = placed(EVERY);
    const link = temporaryFile();
    symlinkSync(file, link);
    const { kept } = await converted(link);
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(dirname(kept)).toBe(dirname(file));
    expect(readdirSync(dirname(link))).toEqual(['heketi.db']);
    await openTemporary(link);
  });

  it('with the log of an earlier database beside it has that put aside with it', async () => {
    const file = placed(EVERY);
    writeFileSync(`${file}-wal`, 'of another database');
    const { kept } = await converted(file);
    expect(readFileSync(`${kept}-wal`, 'utf8')).toBe('of another database');
    await openTemporary(file);
  });

  it('has one name only for what it was, though a conversion was killed after it had given it', async () => {
    const file = placed(EVERY);
    linkSync(file, `${file}.bolt-20260101T000000Z`);
    writeFileSync(`${file}.converting`, 'what a killed conversion left');
    const { kept } = await converted(file);
    expect(kept).toBe(`${file}.bolt-20260101T000000Z`);
    expect(readdirSync(dirname(file)).sort()).toEqual(['heketi.db', basename(kept)]);
  });

  it('that was converted can be put back, and converted again', async () => {
    const file = placed(EVERY);
    const first = await converted(file);
    renameSync(first.kept, file);
    const second = await converted(file);
    expect(readFileSync(second.kept).equals(readSample(EVERY))).toBe(true);
  });

  it('is nothing to convert where there is none', async () => {
    const file = temporaryFile();
    expect(await convertDatabase(file)).toBeNull();
    expect(existsSync(file)).toBe(false);
    await (await openStore({ file })).close();
    expect(await convertDatabase(file)).toBeNull();
  });
});

it('is converted while another process only reads it', async () => {
  const file = placed(EVERY);
  const reader = spawn('flock', ['--no-fork', '--shared', file, 'sh', '-c', 'echo locked; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void reader.kill('SIGKILL'));
  await once(reader.stdout, 'data');
  expect(readFileSync((await converted(file)).kept).equals(readSample(EVERY))).toBe(true);
});

describe('a conversion is refused, and leaves everything as it is,', () => {
  it('while a Heketi has the file open', async () => {
    const file = placed(EVERY);
    const heketi = spawn('flock', ['--no-fork', file, 'sh', '-c', 'echo locked; exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void heketi.kill('SIGKILL'));
    await once(heketi.stdout, 'data');
    await expect(convertDatabase(file)).rejects.toThrow(
      /is not converted, and is as it was: another process has it locked/,
    );
    expectUntouched(file);
    heketi.kill('SIGKILL');
    await once(heketi, 'exit');
    await converted(file);
  });

  it('while another one is under way', async () => {
    const file = placed(EVERY);
    const lock = tryLockFile(`${file}.restore-lock`);
    await expect(convertDatabase(file)).rejects.toThrow(/another restore, conversion or import of .* is under way/);
    lock?.release();
    await converted(file);
  });

  it('where its folder lets nobody make a file', async () => {
    const file = placed(EVERY);
    // As a folder of that name does: nobody forbids root anything.
    mkdirSync(`${file}.restore-lock`);
    await expect(convertDatabase(file)).rejects.toThrow(
      /is not converted, and is as it was: .*restore-lock can't be made/,
    );
    expect(readFileSync(file).equals(readSample(EVERY))).toBe(true);
  });

  it('when somebody writes to it meanwhile', async () => {
    const file = placed(EVERY);
    const conversion = convertDatabase(file);
    copyFileSync(findSampleFile('block.db') ?? '', file);
    await expect(conversion).rejects.toThrow(/somebody has changed or replaced it meanwhile|it is damaged|is cut/);
    expect(readFileSync(file).equals(readSample({ file: 'block.db' }))).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
  });

  it('when it is replaced meanwhile', async () => {
    const file = placed(EVERY);
    const other = join(temporaryDirectory(), 'other.db');
    copyFileSync(findSampleFile('block.db') ?? '', other);
    const conversion = convertDatabase(file);
    renameSync(other, file);
    await expect(conversion).rejects.toThrow(/somebody has changed or replaced it meanwhile/);
    expect(readFileSync(file).equals(readSample({ file: 'block.db' }))).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
  });
});

it('a file that is mounted by itself is known as one', () => {
  const [table, file] = [join(temporaryDirectory(), 'mounts'), join(temporaryDirectory(), 'a file')];
  writeFileSync(file, '');
  writeFileSync(table, `/dev/sda1 / ext4 rw 0 0\n/dev/sda1 ${file.replace(' ', '\\040')} ext4 rw 0 0\n`);
  expect(isMountedItself(file, table)).toBe(true);
  expect(isMountedItself(dirname(file), table)).toBe(false);
});

describe('the proof that a database holds what Heketi had', () => {
  it.each<[string, (store: Store) => Promise<void>, RegExp]>([
    [
      'a volume is missing',
      (store) => store.write(async (tx) => tx.volumes.delete((await tx.volumes.list())[0]?.id ?? '')),
      /missing: 3 volumes .*not expected: 2 volumes .*volumes: \w+ is not as it was read/,
    ],
    [
      'a size differs',
      (store) =>
        store.write(async (tx) => {
          const [device] = await tx.devices.list();
          if (device) await tx.devices.update({ ...device, usedKib: device.usedKib + 1, freeKib: device.freeKib - 1 });
        }),
      /devices: \w+ is not as it was read/,
    ],
    [
      'an attribute differs',
      (store) => store.write((tx) => tx.attributes.set('DB_GENERATION_ID', 'x')),
      /the attributes differ/,
    ],
    [
      'a list of children differs',
      (store) =>
        store.write(async (tx) => {
          const [cluster] = await tx.clusters.list();
          await tx.linkFaults.insert({
            relation: 'cluster-node',
            parentId: cluster?.id ?? '',
            childId: 'x',
            kind: 'extra',
          });
        }),
      /not expected: Cluster \w+ unknown node x/,
    ],
  ])('fails when %s', async (_what, change, reasons) => {
    const file = placed(EVERY);
    const { contents } = await converted(file);
    const store = await openTemporary(file);
    await store.read((tx) => proveContents(tx, contents));
    await change(store);
    await expect(store.read((tx) => proveContents(tx, contents))).rejects.toThrow(reasons);
  });
});

describe('heketi db convert', () => {
  it('only says what it would do with --report', async () => {
    const file = placed({ file: 'era-7.0.db' });
    const said = await command(file, true);
    expect(said).toContain(`${file} can be converted; nothing was changed.`);
    expect(said).toMatch(/hosting volume \w+: \d+ GiB free, 0 GiB reserved becomes \d+ GiB free, \d+ GiB reserved/);
    expect(readFileSync(file).equals(readSample({ file: 'era-7.0.db' }))).toBe(true);
    expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
  });

  it('names operations that were under way, and contradictions', async () => {
    const said = await command(placed({ file: 'imported-odd.db' }), true);
    expect(said).toMatch(/contradictions?, kept as found:\n {2}\S/);
    expect(await command(placed(EVERY), true)).toMatch(
      /under way.*:\n( {2}\w{32} create-volume.*\n)* {2}\w{32} create-volume \(stale\)/,
    );
  });

  it('says where the old file is', async () => {
    const file = placed(EVERY);
    expect(await command(file, false)).toMatch(/is converted. Heketi's own file is kept as .*heketi\.db\.bolt-/);
    await openTemporary(file);
  });

  it.each([true, false])('refuses what is no database of Heketi (report: %s)', async (isReport) => {
    await expect(command(temporaryFile(), isReport)).rejects.toThrow(/there is no database/);
    const file = temporaryFile();
    await (await openStore({ file })).close();
    await expect(command(file, isReport)).rejects.toThrow(/is no Heketi database/);
  });
});

/** Whether a program that opens the file now gets Bolt's lock. */
function isLocked(file: string): boolean {
  return spawnSync('flock', ['--nonblock', file, 'true']).status !== 0;
}

it("keeps Heketi's own file locked until no Heketi waits for it any more", async () => {
  const file = placed(EVERY);
  let wasLocked = false;
  const kept = (): string =>
    join(dirname(file), readdirSync(dirname(file)).find((name) => name.includes('.bolt-')) ?? '');
  const wait = async (): Promise<void> => {
    wasLocked = isLocked(kept());
  };
  await convertDatabaseFile({ dbFile: file, reportsOnly: false }, () => undefined, wait);
  expect(wasLocked).toBe(true);
  expect(isLocked(kept())).toBe(false);
});

function placed(sample: Pick<Sample, 'file'>): string {
  const file = temporaryFile();
  writeFileSync(file, readSample(sample), { mode: 0o600 });
  return file;
}

async function converted(file: string): Promise<Conversion> {
  const conversion = await convertDatabase(file);
  if (conversion === null) throw new Error(`${file} was not converted`);
  conversion.release();
  return conversion;
}

function expectUntouched(file: string, sample: Pick<Sample, 'file'> = EVERY): void {
  expect(readFileSync(file).equals(readSample(sample))).toBe(true);
  expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
}

function truthOf(name: string): unknown {
  return comparable(parseJson(readFileSync(findSampleFile(name) ?? '', 'utf8')));
}

async function command(dbFile: string, reportsOnly: boolean): Promise<string> {
  let said = '';
  const print = (text: string): void => {
    said += text;
  };
  expect(await convertDatabaseFile({ dbFile, reportsOnly }, print, async () => undefined)).toBe(0);
  return said;
}
