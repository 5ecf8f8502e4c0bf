import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockDatabase } from '../../../src/app/container/start-lock.js';
import { isDatabaseOpen, tryLockFile } from '../../../src/store/open-store.js';
import { openTemporary, temporaryFile } from '../../store/temporary-database.js';

const LIMIT = { lockWaitSeconds: 60 };

/** Another process that has the database open, as a server has. */
async function holder(file: string): Promise<ChildProcess> {
  const program = join(import.meta.dirname, '../../store/hold-database.ts');
  const child = fork(program, [file], { execArgv: ['--import', 'tsx'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function waiting(onPause: (nth: number) => Promise<void> | void = () => undefined) {
  const pauses: number[] = [];
  const said: string[] = [];
  return {
    pauses,
    said,
    say: (text: string) => void said.push(text),
    async pause(ms: number) {
      pauses.push(ms);
      await onPause(pauses.length);
    },
  };
}

it('is taken at once where nobody has the database, and makes none', async () => {
  const file = temporaryFile();
  const patience = waiting();
  await lockDatabase(file, LIMIT, patience);
  expect([patience.pauses, patience.said, existsSync(file)]).toEqual([[], [], false]);
});

it('waits for a server that is ending, and leaves its file and log as they are', async () => {
  const file = temporaryFile();
  const server = await holder(file);
  const parts = ['', '-wal'].map((part) => `${file}${part}`);
  const before = parts.map((part) => readFileSync(part));
  const patience = waiting(async (nth) => {
    if (nth !== 2) return;
    await end(server);
    expect(parts.map((part) => readFileSync(part))).toEqual(before);
  });
  await lockDatabase(file, LIMIT, patience);
  expect(patience.pauses).toEqual([1000, 1000]);
  expect(patience.said).toEqual([`${file} is locked by another process, probably a server, waiting for its end`]);
  expect(parts.map((part) => readFileSync(part))).toEqual(before);
});

it('gives up after a minute, and says what to do', async () => {
  const file = temporaryFile();
  await holder(file);
  const patience = waiting();
  await expect(lockDatabase(file, LIMIT, patience)).rejects.toThrow(
    /is locked by another process, probably a server: there may be one server only. Stop that one first/,
  );
  expect(patience.pauses.reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
});

it('waits for a Heketi, whose lock is of another kind', async () => {
  const file = temporaryFile();
  writeFileSync(file, '');
  const heketi = spawn('flock', ['--no-fork', file, 'sh', '-c', 'echo locked; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void heketi.kill('SIGKILL'));
  await once(heketi.stdout, 'data');
  const patience = waiting();
  await expect(lockDatabase(file, { lockWaitSeconds: 1 }, patience)).rejects.toThrow(/probably a Heketi/);
});

it('is kept from other containers until this one has ended', async () => {
  const file = temporaryFile();
  const other = tryLockFile(`${file}.container-lock`);
  expect(other).not.toBeNull();
  await expect(lockDatabase(file, { lockWaitSeconds: 0 }, waiting())).rejects.toThrow(/another container/);
  const patience = waiting(() => other?.release());
  const lock = await lockDatabase(file, LIMIT, patience);
  expect(patience.pauses).toEqual([1000]);
  expect(tryLockFile(`${file}.container-lock`)).toBeNull();
  lock.release();
  tryLockFile(`${file}.container-lock`)?.release();
});

it('is refused with a sentence where the file can not be locked', async () => {
  const file = temporaryFile();
  mkdirSync(`${file}.container-lock`);
  await expect(lockDatabase(file, LIMIT, waiting())).rejects.toThrow(/container-lock can't be locked \(.*open/);
});

it.each([
  ['no database at all', 'not a database, though long enough to be one'.repeat(100)],
  ['empty', ''],
])('asking a file that is %s changes nothing', (_what, text) => {
  const file = temporaryFile();
  writeFileSync(file, text);
  expect(isDatabaseOpen(file)).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(readdirSync(dirname(file))).toEqual(['heketi.db']);
});

it('asking a database whose server was killed changes neither it nor its log', async () => {
  const file = temporaryFile();
  const server = await holder(file);
  await end(server);
  const before = readdirSync(dirname(file)).map((name) => [name, readFileSync(join(dirname(file), name))]);
  expect(before.length).toBe(2);
  expect(isDatabaseOpen(file)).toBe(false);
  expect(readdirSync(dirname(file)).map((name) => [name, readFileSync(join(dirname(file), name))])).toEqual(before);
  await openTemporary(file);
});
