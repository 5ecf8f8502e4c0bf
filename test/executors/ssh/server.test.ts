import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../../src/app/create-app.js';
import { forgetHostKeyOffline } from '../../../src/app/forget-host-key.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { createLogger } from '../../../src/logging/logger.js';
import { describeOverSsh } from './ssh-hosts.js';

describeOverSsh('a server with the ssh executor', { nodes: 1, devices: 1 }, (hosts) => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mortar-ssh-server-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function configFile(keyFile: string): string {
    const file = join(folder, 'heketi.json');
    const sshexec = { keyfile: keyFile, user: 'root', port: String(hosts.cluster.port) };
    const glusterfs = { executor: 'ssh', db: join(folder, 'heketi.db'), sshexec, disable_monitor_gluster_nodes: true };
    writeFileSync(file, JSON.stringify({ port: '0', jwt: {}, glusterfs }));
    return file;
  }

  async function start(keyFile: string, env: Readonly<Record<string, string>> = {}) {
    const { config } = loadConfig({ file: configFile(keyFile), env, flags: { disableAuth: true } });
    const logging = createLogger({ level: 'none', format: 'json', secrets: [] });
    return createApp(config, logging);
  }

  /** What became of adding the node. */
  async function addNode(app: Awaited<ReturnType<typeof start>>): Promise<string> {
    const send = (method: 'GET' | 'POST', url: string, payload?: object) =>
      app.server.inject({ method, url, ...(payload && { payload }) });
    const cluster = (await send('POST', '/clusters', { file: true, block: true })).json<{ id: string }>().id;
    const hostnames = { manage: [hosts.first], storage: ['192.0.2.1'] };
    const asked = await send('POST', '/nodes', { cluster, zone: 1, hostnames });
    await app.settled();
    const answer = await send('GET', String(asked.headers.location));
    return answer.statusCode === 303 ? 'added' : answer.body;
  }

  it('keeps the key a host shows first over restarts, until it is told to forget it', async () => {
    const { cluster, first } = hosts;
    const print = () => undefined;
    const known = async () => {
      const app = await start(cluster.keyFile);
      const keys = await app.store.read((tx) => tx.hostKeys.list());
      await app.close(0);
      return keys.map(({ host }) => host);
    };
    const app = await start(cluster.keyFile);
    expect(await addNode(app)).toBe('added');
    await app.close(0);
    expect(await known()).toEqual([first]);

    const forget = (host: string) => forgetHostKeyOffline({ configFile: configFile(cluster.keyFile), host }, {}, print);
    await expect(forget('stranger')).rejects.toThrow(`no key of stranger is kept; there are keys of: ${first}`);
    expect(await forget(first)).toBe(0);
    expect(await known()).toEqual([]);
  });

  it('forgets a key on request while it runs', async () => {
    const { cluster, first } = hosts;
    const app = await start(cluster.keyFile);
    await app.store.write((tx) => tx.hostKeys.insert({ host: first, port: 22, key: 'AAAA', pinnedAt: 1 }));
    const forget = (host: string) => app.server.inject({ method: 'POST', url: '/hostkeys/forget', payload: { host } });
    expect((await forget(first)).statusCode).toBe(204);
    expect(await app.store.read((tx) => tx.hostKeys.list())).toEqual([]);
    const again = await forget(first);
    expect([again.statusCode, again.body]).toEqual([404, `no key of ${first} is kept; there are keys of: no host\n`]);
    await app.close(0);
  });

  it('does not start with a key or a known_hosts file that it can not use', async () => {
    await expect(start(join(folder, 'no-key'))).rejects.toThrow(/no-key does not exist/);
    const env = { SSH_KNOWN_HOSTS: join(folder, 'no-hosts') };
    await expect(start(hosts.cluster.keyFile, env)).rejects.toThrow(/no-hosts \(SSH_KNOWN_HOSTS\) can't be read/);
  });
});
