import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { ended } from './support/ended.js';
import { HttpClient } from './support/http-client.js';
import { databaseFile, launchServer, startServer } from './support/server-process.js';

/** Calls of SQLite at which the process is killed, of all that it makes; a sample, since they are many and alike. */
const KILLS = 8;
const ROOT = resolve(import.meta.dirname, '../../..');
const HOOK = join(import.meta.dirname, 'support/database-faults.mjs');
const DUMP = join(ROOT, 'test/golden/db/block.export.json');

const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);
console.log(`killed start: MORTAR_CRASH_SEED=${seed}`);

let folder = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-killed-start-');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Numbers from 1 to `count`, without repetition, the last one among them. */
function sample(count: number): readonly number[] {
  const drawn = Array.from({ length: KILLS - 1 }, () => 1 + Math.floor(random() * count));
  return [...new Set([...drawn, count])].sort((a, b) => a - b);
}

/** Runs a command of the server to its end, killed at a call if `killAt` says so; answers how many calls it made. */
async function command(args: readonly string[], killAt: number): Promise<{ calls: number; isKilled: boolean }> {
  const counted = join(folder, 'counted');
  writeFileSync(counted, '0');
  const child = spawn(process.execPath, ['--import', HOOK, join(ROOT, 'bin/heketi'), ...args], {
    env: { PATH: process.env.PATH, KILL_AT: String(killAt), KILL_OF: 'call', KILL_COUNTED: counted },
    stdio: 'ignore',
  });
  await ended(child);
  return { calls: Number(readFileSync(counted, 'utf8')), isKilled: child.signalCode === 'SIGKILL' };
}

it('starts after it was killed during its first start', async () => {
  const options = { folder, socket: join(folder, 'no-hosts') };
  const counted = join(folder, 'counted');
  const sound = await startServer({ ...options, databaseFaults: { KILL_OF: 'call', KILL_COUNTED: counted } });
  const calls = Number(readFileSync(counted, 'utf8'));
  await sound.stop();
  expect(calls).toBeGreaterThan(10);
  for (const at of sample(calls)) {
    remove(databaseFile(folder));
    const { child } = launchServer({ ...options, databaseFaults: { KILL_OF: 'call', KILL_AT: String(at) } });
    await ended(child);
    expect(child.signalCode).toBe('SIGKILL');
    const again = await startServer(options);
    const client = new HttpClient(again.base);
    const id = await client.operations.createCluster({ allowsBlock: true, allowsFile: true });
    expect((await client.view()).clusters).toEqual([{ id, allowsBlock: true }]);
    await again.stop();
  }
});

it('imports a database after an import was killed, which leaves none that could be taken for it', async () => {
  const database = join(folder, 'imported.db');
  const args = ['db', 'import', '--jsonfile', DUMP, '--dbfile', database];
  const { calls } = await command(args, 0);
  const whole = await contentOf(database);
  for (const at of sample(calls)) {
    remove(database);
    const { isKilled } = await command(args, at);
    expect(isKilled).toBe(true);
    // A server that is started on it would make a new database, empty and seemingly sound, of anything less.
    if (existsSync(database)) expect(await contentOf(database)).toEqual(whole);
    else await command(args, 0);
    expect(await contentOf(database)).toEqual(whole);
  }
});

it('loses nothing when it is killed during a backup', async () => {
  const options = { folder, socket: join(folder, 'no-hosts') };
  const first = await startServer(options);
  await new HttpClient(first.base).operations.createCluster({ allowsBlock: true, allowsFile: true });
  await first.stop();
  const before = await contentOf(databaseFile(folder));
  for (const when of ['before', 'after']) {
    const armed = join(folder, 'armed');
    rmSync(armed, { force: true });
    const server = await startServer({
      ...options,
      databaseFaults: { KILL_OF: 'serialize', KILL_AT: '1', KILL_WHEN: when, KILL_ARMED: armed },
    });
    writeFileSync(armed, '');
    await expect(new HttpClient(server.base).send('GET', '/backup/db')).rejects.toThrow();
    await server.ended;
    expect(await contentOf(databaseFile(folder))).toEqual(before);
  }
  const again = await startServer(options);
  expect((await new HttpClient(again.base).send('GET', '/backup/db')).status).toBe(200);
  await again.stop();
});

function remove(database: string): void {
  for (const suffix of ['', '-wal', '-journal']) rmSync(`${database}${suffix}`, { force: true });
}

/** All ids in a database; empty for one without records. */
async function contentOf(file: string): Promise<readonly string[]> {
  const store = await openStore({ file, readOnly: true });
  try {
    return await store.read(async (tx) =>
      [
        await tx.clusters.list(),
        await tx.nodes.list(),
        await tx.devices.list(),
        await tx.volumes.list(),
        await tx.bricks.list(),
      ]
        .flat()
        .map(({ id }) => id),
    );
  } finally {
    await store.close();
  }
}
