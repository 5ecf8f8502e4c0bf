import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dumpDatabase } from '../../../src/interchange/dump.js';
import { stringifyJson } from '../../../src/json/stringify-json.js';
import type { SoughtCluster } from '../../../src/operations/adoption/found-pool.js';
import { knownClusters } from '../../../src/operations/adoption/known-clusters.js';
import { giveBackSpace } from '../../../src/operations/volumes/space.js';
import { openStore } from '../../../src/store/open-store.js';
import { withoutNewIds } from '../../support/adopting.js';
import { differences } from '../../support/differences.js';
import { DyingProcess } from '../../support/dying-process.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { volumeRequest } from '../../support/pool.js';
import { loadTopology } from '../support/scenario.js';
import { ended } from './support/ended.js';
import { type HostsProcess, startHosts } from './support/hosts-process.js';
import { HttpClient } from './support/http-client.js';
import { databaseFile, startServer } from './support/server-process.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi');
/** Each change that an adoption makes is a point at which it is killed. */
const LIMIT_MS = 1_800_000;

let folder = '';
/** Where the server's files are, which a killed adoption may leave behind. */
let where = '';
let hosts: HostsProcess;
beforeEach(async () => {
  folder = makeMemoryFolder('mortar-adopt-');
  where = join(folder, 'where');
  mkdirSync(where);
  hosts = await startHosts(folder, 3, 2);
});
afterEach(async () => {
  await hosts.stop();
  rmSync(folder, { recursive: true, force: true });
});

it(
  'a lost database is made again from the hosts, also after it was killed at any moment of that',
  async () => {
    await poolOfTwoVolumes();
    const lost = await contents();
    forget();
    const shown = await adopt([]);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toMatch(/^cluster \w{32}: its id and those of its nodes are new/);
    expect(shown.stdout).toMatch(/\nvolume v1 \(\w{32}\): 3 GiB, replicate 3, 3 bricks\n/);
    expect(shown.stdout).toMatch(/\nNothing was written: --apply makes the database .*heketi\.db\.\n$/);
    expect(existsSync(databaseFile(where))).toBe(false);

    const dying = new DyingProcess(where, join(folder, 'changes'));
    expect(await adopt(['--apply'], dying.env(null))).toMatchObject({ code: 0, stderr: '' });
    expect(await contents()).toEqual(lost);
    const { changes } = dying;
    const found = new Set<string>();
    for (let at = 1; at <= changes; at++) {
      forget();
      expect((await adopt(['--apply'], dying.env(at))).signal, `at ${at}`).toBe('SIGKILL');
      found.add(existsSync(databaseFile(where)) ? 'whole' : 'none');
      if (!existsSync(databaseFile(where))) expect(await adopt(['--apply'])).toMatchObject({ code: 0 });
      expect(await contents(), `killed at ${at}`).toEqual(lost);
    }
    expect([...found].sort()).toEqual(['none', 'whole']);
    expect((await adopt(['--apply'])).stderr).toMatch(/^ERROR: .*heketi\.db exists; /);
    await useAndDelete();
  },
  LIMIT_MS,
);

it('one volume that the database does not know is taken into it, and nothing else', async () => {
  await poolOfTwoVolumes();
  const whole = await contents();
  await removeRecords('v1');
  const without = await contents();
  expect(await adoptVolume('v1', [])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing was written'),
  });
  expect(await contents()).toEqual(without);
  expect(await adoptVolume('v1', ['--apply'])).toMatchObject({ code: 0, stderr: '' });
  expect(await contents()).toEqual(whole);
  expect((await adoptVolume('v1', ['--apply'])).stderr).toMatch(
    /^ERROR: volume v1 is not taken over: its brick .* already/,
  );
  expect((await adoptVolume('v9', [])).stderr).toMatch(/^ERROR: gluster has no volume v9 on the hosts/);
  await useAndDelete();
});

async function poolOfTwoVolumes(): Promise<void> {
  const server = await startServer({ folder: where, socket: hosts.socket });
  const client = new HttpClient(server.base);
  await loadTopology(client);
  for (const [name, gid] of [
    ['v1', 0],
    ['v2', 2000],
  ] as const)
    await client.done(await client.operations.createVolume(volumeRequest({ name, gid, sizeGib: 3 })));
  await server.stop();
  const nodes = [1, 2, 3].map((n) => ({
    node: { hostnames: { manage: [`h${n}`], storage: [`10.0.0.${n}`] }, zone: n },
    devices: ['/dev/sdb', '/dev/sdc'],
  }));
  writeFileSync(join(folder, 'topology.json'), JSON.stringify({ clusters: [{ nodes }] }));
}

/** The database only: the configuration stays. */
function forget(): void {
  for (const part of ['', '-wal', '.importing', '.importing-wal', '.restore-lock'])
    rmSync(`${databaseFile(where)}${part}`, { force: true });
}

const adopt = (words: readonly string[], env = {}) =>
  heketi(['db', 'adopt', `--topology=${join(folder, 'topology.json')}`, ...words], env);
const adoptVolume = (name: string, words: readonly string[]) => heketi(['db', 'adopt', `--volume=${name}`, ...words]);

async function heketi(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const simulated = { MORTAR_MOCK_SOCKET: hosts.socket, MORTAR_MOCK_MODE: 'strict' };
  const child = spawn(process.execPath, [PROGRAM, ...words, `--config=${join(where, 'heketi.json')}`], {
    env: { PATH: process.env.PATH, TMPDIR: folder, ...simulated, ...env },
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  await ended(child);
  return { code: child.exitCode, signal: child.signalCode, ...texts };
}

/** What can be known from hosts. */
async function contents(): Promise<unknown> {
  const store = await openStore({ file: databaseFile(where), readOnly: true });
  try {
    const [cluster] = await store.read(knownClusters);
    const { dbattributeentries: _, volumeentries, ...dump } = await store.read(dumpDatabase);
    const volumes = Object.values(volumeentries).map(({ Info, Bricks }) => ({ ...Info, Bricks, mount: null }));
    const text = withoutNewIds(stringifyJson({ ...dump, volumes }), cluster as SoughtCluster);
    return sorted(JSON.parse(text));
  } finally {
    await store.close();
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member)]));
}

async function removeRecords(name: string): Promise<void> {
  const store = await openStore({ file: databaseFile(where) });
  await store.write(async (tx) => {
    const volume = (await tx.volumes.list()).find((candidate) => candidate.name === name);
    const bricks = await tx.bricks.listByVolume(volume?.id ?? '');
    await giveBackSpace(tx, bricks);
    await tx.bricks.delete(bricks.map(({ id }) => id));
    await tx.volumes.delete(volume?.id ?? '');
  });
  await store.close();
}

/** As a server goes on with what was adopted. */
async function useAndDelete(): Promise<void> {
  const server = await startServer({ folder: where, socket: hosts.socket });
  const client = new HttpClient(server.base);
  const { volumes } = await client.view();
  expect(volumes).toHaveLength(2);
  for (const { id } of volumes) {
    await client.done(await client.operations.expandVolume(id, 2));
    await client.done(await client.operations.deleteVolume(id));
  }
  await server.stop();
  const store = await openStore({ file: databaseFile(where), readOnly: true });
  expect(await differences(store, hosts.remote)).toEqual([]);
  await store.close();
}
