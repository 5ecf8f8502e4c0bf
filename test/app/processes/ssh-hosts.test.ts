import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ended, printed } from '../../crash/processes/support/ended.js';
import { ROOT } from '../../docs/documents.js';
import { whyNoSimcluster } from '../../support/simcluster.js';

const why = whyNoSimcluster();
if (why !== null) console.log(`SKIPPED: the hosts of docker-compose's profile ssh: ${why}`);

const net = `127.${64 + Math.floor(Math.random() * 180)}.${Math.floor(Math.random() * 250)}`;

describe.skipIf(why !== null)("the hosts of docker-compose's profile ssh", () => {
  it('are served with the configuration beside them, and end when they are told to', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mortar-ssh-hosts-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const hostsFolder = join(folder, 'hosts');
    // As a killed container leaves it.
    mkdirSync(join(hostsFolder, 'cluster/left'), { recursive: true });
    writeFileSync(join(hostsFolder, 'ready'), '');
    const hosts = spawn(join(ROOT, 'examples/ssh-hosts/start.sh'), {
      env: {
        PATH: process.env.PATH,
        HOSTS_DIR: hostsFolder,
        HOSTS_OPTIONS: `--net ${net}`,
        SIMCLUSTER: join(ROOT, 'test/simcluster/simcluster.mjs'),
      },
    });
    onTestFinished(() => end(hosts));
    await printed(hosts, /Three hosts are up/);
    expect(existsSync(join(hostsFolder, 'ready'))).toBe(true);

    const config = join(folder, 'heketi.json');
    const text = readFileSync(join(ROOT, 'examples/ssh-hosts/heketi.json'), 'utf8');
    writeFileSync(
      config,
      text.replace('"8080"', '"0"').replaceAll('/hosts/', `${hostsFolder}/`).replace('/var/lib/heketi', folder),
    );
    const server = spawn(process.execPath, [join(ROOT, 'bin/heketi'), '--config', config], {
      env: { PATH: process.env.PATH, SSH_KNOWN_HOSTS: join(hostsFolder, 'cluster/known_hosts') },
    });
    onTestFinished(() => end(server));
    const [, port] = await printed(server, /Listening on port (\d+)/);
    const client = (...args: readonly string[]) =>
      runClient(['--server', `http://127.0.0.1:${port}`, '--user', 'admin', '--secret', 'My Secret', ...args]);
    const loaded = await client('topology', 'load', '--json', join(hostsFolder, 'cluster/topology.json'));
    expect(loaded.match(/Adding device .*OK/g)).toHaveLength(6);
    expect(await client('volume', 'create', '--size', '1', '--name', 'made')).toContain('Replica Count: 3');
    await end(server);
    await end(hosts);
    expect(hosts.exitCode).toBe(0);
    expect(existsSync(join(hostsFolder, 'ready'))).toBe(false);
  });
});

async function end(child: ReturnType<typeof spawn>): Promise<void> {
  child.kill('SIGTERM');
  await ended(child);
}

async function runClient(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/heketi-cli'), ...args]);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk;
    });
  await ended(child);
  expect(child.exitCode, said).toBe(0);
  return said;
}
