import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/kubernetes/cluster.js';
import { findCluster } from '../../../src/kubernetes/find-cluster.js';
import { KubernetesApi } from '../../../src/kubernetes/kubernetes-api.js';
import { clusterOfPod } from '../../../src/kubernetes/service-account.js';
import { json, ScriptedServer } from './scripted-server.js';

const tls = { key: '', cert: '' };
let folder = '';
let server: ScriptedServer;
const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-account-'));
  const subject = ['-subj', '/CN=kubernetes', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', at('server.key'), '-out', at('ca.crt')];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, ...files], { stdio: 'pipe' });
  tls.key = readFileSync(at('server.key'), 'utf8');
  tls.cert = readFileSync(at('ca.crt'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  server = new ScriptedServer();
  server.answers = [json(200, {})];
});
afterEach(() => server.down());

/** What the server is shown. */
async function shownTo(cluster: Cluster): Promise<string | undefined> {
  await new KubernetesApi(cluster).request({ method: 'GET', path: ['version'] });
  return server.asked.at(-1)?.headers.authorization;
}

describe('the service account of a pod', () => {
  const inPod = () =>
    clusterOfPod(
      { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) },
      folder,
    ) as Cluster;
  beforeEach(async () => {
    await server.up(tls);
    write('token', 'first');
    write('namespace', 'storage');
  });

  it('shows a token, which is read anew when it is replaced', async () => {
    const cluster = inPod();
    expect(cluster.namespace).toBe('storage');
    expect(await shownTo(cluster)).toBe('Bearer first');
    write('token', 'second\n');
    expect(await shownTo(cluster)).toBe('Bearer second');
  });

  it('is refused what its authority has not signed', async () => {
    const cluster = inPod();
    const other = execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=other',
        '-keyout',
        '/dev/null',
      ],
      { stdio: 'pipe' },
    );
    write('ca.crt', other.toString());
    await expect(shownTo(cluster)).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringContaining('not of the authority') as string,
    });
    write('ca.crt', tls.cert);
    expect(await shownTo(cluster)).toBe('Bearer first');
  });

  it('says what is missing when its token is not there', async () => {
    rmSync(at('token'));
    await expect(shownTo(inPod())).rejects.toMatchObject({
      failure: 'unauthorized',
      message: expect.stringContaining('automountServiceAccountToken') as string,
    });
  });

  it('is none outside of a pod, which is said with what to do', async () => {
    expect(clusterOfPod({})).toBeNull();
    await expect(findCluster(null, {})).rejects.toThrow(/no Kubernetes API server is known: .*KUBECONFIG/);
    expect(clusterOfPod({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' })?.server.href).toBe(
      'https://[fd00::1]/',
    );
  });
});

describe('a kubeconfig', () => {
  const kubeconfig = (user: object, cluster: object = {}) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'gluster' } }],
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${server.port}`, ...cluster } }],
      users: [{ name: 'u', user }],
    });

  it('gives server, namespace, authority and token', async () => {
    await server.up(tls);
    write('config', kubeconfig({ token: 'of-file' }, { 'certificate-authority': 'ca.crt' }));
    const cluster = await findCluster(at('config'), {});
    expect(cluster.namespace).toBe('gluster');
    expect(await shownTo(cluster)).toBe('Bearer of-file');
  });

  it('may have a program make the token, and may be spread over several files', async () => {
    await server.up(tls);
    const made = JSON.stringify({ status: { token: 'made', expirationTimestamp: '2999-01-01T00:00:00Z' } });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [made] };
    const whole = JSON.parse(kubeconfig({ exec }, { 'certificate-authority': 'ca.crt' })) as { users: unknown };
    write(
      'users',
      JSON.stringify({ apiVersion: 'v1', kind: 'Config', contexts: [], clusters: [], users: whole.users }),
    );
    write('others', JSON.stringify({ ...whole, users: [] }));
    expect(await shownTo(await findCluster(`${at('others')}:${at('users')}`, {}))).toBe('Bearer made');
  });

  it('may name a server without TLS, as that of kubectl proxy, with name and password', async () => {
    await server.up();
    write('plain', kubeconfig({ username: 'a', password: 'b' }, { server: `http://127.0.0.1:${server.port}` }));
    expect(await shownTo(await findCluster(at('plain'), {}))).toBe('Basic YTpi');
  });

  it('is read again when what it held is not accepted', async () => {
    await server.up(tls);
    write('config', kubeconfig({ token: 'old' }, { 'certificate-authority': 'ca.crt' }));
    const cluster = await findCluster(at('config'), {});
    write('config', kubeconfig({ token: 'new' }, { 'certificate-authority': 'ca.crt' }));
    server.answers = [json(401, { status: 'Failure', message: 'Unauthorized' }), json(200, {})];
    expect(await shownTo(cluster)).toBe('Bearer new');
  });

  it.each([
    ['missing', null, /missing can't be used: .*ENOENT/],
    ['garbage', '{', /garbage can't be used/],
    [
      'contextless',
      '{"apiVersion":"v1","clusters":[],"contexts":[],"users":[]}',
      /names no cluster; kubectl config use-context/,
    ],
  ])('is refused with the reason when it is %s', async (name, text, message) => {
    if (text !== null) write(name, text);
    await expect(findCluster(at(name), {})).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message) as string,
    });
  });
});
