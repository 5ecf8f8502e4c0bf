import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type HostsProcess, startHosts } from '../../crash/processes/support/hosts-process.js';
import { type ServerProcess, startServer } from '../../crash/processes/support/server-process.js';
import { commandsOf } from '../../docs/documents.js';
import { KubeconfigFile } from '../../support/kubernetes-server/kubeconfig-file.js';
import { KubernetesServer } from '../../support/kubernetes-server/kubernetes-server.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';
import { commandsInPod, type PodOutcome, runInPod } from './support/pod-commands.js';
import { Provisioner } from './support/provisioner.js';
import { manifestsOf, rightsOf } from './support/role-rights.js';

const DOCUMENT = 'docs/kubernetes.md';
/** Heketi's own database, and what its `db export` says of it. */
const HEKETIS = readFileSync(resolve(import.meta.dirname, '../../golden/db/backup.db'));
const EXPORT = resolve(import.meta.dirname, '../../golden/db/backup.export.json');
const KEYS = { admin: 'the admin key', user: 'the user key' };

/** In the document's order: restoring, coming from Heketi, going back. */
const [verify = '', restore = '', exportBack = '', keepOurs = '', putBack = '', ...more] = commandsInPod(
  DOCUMENT,
  'heketi-maintenance',
);
const atServer = commandsInPod(DOCUMENT, 'deploy/heketi');

let folder: string;
let hosts: HostsProcess;
let server: ServerProcess | null = null;

beforeEach(async () => {
  folder = makeMemoryFolder('mortar-moves-');
  for (const name of ['var/lib/heketi', 'tmp', 'backup']) mkdirSync(join(folder, name), { recursive: true });
  hosts = await startHosts(folder, 3, 1);
});
afterEach(async () => {
  await server?.kill();
  server = null;
  await hosts.stop();
  rmSync(folder, { recursive: true, force: true });
});

const inData = (name: string) => join(folder, 'var/lib/heketi', name);

async function start(env: Readonly<Record<string, string>> = {}): Promise<string> {
  server = await startServer({ folder: join(folder, 'var/lib/heketi'), socket: hosts.socket, keys: KEYS, env });
  return server.base;
}

function administrator(at: ServerProcess | null): Provisioner {
  const client = new Provisioner(at?.base ?? '', 'admin', KEYS.admin);
  onTestFinished(() => client.close());
  return client;
}

async function succeeds(command: string, input = '', at = ''): Promise<PodOutcome> {
  const outcome = await runInPod(command, { folder, input, server: at, env: { ADMIN_KEY: KEYS.admin } });
  expect(outcome.status, `${command}\n${outcome.stdout}${outcome.stderr}`).toBe(0);
  return outcome;
}

describe('the document', () => {
  it('does in the maintenance pod what is tried here', () => {
    expect(more).toEqual([]);
    expect(putBack).toBe("sh -c 'mv /var/lib/heketi/heketi.db.bolt-* /var/lib/heketi/heketi.db'");
  });

  it('touches the database only when the server has ended, and asks the next one only when it serves', () => {
    const texts = commandsOf(DOCUMENT).map(({ text }) => text);
    const following = (part: string) => texts.flatMap((text, at) => (text.includes(part) ? [texts[at + 1]] : []));
    const ended = 'kubectl -n glusterfs wait pod -l glusterfs=heketi-pod --for=delete --timeout=120s';
    expect(following('--replicas=0')).toEqual([ended, ended, ended]);
    const serves = 'kubectl -n glusterfs rollout status deployment/heketi';
    expect(following('--replicas=1')).toEqual([serves, serves, serves]);
  });

  it('restores the backup of the secret: the server is held until it is told to go on', async () => {
    const api = await KubernetesServer.up();
    onTestFinished(() => api.down());
    const rights = rightsOf('backup');
    const kubeconfig = new KubeconfigFile({
      url: api.url,
      token: api.access.issue({ user: 'heketi-service-account', rights, namespace: 'default' }),
    });
    onTestFinished(() => kubeconfig.remove());
    const [settings] = manifestsOf('backup/backup-config.yaml');
    await start({ ...(settings?.['data'] as Record<string, string>), KUBECONFIG: kubeconfig.path });
    const made = await administrator(server).send('POST', '/clusters', { body: '{}' });
    // The end of the server leaves its last state in the secret.
    await server?.stop();
    const { data } = api.secrets.find('default', 'heketi-db-backup') as unknown as { data: Record<string, string> };
    rmSync(inData(''), { recursive: true });
    mkdirSync(inData(''));
    writeFileSync(join(folder, 'backup/heketi.db.gz'), Buffer.from(data['heketi.db.gz'] ?? '', 'base64'));

    await succeeds(verify);
    await succeeds(restore);
    const base = await start();
    const [status = '', confirm = ''] = atServer.filter((command) => command.includes(' server restore '));
    expect((await succeeds(status, '', base)).stdout).not.toMatch(/^Not held: /);
    await succeeds(confirm, '', base);
    expect((await succeeds(status, '', base)).stdout).toMatch(/^Not held: /);
    const { id } = JSON.parse(made.body) as { id: string };
    const found = await administrator(server).send('GET', '/clusters');
    expect(JSON.parse(found.body)).toEqual({ clusters: [id] });
  });

  it('starts on a database of Heketi, and goes back to it', async () => {
    writeFileSync(inData('heketi.db'), HEKETIS);
    await start();
    const answer = await administrator(server).send('GET', '/db/dump');
    const ours = JSON.parse(answer.body) as Record<string, object>;
    const theirs = JSON.parse(readFileSync(EXPORT, 'utf8')) as Record<string, object>;
    for (const kind of ['clusterentries', 'nodeentries', 'deviceentries', 'volumeentries', 'brickentries'])
      expect(Object.keys(ours[kind] ?? {}).sort(), kind).toEqual(Object.keys(theirs[kind] ?? {}).sort());
    await server?.stop();

    await succeeds(exportBack);
    await succeeds(keepOurs);
    await succeeds(putBack);
    expect(readFileSync(inData('heketi.db')).equals(HEKETIS)).toBe(true);
    expect(Object.keys(JSON.parse(readFileSync(inData('mortar.json'), 'utf8')) as object)).toContain('volumeentries');
    expect(existsSync(inData('heketi.db.mortar'))).toBe(true);
  });

  it('asks the running server only what it and Heketi answer', async () => {
    const base = await start();
    const others = atServer.filter((command) => !/ server restore /.test(command));
    expect(others.map((command) => command.replace(/^.*"\$ADMIN_KEY" /, ''))).toEqual([
      'server operations info',
      'server state examine differences',
    ]);
    for (const command of others) await succeeds(command, '', base);
  });
});
