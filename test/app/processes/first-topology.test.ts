import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { type HostsProcess, startHosts } from '../../crash/processes/support/hosts-process.js';
import { ContainerVolumes, type StartOptions } from '../support/container.js';

const HOSTS = ['h1', 'h2', 'h3'];
const LIMIT = { MORTAR_SHUTDOWN_LIMIT_SECONDS: '0' };

interface Stage {
  readonly volumes: ContainerVolumes;
  readonly hosts: HostsProcess;
  readonly topologyFile: string;
  readonly options: StartOptions;
}

async function stage(): Promise<Stage> {
  const volumes = new ContainerVolumes();
  const hosts = await startHosts(volumes.folder, HOSTS.length, 1);
  onTestFinished(() => hosts.stop());
  const topologyFile = join(volumes.folder, 'topology.json');
  writeTopology(topologyFile);
  const env = {
    HEKETI_TOPOLOGY_FILE: topologyFile,
    MORTAR_MOCK_SOCKET: hosts.socket,
    MORTAR_MOCK_MODE: 'strict',
    ...LIMIT,
  };
  return { volumes, hosts, topologyFile, options: { env } };
}

function writeTopology(file: string): void {
  const nodes = HOSTS.map((manage, i) => ({
    node: { hostnames: { manage: [manage], storage: [`10.0.0.${i + 1}`] }, zone: 1 },
    devices: ['/dev/sdb'],
  }));
  writeFileSync(file, JSON.stringify({ clusters: [{ nodes }] }));
}

/** Of a database that no server has open. */
async function recorded({ database }: ContainerVolumes) {
  const store = await openStore({ file: database, readOnly: true });
  try {
    return await store.read(async (tx) => ({
      clusters: (await tx.clusters.list()).length,
      nodes: (await tx.nodes.list()).flatMap(({ manageNames }) => manageNames).toSorted(),
      devices: (await tx.devices.list()).length,
      pending: (await tx.operations.list()).length,
    }));
  } finally {
    await store.close();
  }
}

const WHOLE = { clusters: 1, nodes: HOSTS, devices: HOSTS.length, pending: 0 };
const LOADED = /(?:Adding device .*OK|Found device)(?:.*(?:Adding device .*OK|Found device)){2}/s;

it('a topology is loaded into a new database, once', async () => {
  const { volumes, options } = await stage();
  const first = volumes.start(options);
  await first.says(LOADED);
  await first.says(/Adding device \/dev\/sdb \.\.\. OK\n/);
  while (existsSync(`${volumes.database}.loading-topology`)) await new Promise((turn) => setImmediate(turn));
  expect(await first.end('SIGTERM')).toBe(0);
  expect(await recorded(volumes)).toEqual(WHOLE);
  const second = volumes.start(options);
  await second.base();
  await second.end('SIGTERM');
  expect(second.said).not.toContain('device');
});

it('a topology that can not be loaded stops the container, and the next start tries again', async () => {
  const { volumes, options, topologyFile } = await stage();
  writeFileSync(topologyFile, '{"clusters": [{"nodes": "none"}]}');
  const failing = volumes.start(options);
  expect(await failing.end()).toBe(1);
  expect(failing.said).toMatch(/ERROR: the topology of .* could not be loaded/);
  expect(failing.said).toContain('Error: ');
  writeTopology(topologyFile);
  const next = volumes.start(options);
  await next.says(LOADED);
  await next.end('SIGTERM');
  expect(await recorded(volumes)).toEqual(WHOLE);
});

it('a topology is loaded over TLS too, whatever name the certificate is for', async () => {
  const { volumes, options } = await stage();
  const file = (name: string) => join(volumes.folder, name);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=heketi.example'];
  const args = ['req', '-x509', ...curve, '-keyout', file('key.pem'), '-out', file('cert.pem')];
  execFileSync('openssl', args, { stdio: 'pipe' });
  const settings = { enable_tls: true, cert_file: file('cert.pem'), key_file: file('key.pem') };
  const container = volumes.start({ ...options, settings });
  await container.says(/with TLS enabled/);
  await container.says(LOADED);
  while (existsSync(`${volumes.database}.loading-topology`)) await new Promise((turn) => setImmediate(turn));
  await container.end('SIGTERM');
  expect(await recorded(volumes)).toEqual(WHOLE);
});

it.each(['SIGKILL', 'SIGTERM'] as const)('a load that %s has cut off is finished by the next start', async (signal) => {
  const { volumes, hosts, options } = await stage();
  await hosts.remote.setFaults([{ kind: 'hold', match: 'vgcreate' }]);
  const cut = volumes.start(options);
  await hosts.remote.awaitHeld();
  expect(await cut.end(signal)).toBe(signal === 'SIGKILL' ? signal : 0);
  await hosts.remote.releaseHeld(true);
  await hosts.remote.setFaults([]);
  expect(readdirSync(volumes.data)).toContain('heketi.db.loading-topology');

  const next = volumes.start(options);
  await next.says(/Adding device|Found device/);
  while (existsSync(`${volumes.database}.loading-topology`)) await new Promise((turn) => setImmediate(turn));
  await next.end('SIGTERM');
  expect(await recorded(volumes)).toEqual(WHOLE);
});
