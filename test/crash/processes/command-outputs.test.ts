import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const PROGRAM = join(ROOT, 'bin/heketi');
const DUMP = join(ROOT, 'test/golden/db/block.export.json');

let folder = '';
let database = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-command-outputs-');
  database = join(folder, 'heketi.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function heketi(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const options = { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } } as const;
  return spawnSync(process.execPath, [PROGRAM, ...args], options);
}

/** With a shell's redirection of standard output. */
function heketiInto(target: string, args: readonly string[]): Ended {
  const script = `exec "$@" ${target}`;
  const options = { encoding: 'utf8', env: { PATH: process.env.PATH } } as const;
  return spawnSync('bash', ['--norc', '-c', script, 'bash', process.execPath, PROGRAM, ...args], options);
}

/** With a reader that goes away after the first bytes, or before them. */
async function heketiToClosedPipe(args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { env: { PATH: process.env.PATH } });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const status = await new Promise<number | null>((done) => child.on('close', done));
  return { status, stdout: '', stderr };
}

function importDump(): void {
  const imported = heketi(['db', 'import', `--jsonfile=${DUMP}`, `--dbfile=${database}`]);
  expect(imported, imported.stderr).toMatchObject({ status: 0 });
}

function expectOneSentence({ status, stderr }: Ended): void {
  expect(status).toBe(1);
  expect(stderr).toMatch(/^ERROR: .*\n$/);
  expect(stderr).not.toMatch(/^ {4}at /m);
}

/** For the command that forgets it. */
async function pinHostKey(): Promise<void> {
  const store = await openStore({ file: database });
  await store.write(async (tx) => {
    await tx.hostKeys.deleteByHost('host1');
    await tx.hostKeys.insert({ host: 'host1', port: 22, key: 'ssh-ed25519 AAAA', pinnedAt: 0 });
  });
  await store.close();
}

/** What each prints is told apart from what it does. */
const READING: readonly [string, readonly string[]][] = [
  ['--version', ['--version']],
  ['--help', ['--help']],
  ['db', ['db']],
  ['db export', ['db', 'export', '--jsonfile=-']],
  ['db consistency-check', ['db', 'consistency-check']],
  ['offline state examine gluster', ['offline', 'state', 'examine', 'gluster']],
];
const CHANGING: readonly [string, readonly string[]][] = [
  ['db delete-bricks-with-empty-path', ['db', 'delete-bricks-with-empty-path', '--all']],
  ['db restore', ['db', 'restore']],
  ['offline forget-host-key', ['offline', 'forget-host-key', 'host1']],
  ['offline cleanup-operations', ['offline', 'cleanup-operations']],
  ['offline update-dbvol', ['offline', 'update-dbvol', '--force-volume-name=manual-host']],
];

/** The words with what they need to work. */
function whole(words: readonly string[]): readonly string[] {
  if (words[0] === 'offline') {
    const config = join(folder, 'heketi.json');
    writeFileSync(config, JSON.stringify({ glusterfs: { executor: 'mock', db: database, loglevel: 'none' } }));
    return [...words, `--config=${config}`];
  }
  if (words[0] !== 'db' || words.length === 1) return words;
  if (words[1] !== 'restore') return [...words, `--dbfile=${database}`];
  const backup = join(folder, 'backup.db');
  copyFileSync(database, backup);
  return [...words, backup, `--dbfile=${database}`];
}

describe('standard output that takes nothing', () => {
  it.each(READING)('is told in one sentence by %s', async (_name, words) => {
    importDump();
    for (const ended of [heketiInto('>/dev/full', whole(words)), await heketiToClosedPipe(whole(words))]) {
      expectOneSentence(ended);
      expect(ended.stderr).toContain("standard output can't be written");
      expect(ended.stderr).toContain('incomplete');
    }
  });

  it.each(CHANGING)('is told by %s, which has done its work', async (_name, words) => {
    importDump();
    await pinHostKey();
    const intoFull = heketiInto('>/dev/full', whole(words));
    await pinHostKey();
    for (const ended of [intoFull, await heketiToClosedPipe(whole(words))]) {
      expectOneSentence(ended);
      expect(ended.stderr).toContain('has done its work');
    }
  });

  it('changes nothing of what a refused command says, nor of its exit code', async () => {
    const refused = await heketiToClosedPipe(['db', 'export', '--jsonfile=-', `--dbfile=${database}`]);
    expectOneSentence(refused);
    expect(refused.stderr).toContain('there is no database');
    const misspelt = heketiInto('>/dev/full', ['db', 'exprot']);
    expect(misspelt.status).toBe(255);
  });

  it('does not matter to a command whose standard error is gone', () => {
    importDump();
    expect(heketiInto('2>/dev/full', ['db', 'consistency-check', `--dbfile=${database}`]).status).toBe(0);
    expect(heketiInto('>/dev/full 2>&1', ['db', 'consistency-check', `--dbfile=${database}`]).status).toBe(1);
  });

  it('ends an export whose reader has seen enough, with a code that tells that it is cut', () => {
    importDump();
    const script = 'set -o pipefail; "$@" | head -c 1';
    const args = [PROGRAM, 'db', 'export', '--jsonfile=-', `--dbfile=${database}`];
    // More than a pipe holds, so that the reader is gone before the end.
    growDatabase();
    const ended = spawnSync('bash', ['--norc', '-c', script, 'bash', process.execPath, ...args], { encoding: 'utf8' });
    expect(ended.stdout).toBe('{');
    expectOneSentence(ended);
  });
});

function growDatabase(): void {
  const exported = join(folder, 'dump.json');
  expect(heketi(['db', 'export', `--jsonfile=${exported}`, `--dbfile=${database}`]).status).toBe(0);
  const dump = JSON.parse(execFileSync('cat', [exported], { encoding: 'utf8' })) as {
    clusterentries: Record<string, object>;
  };
  const [[, entry] = []] = Object.entries(dump.clusterentries);
  for (let i = 0; i < 1000; i++) {
    const id = i.toString(16).padStart(32, 'f');
    dump.clusterentries[id] = {
      ...entry,
      Info: { id, nodes: [], volumes: [], blockvolumes: [], file: true, block: true },
    };
  }
  writeFileSync(join(folder, 'grown.json'), JSON.stringify(dump));
  rmSync(database);
  const grown = heketi(['db', 'import', `--jsonfile=${join(folder, 'grown.json')}`, `--dbfile=${database}`]);
  expect(grown, grown.stderr).toMatchObject({ status: 0 });
}

describe('without a usable TMPDIR', () => {
  it('a database is exported all the same', () => {
    importDump();
    const ended = heketi(['db', 'export', '--jsonfile=-', `--dbfile=${database}`], { TMPDIR: '/nonexistent' });
    expect(ended, ended.stderr).toMatchObject({ status: 0, stderr: '' });
    expect(Object.keys(JSON.parse(ended.stdout) as object)).toContain('volumeentries');
    expect(readdirSync(folder)).toEqual(['heketi.db']);
  });

  it('and a folder with no room for a copy either, the sentence says what to set', () => {
    importDump();
    const ended = withoutRoom(['db', 'consistency-check', `--dbfile=${database}`]);
    expectOneSentence(ended);
    expect(ended.stderr).toContain('TMPDIR');
  });
});

/** No file may become larger than 1 KiB. */
function withoutRoom(args: readonly string[]): Ended {
  const script = 'ulimit -f 1; trap "" XFSZ; exec "$@"';
  const options = { encoding: 'utf8', env: { PATH: process.env.PATH } } as const;
  return spawnSync('bash', ['--norc', '-c', script, 'bash', process.execPath, PROGRAM, ...args], options);
}

describe('what the system refuses is one sentence', () => {
  it.each([
    [
      'an export into a folder that is not there',
      () => ['db', 'export', '--jsonfile=/nonexistent/dump.json', `--dbfile=${database}`],
    ],
    ['an import into one', () => ['db', 'import', `--jsonfile=${DUMP}`, '--dbfile=/nonexistent/heketi.db']],
    ['a restore into one', () => ['db', 'restore', database, '--dbfile=/nonexistent/heketi.db']],
    ['a restore from a folder', () => ['db', 'restore', folder, `--dbfile=${join(folder, 'new.db')}`]],
    ['a database that is a folder', () => ['db', 'consistency-check', `--dbfile=${folder}`]],
  ])('%s', (_name, args) => {
    importDump();
    const ended = heketi(args());
    expectOneSentence(ended);
    expect(ended.stderr).toMatch(/nonexistent|folder|mortar-command-outputs/);
  });

  it('an export that could not be finished leaves no file behind', () => {
    importDump();
    const target = join(folder, 'small');
    mkdirSync(target);
    const file = join(target, 'dump.json');
    const ended = withoutRoom(['db', 'export', `--jsonfile=${file}`, `--dbfile=${database}`]);
    expectOneSentence(ended);
    expect(existsSync(file)).toBe(false);
  });
});
