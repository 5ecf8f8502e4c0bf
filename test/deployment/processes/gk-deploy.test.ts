import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../crash/processes/support/server-process.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { whyNoSimcluster } from '../../support/simcluster.js';
import { type Manifest, nameOf, refusalsBy } from './support/manifests.js';
import { commandsInPod, runInPod } from './support/pod-commands.js';
import { Provisioner } from './support/provisioner.js';
import { glusterPods, type StorageNodes, simulatedNodes } from './support/storage-nodes.js';

const DOCUMENT = 'extras/gk-deploy.md';
const KEYS = { admin: 'the admin key', user: 'the user key' };

/** What gk-deploy's deployments set, but for how hosts are reached; keys are nowhere else. */
const ENVIRONMENT = {
  HEKETI_ADMIN_KEY: KEYS.admin,
  HEKETI_USER_KEY: KEYS.user,
  HEKETI_FSTAB: '/var/lib/heketi/fstab',
  HEKETI_SNAPSHOT_LIMIT: '14',
  HEKETI_KUBE_GLUSTER_DAEMONSET: 'y',
  HEKETI_IGNORE_STALE_OPERATIONS: 'true',
};

/** The sections of its heketi.json, those for executors that are not in use included. */
const SECTIONS = {
  kubeexec: { rebalance_on_expansion: true },
  sshexec: { rebalance_on_expansion: true, keyfile: '/etc/heketi/private_key', port: '22', user: 'root', sudo: false },
};

const whyNoPods = whyNoSimcluster();
if (whyNoPods !== null)
  console.warn(`SKIPPED: gk-deploy's flow over gluster pods: none can be simulated: ${whyNoPods}`);

const GROUNDS = [
  { ground: 'simulated hosts', whyNot: null, up: simulatedNodes },
  { ground: 'gluster pods, with the rights of the manifests', whyNot: whyNoPods, up: glusterPods },
];

describe.each(GROUNDS)('the flow of gk-deploy on $ground', ({ whyNot, up }) => {
  if (whyNot !== null) return it.skip(whyNot);
  let folder: string;
  let nodes: StorageNodes;
  let first: ServerProcess;
  let second: ServerProcess;

  beforeAll(async () => {
    folder = makeMemoryFolder('mortar-gk-deploy-');
    for (const name of ['deploy-heketi', 'heketi', 'db', 'etc/heketi', 'tmp'])
      mkdirSync(join(folder, name), { recursive: true });
    nodes = await up(folder);
    writeFileSync(join(folder, 'etc/heketi/topology.json'), JSON.stringify(nodes.topology));
    first = await start('deploy-heketi');
  });
  afterAll(async () => {
    await first.kill();
    await second?.kill();
    await nodes.down();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The volume of its database is a folder of this name. */
  const start = (name: string): Promise<ServerProcess> =>
    startServer({
      folder: join(folder, name),
      socket: nodes.socket,
      keys: { admin: '', user: '' },
      glusterfs: SECTIONS,
      env: { ...ENVIRONMENT, ...nodes.env },
    });

  const inPod = (server: ServerProcess, command: string) =>
    runInPod(command, { folder, server: server.base, env: { ADMIN_KEY: KEYS.admin } });

  const [hello = '', load = '', setup = '', show = '', ...others] = commandsInPod(DOCUMENT, 'deploy/deploy-heketi');
  let objects: readonly Manifest[];

  const object = (name: string): Manifest => {
    const found = objects.find((one) => nameOf(one) === name);
    if (!found) throw new Error(`the list has no ${name}`);
    return found;
  };

  it('asks the first server for its greeting', async () => {
    expect(others).toEqual([]);
    expect(hello).toMatch(/^curl /);
    expect(await inPod(first, hello)).toEqual({ status: 0, stdout: 'Hello from Heketi', stderr: '' });
  });

  it('loads the topology, and once more without harm', async () => {
    const loaded = await inPod(first, load);
    expect(loaded.status, loaded.stderr).toBe(0);
    expect(loaded.stdout).not.toContain('Unable');
    expect(loaded.stdout.match(/Adding device \S+ \.\.\. OK/g)).toHaveLength(6);
    const again = await inPod(first, load);
    expect(again).toMatchObject({ status: 0, stdout: expect.not.stringContaining('Unable') as string });
    expect(again.stdout.match(/Found device/g)).toHaveLength(6);
  });

  it('makes the volume of the database, and a list of objects that every Kubernetes takes', async () => {
    const made = await inPod(first, setup);
    expect(made, made.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('Saving ') as string });
    const list = JSON.parse((await inPod(first, show)).stdout) as { kind: string; items: Manifest[] };
    expect(list.kind).toBe('List');
    objects = list.items;
    expect(objects.map(nameOf)).toEqual([
      'Secret heketi-storage-secret',
      'Endpoints heketi-storage-endpoints',
      'Service heketi-storage-endpoints',
      'Job heketi-storage-copy-job',
    ]);
    for (const version of ['1.20', '1.25', '1.32'] as const) expect(objects.flatMap(refusalsBy(version))).toEqual([]);
    const { subsets } = object('Endpoints heketi-storage-endpoints') as unknown as {
      subsets: { addresses: { ip: string }[] }[];
    };
    expect(subsets.map(({ addresses }) => addresses.map(({ ip }) => ip).join()).sort()).toEqual(nodes.addresses);
    expect(await nodes.volumes()).toEqual(['heketidbstorage']);
  });

  it('copies the database with the job of the list', () => {
    const { data } = object('Secret heketi-storage-secret') as unknown as { data: Record<string, string> };
    const { spec } = object('Job heketi-storage-copy-job') as unknown as {
      spec: { template: { spec: { containers: { image: string; command: string[] }[] } } };
    };
    const [container] = spec.template.spec.containers;
    expect(container).toMatchObject({ image: 'REGISTRY/mortar:0.1.0', command: ['cp', '/db/heketi.db', '/heketi'] });
    writeFileSync(join(folder, 'db/heketi.db'), Buffer.from(data['heketi.db'] ?? '', 'base64'));
    const [program = '', ...args] = (container?.command ?? []).map((word) => word.replace(/^\//, `${folder}/`));
    expect(spawnSync(program, args).status).toBe(0);
  });

  it('goes on with the server that stays: it finds everything, and works at once', async () => {
    await first.stop();
    second = await start('heketi');
    const [info = '', list = '', status = '', ...rest] = commandsInPod(DOCUMENT, 'deploy/heketi');
    expect(rest).toEqual([]);
    const shown = await inPod(second, info);
    expect(shown.stdout.match(/Node Id:/g)).toHaveLength(3);
    expect(shown.stdout.match(/Known Paths: \S/g)).toHaveLength(6);
    expect((await inPod(second, list)).stdout).toMatch(/Name:heketidbstorage/);
    const restored = await inPod(second, status);
    expect([restored.status, restored.stdout]).toEqual([0, expect.stringMatching(/^Not held: /)]);

    const provisioner = new Provisioner(second.base, 'admin', KEYS.admin);
    const claim = JSON.stringify({ size: 1, name: '', durability: { type: 'none', replicate: {}, disperse: {} } });
    const { id } = await provisioner.provision(claim);
    await provisioner.delete(id);
    expect(await provisioner.send('GET', '/operations')).toMatchObject({ body: expect.stringContaining('"total":0') });
    provisioner.close();
  });

  it('refuses to remove the volume that its database lies on', async () => {
    const provisioner = new Provisioner(second.base, 'admin', KEYS.admin);
    const { volumes } = JSON.parse((await provisioner.send('GET', '/volumes')).body) as { volumes: string[] };
    expect(await provisioner.send('DELETE', `/volumes/${volumes[0]}`)).toMatchObject({ status: 409 });
    provisioner.close();
  });
});
