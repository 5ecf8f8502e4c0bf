import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { restoreDatabase } from '../../../src/app/restore-database.js';
import { verifyDatabase } from '../../../src/app/verify-database.js';
import { matchesChecksum } from '../../../src/backup/checksum.js';
import { DyingProcess } from '../../support/dying-process.js';
import { FailingDisk } from '../../support/failing-disk.js';
import { KubeconfigFile } from '../../support/kubernetes-server/kubeconfig-file.js';
import { KubernetesServer } from '../../support/kubernetes-server/kubernetes-server.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { seededRandom, seedFrom } from '../../support/seeded-random.js';
import { samplePoints } from '../support/sample-points.js';
import { HttpClient } from './support/http-client.js';
import { databaseFile, type ServerProcess, startServer } from './support/server-process.js';

const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);
console.log(`backups: MORTAR_CRASH_SEED=${seed}`);

const KEEP = 2;
const POLL_MS = 20;
const LAST_SUCCESS = /^mortar_backup_last_success_timestamp_seconds\{target="directory"\} ([1-9]\S+)$/m;

let folder = '';
let directory = '';
beforeEach(() => {
  folder = makeMemoryFolder('mortar-backups-');
  directory = join(folder, 'backups');
  mkdirSync(directory);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A server that backs up each second. */
async function start(where: string, env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
  const glusterfs = { backup_directory: join(where, 'backups'), backup_keep: KEEP, refresh_time_backup: 1 };
  const server = await startServer({ folder: where, socket: join(where, 'no-hosts'), glusterfs, env });
  onTestFinished(() => server.kill());
  return server;
}

function backups(where = directory): readonly string[] {
  return readdirSync(where)
    .filter((name) => /^heketi-.*\.db\.gz$/.test(name))
    .sort()
    .map((name) => join(where, name));
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((turn) => setTimeout(turn, POLL_MS));
}

const metrics = async (server: ServerProcess) => (await fetch(`${server.base}/metrics`)).text();

/** What the line of a metric has in its first group, once it has it. */
async function metric(server: ServerProcess, line: RegExp): Promise<string> {
  let found: RegExpExecArray | null = null;
  await until(async () => {
    found = line.exec(await metrics(server));
    return found !== null;
  });
  return found?.[1] ?? '';
}

/** Waits until none of these backups is there any more: each has given way to a newer one. */
const replaced = (before: readonly string[]) => until(() => !backups().some((file) => before.includes(file)));

/** Waits until the server has kept as many backups as stay, and one more. */
async function filled(server: ServerProcess): Promise<void> {
  await metric(server, LAST_SUCCESS);
  await until(() => /-00000[3-9]-/.test(backups().at(-1) ?? ''));
}

const silent = (): void => undefined;

it('a server that is killed at any moment of a backup leaves whole ones, and no fewer than before', async () => {
  const first = await start(folder);
  await filled(first);
  await first.stop();
  rmSync(join(folder, 'heketi.json'));
  const template = makeMemoryFolder('mortar-backups-template-');
  onTestFinished(() => rmSync(template, { recursive: true, force: true }));
  cpSync(folder, template, { recursive: true });
  const notes = join(template, 'changes');
  const dying = new DyingProcess(directory, notes);

  const counted = await start(folder, dying.env(null));
  await replaced(backups(join(template, 'backups')).map((file) => file.replace(template, folder)));
  await counted.kill();
  const { changes } = dying;
  expect(changes).toBeGreaterThan(5);

  for (const at of samplePoints(changes, 5, random)) {
    rmSync(folder, { recursive: true });
    cpSync(template, folder, { recursive: true });
    rmSync(join(folder, 'changes'), { force: true });
    const server = await start(folder, dying.env(at));
    await server.ended;
    expect(backups().length, `killed at ${at}`).toBeGreaterThanOrEqual(KEEP);
    for (const file of backups()) {
      expect(await matchesChecksum(file)).toBe(true);
      expect(await verifyDatabase({ file }, silent)).toBe(0);
    }
    // What it left half done is no backup, and goes with the next ones.
    const again = await start(folder);
    await replaced(backups());
    await until(isTidy);
    await again.stop();
  }
});

/** Nothing is there but backups, each with its checksum. */
function isTidy(): boolean {
  const names = backups().flatMap((file) => [basename(file), `${basename(file)}.sha256`]);
  return names.length === 2 * KEEP && names.sort().join() === readdirSync(directory).sort().join();
}

it('a full disk keeps the earlier backups, is told by its reason, and is got over', async () => {
  const disk = new FailingDisk(folder, ['.unfinished']);
  const server = await start(folder, disk.env);
  await filled(server);
  disk.fail({ operation: 'write', error: 'ENOSPC', skip: 0, count: null });
  await metric(server, /^mortar_backup_failing\{target="directory",reason="no-space"\} 1$/m);
  const keptAt = await metric(server, LAST_SUCCESS);
  const before = backups();
  expect(before).toHaveLength(KEEP);
  for (const file of before) expect(await verifyDatabase({ file }, silent)).toBe(0);
  expect(readdirSync(directory)).toHaveLength(2 * KEEP);
  disk.mend();
  await replaced(before);
  expect(Number(await metric(server, LAST_SUCCESS))).toBeGreaterThan(Number(keptAt));
  expect(await metrics(server)).not.toContain('mortar_backup_failing{');
  await server.stop();
});

it('the drill: a backup of a running server is verified, restored elsewhere, and served once somebody confirms', async () => {
  const server = await start(folder);
  const client = new HttpClient(server.base);
  const id = await client.operations.createCluster({ allowsBlock: true, allowsFile: true });
  const before = backups().at(-1);
  await until(() => ![undefined, before].includes(backups().at(-1)));
  const [backupFile = ''] = backups().slice(-1);
  const said: string[] = [];
  expect(await verifyDatabase({ file: backupFile }, (text) => said.push(text))).toBe(0);
  expect(said.join('')).toMatch(/^contents: 1 cluster, /m);

  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(join(elsewhere, 'backups'), { recursive: true });
  await restoreDatabase({ backupFile, dbFile: databaseFile(elsewhere), debug: false }, silent);
  const restored = await start(elsewhere);
  const drill = new HttpClient(restored.base);
  expect((await drill.send('GET', '/clusters')).text).toContain(id);
  expect((await drill.send('POST', '/clusters', {})).status).toBe(503);
  expect((await client.send('POST', '/clusters', {})).status).toBe(201);
  // Held, it keeps nothing: its state may be older than what is in its directory.
  expect(await metrics(restored)).toContain('mortar_backup_last_success_timestamp_seconds{target="directory"} 0\n');
  expect(backups(join(elsewhere, 'backups'))).toEqual([]);
  expect((await drill.send('POST', '/restore/confirm')).status).toBe(204);
  expect((await drill.send('POST', '/clusters', {})).status).toBe(201);
  await metric(restored, LAST_SUCCESS);
  await restored.stop();
  await server.stop();
});

it('a server that is told to end leaves its last state in the secret, though the API server was away before', async () => {
  const kubernetes = await KubernetesServer.up();
  onTestFinished(() => kubernetes.down());
  const kubeconfig = new KubeconfigFile(kubernetes);
  onTestFinished(() => kubeconfig.remove());
  await kubernetes.kill();
  const env = { HEKETI_BACKUP_DB_TO_KUBE_SECRET: 'yes', KUBECONFIG: kubeconfig.path };
  const server = await startServer({ folder, socket: join(folder, 'no-hosts'), env });
  onTestFinished(() => server.kill());
  await metric(server, /^mortar_backup_failing\{target="secret",reason="unreachable"\} (1)$/m);
  const client = new HttpClient(server.base);
  await client.operations.createCluster({ allowsBlock: true, allowsFile: true });
  expect((await client.send('GET', '/healthz')).status).toBe(200);
  await kubernetes.start();
  await server.stop();
  const { data } = kubernetes.secrets.find('default', 'heketi-db-backup') ?? expect.unreachable('no secret was made');
  const file = join(folder, 'heketi.db.gz');
  writeFileSync(file, Buffer.from(data?.['heketi.db.gz'] ?? '', 'base64'));
  const said: string[] = [];
  expect(await verifyDatabase({ file }, (text) => said.push(text))).toBe(0);
  expect(said.join('')).toMatch(/^contents: 1 cluster, /m);
});
