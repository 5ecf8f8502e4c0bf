import { rmSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { FailingDisk } from '../../support/failing-disk.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { loadTopology } from '../support/scenario.js';
import { startHosts } from './support/hosts-process.js';
import { HttpClient } from './support/http-client.js';
import { startServer } from './support/server-process.js';

const CLUSTER = { allowsBlock: true, allowsFile: true };

function newFolder(): string {
  const folder = makeMemoryFolder('mortar-probes-');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('/healthz tells a disk that hangs, while the process answers, and that it works again', async () => {
  const folder = newFolder();
  const disk = new FailingDisk(folder);
  const server = await startServer({ folder, socket: '/no/hosts', env: disk.env });
  onTestFinished(() => server.kill());
  const client = new HttpClient(server.base);
  disk.fail({ operation: 'sync', error: 'HANG', skip: 0, count: null });
  const created = client.operations.createCluster(CLUSTER);
  while (disk.hits === 0) await new Promise((turn) => setImmediate(turn));
  const unhealthy = await client.send('GET', '/healthz');
  expect([unhealthy.status, unhealthy.text]).toEqual([503, 'the database has not answered within 2 s\n']);
  expect((await client.send('GET', '/readyz')).status).toBe(503);
  expect((await client.send('GET', '/hello')).status).toBe(200);
  disk.mend();
  await created;
  expect((await client.send('GET', '/healthz')).text).toBe('{"healthy":true,"changes":"accepted"}\n');
  await server.stop();
});

it('/healthz tells that a full disk takes no changes, and why, until it does', async () => {
  const folder = newFolder();
  const disk = new FailingDisk(folder);
  const server = await startServer({ folder, socket: '/no/hosts', env: disk.env });
  onTestFinished(() => server.kill());
  const client = new HttpClient(server.base);
  const health = async () => JSON.parse((await client.send('GET', '/healthz')).text);
  // In the midst of the second commit, so that a part of it is in the log and can't be cut off.
  await client.operations.createCluster(CLUSTER);
  disk.fail({ operation: 'write', error: 'ENOSPC', skip: 3, count: null });
  const created = client.operations.createCluster(CLUSTER).catch((error: Error) => error);
  while ((await health()).changes === 'accepted') await new Promise((turn) => setImmediate(turn));
  expect(await health()).toEqual({
    healthy: true,
    changes: 'refused',
    reason: expect.stringContaining('No change was accepted: the disk of the database failed at a commit'),
  });
  disk.mend();
  expect(await created).toBeInstanceOf(Error);
  expect(await health()).toEqual({ healthy: true, changes: 'accepted' });
  await server.stop();
});

it('/readyz answers once a host was reached after a restart, whether or not somebody looks after hosts', async () => {
  const folder = newFolder();
  const hosts = await startHosts(folder, 2, 1);
  const options = { folder, socket: hosts.socket };
  const first = await startServer(options);
  onTestFinished(() => first.kill());
  await loadTopology(new HttpClient(first.base), 2, 1);
  await first.stop();
  await hosts.stop();

  const second = await startServer(options);
  onTestFinished(() => second.kill());
  const client = new HttpClient(second.base);
  const alone = await client.send('GET', '/readyz');
  expect([alone.status, alone.text]).toEqual([503, expect.stringContaining('no storage host has run a command')]);
  expect((await client.send('GET', '/healthz')).status).toBe(200);
  await second.stop();

  const again = await startHosts(newFolder(), 2, 1);
  onTestFinished(() => again.stop());
  const third = await startServer({ folder, socket: again.socket });
  onTestFinished(() => third.kill());
  expect((await new HttpClient(third.base).send('GET', '/readyz')).text).toBe('{"ready":true}\n');
  await third.stop();
});
