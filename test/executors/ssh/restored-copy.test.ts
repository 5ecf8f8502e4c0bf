import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { type App, createApp } from '../../../src/app/create-app.js';
import { restoreDatabase } from '../../../src/app/restore-database.js';
import { cleanUpOffline } from '../../../src/app/serve.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { createLogger } from '../../../src/logging/logger.js';
import { command, describeOverSsh } from './ssh-hosts.js';

describeOverSsh('a restored copy of a database on a second machine', { nodes: 1, devices: 4 }, (hosts) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mortar-ssh-copy-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const dbFile = (machine: string) => join(folder, `${machine}.db`);

  function configFile(machine: string): string {
    const file = join(folder, `${machine}.json`);
    const sshexec = { keyfile: hosts.cluster.keyFile, user: 'root', port: String(hosts.cluster.port) };
    const settings = { disable_monitor_gluster_nodes: true, loglevel: 'none' };
    const glusterfs = { executor: 'ssh', db: dbFile(machine), sshexec, ...settings };
    writeFileSync(file, JSON.stringify({ port: '0', jwt: {}, glusterfs }));
    return file;
  }

  async function start(machine: string): Promise<App> {
    const { config } = loadConfig({ file: configFile(machine), env: {}, flags: { disableAuth: true } });
    const app = await createApp(config, createLogger({ level: 'none', format: 'json', secrets: [] }));
    onTestFinished(() => app.close(0));
    return app;
  }

  const send = (app: App, method: 'GET' | 'POST', url: string, payload?: object) =>
    app.server.inject({ method, url, ...(payload && { payload }) });

  /** What became of a request that is answered at /queue. */
  async function outcome(app: App, url: string, payload: object): Promise<string> {
    const asked = await send(app, 'POST', url, payload);
    if (asked.statusCode !== 202) return asked.body;
    await app.settled();
    const answer = await send(app, 'GET', String(asked.headers.location));
    return [204, 303].includes(answer.statusCode) ? 'done' : answer.body;
  }

  const lockFiles = async () => {
    const [found] = await hosts.executor().run(hosts.first, [command('ls', '-A', '/run/mortar')]);
    // Without those of the executor that looks.
    return (found?.stdout ?? '').split('\n').filter(Boolean).length;
  };

  it('reads the hosts, keeps the first server working, and takes them over once somebody confirms', async () => {
    const first = await start('first');
    const cluster = (await send(first, 'POST', '/clusters', { file: true, block: true })).json<{ id: string }>().id;
    const hostnames = { manage: [hosts.first], storage: ['192.0.2.1'] };
    expect(await outcome(first, '/nodes', { cluster, zone: 1, hostnames })).toBe('done');
    const [node] = (await send(first, 'GET', `/clusters/${cluster}`)).json<{ nodes: string[] }>().nodes;
    writeFileSync(join(folder, 'backup.db'), (await send(first, 'GET', '/backup/db')).rawPayload);
    expect(await outcome(first, '/devices', { node, name: '/dev/sdb' })).toBe('done');

    const restore = { backupFile: join(folder, 'backup.db'), dbFile: dbFile('second'), debug: false };
    expect(await restoreDatabase(restore, () => undefined)).toBe(0);
    const second = await start('second');
    const before = await lockFiles();
    const state = (await send(second, 'GET', '/restore')).json<{
      held: boolean;
      differences: { differences: object[]; notcompared: object[] };
    }>();
    expect(state).toMatchObject({ held: true, differences: { notcompared: [] } });
    // Each look of the test leaves its own fence.
    expect((await lockFiles()) - before).toBe(1);
    expect(await outcome(second, '/devices', { node, name: '/dev/sdc' })).toContain('restored copy of its database');
    const preflight = await send(second, 'POST', '/devices/preflight', { node, name: '/dev/sdc' });
    expect(preflight.statusCode).toBe(200);

    // Hosts still work for the first one, which the second has only looked beside.
    expect(await outcome(first, '/devices', { node, name: '/dev/sdc' })).toBe('done');

    expect((await send(second, 'POST', '/restore/confirm')).statusCode).toBe(204);
    expect(await outcome(second, '/devices', { node, name: '/dev/sdd' })).toBe('done');
    expect(await outcome(first, '/devices', { node, name: '/dev/sde' })).toMatch(/takes no commands from this process/);
  });

  it('is not cleaned up without a server either before somebody confirms', async () => {
    writeFileSync(join(folder, 'empty.db'), (await send(await start('third'), 'GET', '/backup/db')).rawPayload);
    const restore = { backupFile: join(folder, 'empty.db'), dbFile: dbFile('fourth'), debug: false };
    expect(await restoreDatabase(restore, () => undefined)).toBe(0);
    await expect(cleanUpOffline({ configFile: configFile('fourth') }, () => undefined)).rejects.toThrow(
      /nothing was cleaned up: .*heketi-cli server restore confirm/,
    );
  });
});
