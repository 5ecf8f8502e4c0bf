import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Id } from '../../../src/domain/ids.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { type HostsProcess, startHosts } from './support/hosts-process.js';
import { HttpClient } from './support/http-client.js';
import { databaseFile, type ServerProcess, startServer } from './support/server-process.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi');
const DATABASE_OPTIONS = [
  'performance.stat-prefetch off',
  'performance.write-behind off',
  'performance.open-behind off',
  'performance.quick-read off',
  'performance.strict-o-direct on',
  'performance.read-ahead off',
  'performance.io-cache off',
  'performance.readdir-ahead off',
  'user.heketi.dbstoragelevel 1',
];

const VOLUME = ['gluster', '--mode=script', 'volume'];

let folder = '';
let hosts: HostsProcess;
let server: ServerProcess | null = null;
let client: HttpClient;

beforeEach(async () => {
  folder = makeMemoryFolder('mortar-offline-');
  hosts = await startHosts(folder, 3, 1);
  server = await startServer({ folder, socket: hosts.socket });
  client = new HttpClient(server.base);
});

afterEach(async () => {
  await server?.kill();
  await hosts.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** On the configuration that the server of the test wrote. */
function offline(...words: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH, MORTAR_MOCK_SOCKET: hosts.socket, MORTAR_MOCK_MODE: 'strict' };
  const args = [PROGRAM, 'offline', ...words, `--config=${join(folder, 'heketi.json')}`];
  const child = spawn(process.execPath, args, { env });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((done) => child.on('close', (status) => done({ status, ...texts })));
}

async function stopServer(): Promise<void> {
  await server?.stop();
  server = null;
}

/** A volume `name` on three hosts. */
async function createVolume(name: string, options: readonly string[] = []): Promise<Id> {
  const { operations } = client;
  const clusterId = await operations.createCluster({ allowsBlock: true, allowsFile: true });
  for (const i of [1, 2, 3]) {
    const request = { clusterId, zone: i, manageNames: [`h${i}`], storageNames: [`10.0.0.${i}`], tags: {} };
    const nodeId = (await client.done(await operations.addNode(request))).slice('/nodes/'.length);
    await client.done(await operations.addDevice({ nodeId, name: '/dev/sdb', mayDestroyData: false, tags: {} }));
  }
  const durability = { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 } as const;
  const request = {
    sizeGib: 2,
    clusters: null,
    gid: 0,
    isBlockHosting: false,
    snapshotEnabled: false,
    snapshotFactor: 1,
  };
  const ticket = await operations.createVolume({ ...request, name, durability, options });
  return (await client.done(ticket)).slice('/volumes/'.length);
}

async function volumeOnHosts(name: string) {
  const { pools } = await hosts.remote.state();
  return pools.flatMap(({ volumes }) => volumes).find((volume) => volume.name === name);
}

describe('heketi offline state examine gluster', () => {
  const EXAMINE = ['state', 'examine', 'gluster'];

  it('prints what the server answers, between the marks that scripts look for', async () => {
    await createVolume('v');
    const online = JSON.parse((await client.send('GET', '/internal/state/examine/gluster')).text) as object;
    await stopServer();
    const { status, stdout, stderr } = await offline(...EXAMINE);
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect([lines[0], ...lines.slice(-2)]).toEqual(['EXAMINER_OUTPUT_STARTS', 'EXAMINER_OUTPUT_ENDS', '']);
    expect(lines[1]).toBe('{');
    expect(lines[2]).toMatch(/^ {4}"heketidb"/);
    expect(JSON.parse(lines.slice(1, -2).join('\n'))).toEqual(online);
  });

  it('is refused while a server has the database, and changes neither the database nor hosts', async () => {
    await createVolume('v');
    const refused = await offline(...EXAMINE);
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toMatch(/^ERROR: .*another process.*\n$/);
    await stopServer();
    const before = await hosts.remote.state();
    const database = readFileSync(databaseFile(folder));
    await offline(...EXAMINE);
    expect(await hosts.remote.state()).toEqual(before);
    expect(readFileSync(databaseFile(folder)).equals(database)).toBe(true);
  });
});

describe('heketi offline update-dbvol', () => {
  it('sets the options of the volume that the database lies on, which goes on running, and does so once', async () => {
    await createVolume('heketidbstorage');
    await stopServer();
    const before = await volumeOnHosts('heketidbstorage');
    const { status, stdout, stderr } = await offline('update-dbvol');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe('the options of volume heketidbstorage were set\n');
    const after = await volumeOnHosts('heketidbstorage');
    expect(after?.options).toEqual(expect.arrayContaining(DATABASE_OPTIONS));
    expect(after).toEqual({ ...before, options: after?.options });
    const commands = await hosts.remote.commandsRun();
    expect((await offline('update-dbvol')).stdout).toContain('user.heketi.dbstoragelevel is 1');
    expect(await volumeOnHosts('heketidbstorage')).toEqual(after);
    expect(await hosts.remote.commandsRun()).toBe(commands + 1);
  });

  it.each([
    ['of the first form', 'user.heketi.dbstoragelevel 0', true],
    ['that somebody chose', 'user.heketi.dbstoragelevel custom', false],
  ])('goes by the level: options %s', async (_which, level, isSet) => {
    await createVolume('db', [level]);
    await stopServer();
    expect((await offline('update-dbvol', '--force-volume-name=db')).status).toBe(0);
    const options = (await volumeOnHosts('db'))?.options ?? [];
    expect(options.includes('performance.write-behind off')).toBe(isSet);
  });

  it('begins anew after it was cut short', async () => {
    await createVolume('heketidbstorage');
    await stopServer();
    await hosts.remote.setFaults([
      { kind: 'fail', match: 'volume set .* performance.io-cache', stderr: 'volume set: failed: no' },
    ]);
    const cut = await offline('update-dbvol');
    expect([cut.status, cut.stdout]).toEqual([1, '']);
    expect(cut.stderr).toMatch(/^ERROR: .*volume set: failed: no.*\n$/);
    expect((await offline('update-dbvol')).status).toBe(0);
    expect((await volumeOnHosts('heketidbstorage'))?.options).toEqual(expect.arrayContaining(DATABASE_OPTIONS));
  });

  it.each([
    ['a volume that the database does not have', ['--force-volume-name=other'], /there is no volume other/],
    ['a volume of which gluster has none', [], /gluster has no volume heketidbstorage/],
  ])('refuses %s', async (_what, words, reason) => {
    await createVolume('heketidbstorage');
    await stopServer();
    if (words.length === 0) await deleteByHand('heketidbstorage');
    const { status, stderr } = await offline('update-dbvol', ...words);
    expect(status).toBe(1);
    expect(stderr).toMatch(reason);
  });

  it('leaves a volume alone that somebody else made under the name', async () => {
    await createVolume('heketidbstorage');
    await stopServer();
    await deleteByHand('heketidbstorage');
    await byHand(['mkdir', '-p', '/bricks/x'], [...VOLUME, 'create', 'heketidbstorage', '10.0.0.1:/bricks/x', 'force']);
    const before = await volumeOnHosts('heketidbstorage');
    const { status, stderr } = await offline('update-dbvol');
    expect([status, stderr]).toEqual([1, expect.stringContaining('somebody else made it')]);
    expect(await volumeOnHosts('heketidbstorage')).toEqual(before);
  });

  it('is refused while a server has the database, on a restored copy, and where there is no database, which it does not make', async () => {
    await createVolume('heketidbstorage');
    expect((await offline('update-dbvol')).stderr).toMatch(/another process/);
    const copy = await fetch(`${server?.base}/backup/db`);
    await stopServer();
    rmSync(databaseFile(folder));
    expect((await offline('update-dbvol')).stderr).toMatch(/there is no database/);
    expect(existsSync(databaseFile(folder))).toBe(false);
    writeFileSync(databaseFile(folder), '');
    expect((await offline('update-dbvol')).stderr).toMatch(/there is no database/);
    writeFileSync(databaseFile(folder), Buffer.from(await copy.arrayBuffer()));
    const held = await offline('update-dbvol');
    expect([held.status, held.stderr]).toEqual([1, expect.stringContaining('nothing was changed')]);
    expect(held.stderr).toContain('restore confirm');
    expect((await volumeOnHosts('heketidbstorage'))?.options).not.toEqual(expect.arrayContaining(DATABASE_OPTIONS));
  });
});

async function byHand(...lines: readonly (readonly string[])[]): Promise<void> {
  await hosts.remote.run(
    'h1',
    lines.map((argv) => ({ argv, timeoutMs: 10_000 })),
  );
}

function deleteByHand(name: string): Promise<void> {
  return byHand([...VOLUME, 'stop', name, 'force'], [...VOLUME, 'delete', name]);
}
