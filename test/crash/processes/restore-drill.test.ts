import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { exportDatabase } from '../../../src/app/database-commands.js';
import type { HostsState } from '../../../src/executors/mock/world/state.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { volumeRequest } from '../../support/pool.js';
import { loadTopology, makeVolume } from '../support/scenario.js';
import { ended } from './support/ended.js';
import { startHosts } from './support/hosts-process.js';
import { HttpClient } from './support/http-client.js';
import { databaseFile, startServer } from './support/server-process.js';
import { watchSocket } from './support/watched-socket.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi');
const SMALL = {
  sizeGib: 1,
  durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
} as const;
/** The cleaner begins at once: what it would do before somebody confirms, it would do at the start. */
const EAGER = { start_time_background_cleaner: 0, refresh_time_background_cleaner: 1 };
/** All that a look at a host needs. */
const LOOK = /^(?:mount$|cat \/etc\/fstab$|\S*lvm (?:pvs|vgs|lvs) |gluster \S+ \S+ (?:volume info|pool list) )/;

interface RestoreState {
  readonly held: boolean;
  readonly differences?: { readonly differences: readonly { readonly kind: string; readonly subject: string }[] };
}

it('a backup that is restored after a kill, beside what that left, is exactly the backup, and changes nothing on hosts before somebody confirms', async () => {
  const folder = makeMemoryFolder('mortar-drill-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hosts = await startHosts(folder, 3, 2);
  onTestFinished(() => hosts.stop());
  const watched = await watchSocket(hosts.socket, join(folder, 'watched.sock'));
  onTestFinished(() => watched.close());
  const options = { folder, socket: watched.path, glusterfs: EAGER };
  const backupFile = join(folder, 'backup.db');

  const live = await startServer(options);
  onTestFinished(() => live.kill());
  const client = new HttpClient(live.base);
  await loadTopology(client, 3, 2);
  const kept = await makeVolume(client, { ...SMALL, name: 'kept' });
  const deleted = await makeVolume(client, { ...SMALL, name: 'deleted' });

  // Under load: one create is held in its midst, so that the backup has it in flight; others come and go.
  await hosts.remote.setFaults([{ kind: 'hold', match: 'volume start inflight' }]);
  const inFlight = await client.operations.createVolume(volumeRequest({ ...SMALL, name: 'inflight' }));
  await hosts.remote.awaitHeld();
  const load = Promise.all(
    Array.from({ length: 8 }, (_, n) => client.operations.createVolume(volumeRequest({ ...SMALL, name: `load${n}` }))),
  );
  writeFileSync(backupFile, await backup(live.base));
  await hosts.remote.releaseHeld(true);
  const tickets = [inFlight, ...(await load)];
  for (const ticket of tickets) await client.done(ticket);

  // Further changes, of which the backup knows nothing.
  await client.done(await client.operations.deleteVolume(deleted));
  await client.done(await client.operations.expandVolume(kept, 1));
  await makeVolume(client, { ...SMALL, name: 'later' });
  await live.kill();
  expect(existsSync(`${databaseFile(folder)}-wal`)).toBe(true);

  const before = await hosts.remote.state();
  await heketi('db', 'restore', backupFile, '--dbfile', databaseFile(folder));
  watched.sent.length = 0;
  const server = await startServer(options);
  onTestFinished(() => server.kill());
  const restored = new HttpClient(server.base);

  // Exactly the backup's state.
  const recorded = JSON.parse(await exported(backupFile));
  const dump = JSON.parse((await restored.send('GET', '/db/dump')).text);
  expect(settled(dump)).toEqual(settled(recorded));
  const pending = Object.keys(dump.pendingoperations).sort();
  expect(pending.length).toBeGreaterThan(0);
  expect(pending).toEqual(Object.keys(recorded.pendingoperations).sort());

  // Every change is refused; what differs is shown; nothing but looks has reached the hosts.
  const refused = [
    await restored.send('POST', '/volumes', { size: 1 }),
    await restored.send('DELETE', `/volumes/${deleted}`),
    await restored.send('POST', '/operations/pending/cleanup', { operations: pending }),
    await restored.send('GET', `/devices/${Object.keys(dump.deviceentries)[0]}/resync`),
  ];
  for (const { status, text } of refused) {
    expect(status).toBe(503);
    expect(text).toContain('heketi-cli server restore confirm');
  }
  const shown = await restoreState(restored);
  expect(shown.held).toBe(true);
  const listed = (shown.differences?.differences ?? []).map(({ kind, subject }) => `${kind} ${subject}`);
  expect(listed).toEqual(expect.arrayContaining(['superfluous-volume later', 'missing-volume deleted']));
  const glusterNames = before.pools.flatMap(({ volumes }) => volumes.map(({ name }) => name));
  const storedNames = new Set(
    Object.values<{ Info: { name: string } }>(dump.volumeentries).map(({ Info }) => Info.name),
  );
  const unknown = glusterNames.filter((name) => !storedNames.has(name));
  expect(listed).toEqual(expect.arrayContaining(unknown.map((name) => `superfluous-volume ${name}`)));
  expect(listed).toEqual(expect.arrayContaining(pending.map((id) => `restored-operation ${id}`)));
  const changing = watched.sent.map(({ argv }) => argv.join(' ')).filter((line) => !LOOK.test(line));
  expect(watched.sent.length).toBeGreaterThan(0);
  expect(changing).toEqual([]);
  expect(await hosts.remote.state()).toEqual(before);

  // Confirmed: it works again, and no brick that a volume of gluster's has is lost.
  expect((await restored.send('POST', '/restore/confirm')).status).toBe(204);
  expect(await restoreState(restored)).toMatchObject({ held: false });
  await makeVolume(restored, { ...SMALL, name: 'afterwards' });
  const after = await hosts.remote.state();
  expect(liveBricks(after)).toEqual(expect.arrayContaining([...liveBricks(before)]));
  expect(lostBricks(after)).toEqual([]);
  const { differences } = JSON.parse((await restored.send('GET', '/internal/state/examine/differences')).text);
  const stillListed = (differences as { kind: string; subject: string }[]).map(
    ({ kind, subject }) => `${kind} ${subject}`,
  );
  expect(stillListed).toEqual(expect.arrayContaining(listed));

  // What was in flight is led out when somebody asks for it: the volumes that were made are known again.
  await restored.done(await restored.operations.cleanUp(pending));
  expect(await restored.pendingOperations()).toBe(0);
  const names = (await restored.view()).volumes.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['kept', 'inflight', 'afterwards']));
  const last = await hosts.remote.state();
  expect(liveBricks(last)).toEqual(expect.arrayContaining([...liveBricks(before)]));
  expect(lostBricks(last)).toEqual([]);
  await server.stop();
});

async function backup(base: string): Promise<Buffer> {
  return Buffer.from(await (await fetch(`${base}/backup/db`)).arrayBuffer());
}

async function heketi(...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: 'inherit' });
  await ended(child);
  expect(child.exitCode).toBe(0);
}

async function exported(dbFile: string): Promise<string> {
  let json = '';
  const print = (text: string): void => {
    json += text;
  };
  await exportDatabase({ dbFile, jsonFile: '-', debug: false }, print, console.error);
  return json;
}

/** All but the records of pending operations, whose status tells that their process is gone. */
function settled(dump: { readonly pendingoperations: unknown }): object {
  return { ...dump, pendingoperations: null };
}

async function restoreState(client: HttpClient): Promise<RestoreState> {
  return JSON.parse((await client.send('GET', '/restore')).text) as RestoreState;
}

/** Bricks that a volume of gluster's names, as `host:path`. */
function liveBricks({ pools }: HostsState): readonly string[] {
  return pools.flatMap(({ volumes }) => volumes.flatMap(({ bricks }) => bricks));
}

/** Bricks that a volume of gluster's names and whose file system is not mounted any more. */
function lostBricks(state: HostsState): readonly string[] {
  const mounted = new Set(
    state.hosts.flatMap(({ storage, mounts }) => mounts.map(({ target }) => `${storage}:${target}`)),
  );
  return liveBricks(state).filter((brick) => !mounted.has(brick.replace(/\/brick$/, '')));
}
