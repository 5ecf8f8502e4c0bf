import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commandsOf } from '../../docs/documents.js';
import { KubeconfigFile } from '../../support/kubernetes-server/kubeconfig-file.js';
import { PvScene } from '../support/pv-scene.js';

const PROGRAM = resolve(import.meta.dirname, '../../../bin/heketi-csi');

/** What the guide has: kind, name, claim, and gluster's volume. */
const GUIDE = [
  ['retained', 'backup', 'ops/backup', 'backup'],
  ['dynamic', 'pvc-1cb0ee2c-9d3c-4b5a-b3f3-52f6a7fd4e0e', 'shop/db-0', 'vol_8166a7a1cd0d5ba9b4ee1c0d2c3bd44f'],
  ['released', 'pvc-77d7b3f4-0c44-4a57-8f1e-3a3b2d6c1c11', 'shop/old', 'vol_0b4e4d54d3a8b7f6a0c5f5b1f6a2e9d0'],
  ['folder', 'media', 'web/media', 'media'],
] as const;

let scene: PvScene;
let kubeconfig: KubeconfigFile;
let heketi: Server;

beforeEach(async () => {
  scene = await PvScene.up();
  kubeconfig = new KubeconfigFile(scene.server);
  heketi = await serverOf(scene);
  const { port } = heketi.address() as AddressInfo;
  scene.server.objects.put('storageclasses', {
    metadata: { name: 'glusterfs' },
    provisioner: 'kubernetes.io/glusterfs',
    parameters: {
      resturl: `http://127.0.0.1:${port}`,
      restuser: 'admin',
      secretNamespace: 'default',
      secretName: 'key',
    },
  });
  scene.server.secrets.handle({
    method: 'POST',
    namespace: 'default',
    name: '',
    body: Buffer.from(
      JSON.stringify({ metadata: { name: 'key' }, data: { key: Buffer.from('hidden').toString('base64') } }),
    ),
  });
});

afterEach(async () => {
  heketi.closeAllConnections();
  heketi.close();
  kubeconfig.remove();
  await scene.down();
});

/** What a server tells of the volumes of the scene. */
async function serverOf({ volumes }: PvScene): Promise<Server> {
  const find = (path = ''): object | undefined => {
    if (path === '/volumes') return { volumes: volumes.map(({ id }) => id) };
    const found = volumes.find(({ id }) => path === `/volumes/${id}`);
    if (!found) return undefined;
    const { sizeGib: size, hosts, ...volume } = found;
    return { ...volume, size, mount: { glusterfs: { hosts } } };
  };
  const server = createServer((request, response) => {
    const found = find(request.url);
    response.writeHead(found ? 200 : 404).end(found ? JSON.stringify(found) : 'Id not found');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

function addKinds(): void {
  for (const kind of ['dynamic', 'static', 'unknown', 'released']) scene.add(kind);
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `killAt`: the number of the request to the API server that it does not outlive. */
function tool(args: readonly string[], killAt = 0): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', KUBECONFIG: kubeconfig.path };
  const cwd = dirname(scene.file);
  const child = spawn(process.execPath, [PROGRAM, 'migrate-pvs', ...args], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (killAt > 0) {
    const { requests } = scene.server;
    const first = requests.length;
    requests.push = (...seen) => {
      const count = Array.prototype.push.apply(requests, seen);
      if (count - first === killAt) child.kill('SIGKILL');
      return count;
    };
  }
  const out = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].on('data', (chunk) => (out[name] += chunk));
  return new Promise((done) => child.once('close', (code) => done({ code, ...out })));
}

it('the program takes an inventory, plans, moves, and takes back', async () => {
  addKinds();
  const before = scene.state();
  const inventory = await tool(['inventory']);
  expect(inventory.stderr).toBe('');
  expect(inventory.stdout).toContain('4 PersistentVolumes of the in-tree plugin: 3 can be moved, 1 can not.');
  const planned = await tool(['plan', scene.file, '--replace-classes']);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  expect(planned.stdout).toContain('plans 4 changes, and has what takes them back. Nothing was changed.');
  const dry = await tool(['run', scene.file, '--dry-run']);
  expect(dry.stdout).toContain('4 of 4 would be moved; 0 needed nothing.');
  expect(scene.state()).toEqual(before);
  const run = await tool(['run', scene.file]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain('PersistentVolume dynamic (default/claim-dynamic): moved\n');
  expect(scene.server.objects.find('storageclasses', 'glusterfs')).toMatchObject({
    provisioner: 'glusterfs.csi.mortar',
  });
  expect((await tool(['run', scene.file])).stdout).toContain('0 of 0 moved; 4 needed nothing.');
  expect((await tool(['rollback', scene.file])).stdout).toContain('4 of 4 taken back; 0 needed nothing.');
  expect(scene.state()).toEqual(before);
  for (const { stdout, stderr } of [inventory, planned, run]) expect(stdout + stderr).not.toContain('hidden');
});

it('it ends with what is wrong, and an exit code', async () => {
  addKinds();
  await new Promise((done) => {
    heketi.closeAllConnections();
    heketi.close(done);
  });
  const silent = await tool(['inventory']);
  expect(silent).toMatchObject({ code: 1, stdout: '' });
  expect(silent.stderr).toMatch(/^Error: .*127\.0\.0\.1/);
  const fromFile = await tool(['inventory', '--database', resolve(import.meta.dirname, '../../golden/db/arbiter.db')]);
  expect(fromFile.code).toBe(0);
  expect(fromFile.stdout).toContain('no server has the volume');
  expect((await tool(['run', join(scene.file, 'none')])).stderr).toMatch(/^Error: ENO/);
  expect((await tool(['plan'])).code).toBe(1);
});

it('killed at any request of a sample, it goes on where it was', async () => {
  addKinds();
  expect((await tool(['plan', scene.file, '--replace-classes'])).code).toBe(0);
  const before = scene.state();
  for (const [way, at] of [
    ['run', 3],
    ['run', 7],
    ['run', 9],
    ['run', 12],
    ['rollback', 3],
    ['rollback', 8],
    ['run', 10],
  ] as const) {
    expect((await tool([way, scene.file], at)).code, `${way} ${at}`).toBeNull();
  }
  expect((await tool(['run', scene.file])).code).toBe(0);
  const moved = scene.server.objects.list('persistentvolumes').filter(({ spec }) => spec?.['csi']);
  expect(moved.map(({ metadata }) => metadata.name).toSorted()).toEqual(['dynamic', 'released', 'static']);
  expect((await tool(['rollback', scene.file])).code).toBe(0);
  expect(scene.state()).toEqual(before);
  expect(scene.server.controllers.deleted).toEqual([]);
});

it('the guide to Kubernetes 1.26 shows what it prints', async () => {
  for (const [kind, name, claim, volume] of GUIDE) scene.add(kind, name, { claim, volume });
  scene.server.objects.put('persistentvolumes', {
    metadata: { name: 'tried' },
    spec: { csi: { driver: 'glusterfs.csi.mortar', volumeHandle: 'tried' } },
  });
  addPod('ops', 'backup', ['ReplicaSet', 'backup-1']);
  addPod('shop', 'db-0', ['StatefulSet', 'db']);
  scene.server.objects.put('replicasets', {
    metadata: {
      name: 'backup-1',
      namespace: 'ops',
      ownerReferences: [{ kind: 'Deployment', name: 'backup', controller: true }],
    },
  });
  scene.server.controllers.sync();
  writeFileSync(join(dirname(scene.file), 'admin.key'), 'hidden');
  const { port } = heketi.address() as AddressInfo;
  const commands = commandsOf('docs/kubernetes-1.26.md').filter(({ text }) =>
    text.startsWith('heketi-csi migrate-pvs '),
  );
  expect(commands).toHaveLength(6);
  for (const { text, shown } of commands) {
    const args = text.replace('127.0.0.1:8080', `127.0.0.1:${port}`).split(' ').slice(2);
    const { stdout, stderr } = await tool(args);
    expect(stderr, text).toBe('');
    const lines = stdout.split('\n').filter((line) => line !== '');
    if (shown[0] === '...') expect(lines.slice(-shown.length + 1), text).toEqual(shown.slice(1));
    // What follows is not shown again.
    else expect(lines.slice(0, shown.length), text).toEqual(shown);
  }
});

function addPod(namespace: string, claimName: string, [kind, name]: readonly [string, string]): void {
  scene.server.objects.put('pods', {
    metadata: { name: `${claimName}-a`, namespace, ownerReferences: [{ kind, name, controller: true }] },
    spec: { volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] },
    status: { phase: 'Running' },
  });
}
