import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { type BackupConfig, Backups, secretsOfBackup } from '../../src/app/backups.js';
import { verifyDatabase } from '../../src/app/verify-database.js';
import { type Secret, Secrets } from '../../src/backup/secrets.js';
import type { Config } from '../../src/config/config.js';
import { newId } from '../../src/domain/ids.js';
import { tell } from '../../src/events/tell.js';
import { KubernetesApi } from '../../src/kubernetes/kubernetes-api.js';
import type { Store } from '../../src/store/store.js';
import { auditEntry, cluster } from '../store/records.js';
import { openTemporary, temporaryDirectory } from '../store/temporary-database.js';
import { KubeconfigFile } from '../support/kubernetes-server/kubeconfig-file.js';
import { KubernetesServer } from '../support/kubernetes-server/kubernetes-server.js';
import { SILENT } from '../support/pool.js';
import { recordingObserver } from './recording-observer.js';
import { clusterOf } from './watched-secrets.js';

const TO_SECRET: BackupConfig = {
  kubeSecretName: 'heketi-db-backup',
  backupDirectory: { path: null, backupEverySeconds: 86_400, backupsKept: 14 },
};
const warn = vi.fn();

let server: KubernetesServer;
let store: Store;
beforeEach(async () => {
  warn.mockClear();
  server = await KubernetesServer.up();
  let backups: Backups | null = null;
  store = await openTemporary(undefined, { onCommit: () => backups?.changed() });
  observer = recordingObserver();
  start = (config, secrets) => {
    backups = new Backups(config, secrets, { store, observer, log: { ...SILENT, warn } });
    return backups;
  };
});
afterEach(() => server.down());

let observer: ReturnType<typeof recordingObserver>;
let start: (config: BackupConfig, secrets: Secrets | null) => Backups;

const secretsOf = (api: KubernetesServer) => new Secrets(new KubernetesApi(clusterOf(api)), 'default');

/** What `heketi db verify` says of the file in the secret. */
async function verified(): Promise<string> {
  const { data } = server.secrets.find('default', 'heketi-db-backup') as unknown as Secret;
  const file = join(temporaryDirectory(), 'heketi.db.gz');
  writeFileSync(file, Buffer.from(data?.['heketi.db.gz'] ?? '', 'base64'));
  const said: string[] = [];
  await verifyDatabase({ file }, (text) => said.push(text));
  return said.join('');
}

it('a server that ends leaves a copy of its last state in the secret, which can be used', async () => {
  const backups = start(TO_SECRET, secretsOf(server));
  backups.start();
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  await backups.close(30_000);
  expect(observer.told).toEqual(['secret began 1048576', expect.stringMatching(/^secret kept \d+$/)]);
  expect(await verified()).toMatch(/^contents: 1 cluster, /m);
});

it('an API server that does not answer holds up neither changes, nor the end for long', async () => {
  const backups = start(TO_SECRET, secretsOf(server));
  server.hang();
  onTestFinished(() => server.resume());
  backups.start();
  const closing = backups.close(200);
  await store.write((tx) => tx.clusters.insert(cluster('c1')));
  expect((await store.read((tx) => tx.clusters.list())).length).toBe(1);
  await closing;
  expect(observer.told).toEqual(['secret began 1048576', 'secret failed timeout']);
});

it('without a cluster that is known nothing is kept in a secret, and the log says so', async () => {
  const log = { ...SILENT, warn };
  const given = (kubeconfig: string | null) => ({ backupToKubeSecret: true, kube: { kubeconfig } as Config['kube'] });
  expect(await secretsOfBackup(given(null), {}, log)).toBe(null);
  expect(warn.mock.lastCall?.[1]).toContain('no copy is kept in a secret: no cluster is known');
  const backups = start(TO_SECRET, null);
  backups.start();
  await backups.close(1000);
  expect(observer.told).toEqual([]);
  const kubeconfig = new KubeconfigFile(server, 'other');
  onTestFinished(() => kubeconfig.remove());
  expect(await (await secretsOfBackup(given(kubeconfig.path), {}, log))?.find('none')).toBe(null);
  expect(server.requests.map(({ url }) => url)).toEqual(['/api/v1/namespaces/other/secrets/none']);
  expect(await secretsOfBackup({ ...given(kubeconfig.path), backupToKubeSecret: false }, {}, log)).toBe(null);
  expect(warn).toHaveBeenCalledTimes(1);
});

it('a server that never worked on its hosts keeps no copy, also at its end', async () => {
  const backups = start(TO_SECRET, secretsOf(server));
  await backups.close(1000);
  expect(server.requests).toEqual([]);
});

it('what has happened, and who asked for what, is not in the secret, which would soon be too small for it', async () => {
  const backups = start(TO_SECRET, secretsOf(server));
  const subjects = Array.from({ length: 10_000 }, () => newId());
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster('c1'));
    for (const id of subjects)
      await tell(tx, 'volume.created', { kind: 'volume', id, name: `vol_${id}`, clusterId: 'c1' });
    await tx.audit.insert(subjects.map((id) => auditEntry({ objectIds: [id], requestId: id })));
  });
  backups.start();
  await backups.close(30_000);
  expect(observer.told).toEqual(['secret began 1048576', expect.stringMatching(/^secret kept \d+$/)]);
  expect(await verified()).toMatch(/^contents: 1 cluster, /m);
});
