import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { HttpClient } from './support/http-client.js';
import { databaseFile, startServer } from './support/server-process.js';

const COPIES = 40;

let folder = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-copied-');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('cp -a of the file of a busy server is all that was answered, or is refused; soon after the last change it is whole', async () => {
  const server = await startServer({ folder, socket: join(folder, 'no-hosts') });
  const { operations } = new HttpClient(server.base);
  const answered: string[] = [];
  let isBusy = true;
  const work = (async () => {
    while (isBusy) answered.push(await operations.createCluster({ allowsBlock: true, allowsFile: true }));
  })();
  let refused = 0;
  for (let n = 0; n < COPIES; n++) {
    const before = [...answered];
    const found = await clustersIn(await copyOf(databaseFile(folder)));
    if (found === null) refused += 1;
    else expect([...found]).toEqual(expect.arrayContaining(before));
  }
  isBusy = false;
  await work;
  console.log(`${COPIES} copies of a busy server's database: ${refused} refused`);
  await vi.waitFor(
    async () => expect((await clustersIn(await copyOf(databaseFile(folder))))?.size).toBe(answered.length),
    {
      timeout: 20_000,
      interval: 100,
    },
  );
  await server.stop();
});

async function copyOf(file: string): Promise<string> {
  const copy = join(folder, 'copy.db');
  for (const part of [copy, `${copy}-wal`]) rmSync(part, { force: true });
  // While the server goes on.
  await new Promise((turn) => setImmediate(turn));
  expect(spawnSync('cp', ['-a', file, copy]).status).toBe(0);
  return copy;
}

/** Null: it is refused, as one that is not whole. */
async function clustersIn(file: string): Promise<ReadonlySet<string> | null> {
  try {
    const store = await openStore({ file });
    const ids = (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
    await store.close();
    return new Set(ids);
  } catch (error) {
    expect((error as Error).message).toMatch(/is incomplete|is damaged|can't be used/);
    return null;
  }
}
