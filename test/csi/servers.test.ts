import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readClassParameters } from '../../src/csi/class-parameters.js';
import type { TextMap } from '../../src/csi/rpc/messages.js';
import type { ClassSource } from '../../src/csi/servers/class-source.js';
import { explain } from '../../src/csi/servers/server-refusal.js';
import { Servers } from '../../src/csi/servers/servers.js';
import { type ListeningServer, listenWith } from './support/listening-server.js';

const CLUSTER = 'a'.repeat(32);
const KEY = 'the key';

let server: ListeningServer;
let servers: Servers;

beforeEach(async () => {
  server = await listenWith(CLUSTER, KEY);
  servers = new Servers({ configured: [], classes: null });
});

afterEach(async () => {
  await servers.close();
  await server.close();
});

/** The code that a look at the cluster ends with, through the server that a class names. */
async function admission(parameters: TextMap, secrets: TextMap = {}, from = servers): Promise<unknown> {
  try {
    return await (await from.ofClass(readClassParameters(parameters), secrets)).hasCluster(CLUSTER);
  } catch (error) {
    return (explain(error) as { code?: string }).code;
  }
}

/** What `ofCluster` ends with. */
async function lookUp(from: Servers, cluster = CLUSTER, secrets: TextMap = {}): Promise<string> {
  return from.ofCluster(cluster, secrets).then(
    ({ access }) => access.url,
    (error: { code: string }) => error.code,
  );
}

function classes(list: readonly TextMap[], keys: Record<string, string> = {}): ClassSource {
  return {
    listParameters: async () => list,
    readKey: async (namespace, name) => keys[`${namespace}/${name}`] ?? null,
  };
}

describe('the server of a StorageClass', () => {
  it('admits the user and the key that the class names, and no other', async () => {
    const named = { resturl: server.url, restuser: 'admin', restuserkey: KEY };
    expect(await admission(named)).toBe(true);
    expect(await admission({ ...named, restuserkey: 'another' })).toBe('UNAUTHENTICATED');
    expect(await admission({ ...named, restauthenabled: 'false' })).toBe('UNAUTHENTICATED');
  });

  it('admits what CSI secrets say in place of the class', async () => {
    const named = { resturl: 'http://127.0.0.1:9', restuser: 'x', restuserkey: 'y' };
    expect(await admission(named, { resturl: server.url, restuser: 'admin', restuserkey: KEY })).toBe(true);
    expect(await admission(named, { url: server.url, user: 'admin', key: KEY })).toBe(true);
    expect(await admission(named)).toBe('UNAVAILABLE');
  });

  it('admits the key of the Secret that the class names, which is read each time', async () => {
    const keys = { 'ns/name': KEY };
    const known = new Servers({ configured: [], classes: classes([], keys) });
    const named = {
      resturl: server.url,
      restuser: 'admin',
      restuserkey: 'old',
      secretNamespace: 'ns',
      secretName: 'name',
    };
    expect(await admission(named, {}, known)).toBe(true);
    server.key = keys['ns/name'] = 'a new key';
    expect(await admission(named, {}, known)).toBe(true);
    expect(await admission({ ...named, secretName: 'none' }, {}, known)).toBe('UNAVAILABLE');
    expect(await admission(named)).toBe('INVALID_ARGUMENT');
    await known.close();
  });

  it('is the first that was configured when the class names none', async () => {
    const access = { url: server.url, user: 'admin', key: KEY, certificates: [] };
    const configured = new Servers({ configured: [access], classes: null });
    expect(await admission({}, {}, configured)).toBe(true);
    expect(await admission({})).toBe('INVALID_ARGUMENT');
    expect(await servers.findOfClass(readClassParameters({}), {})).toBeNull();
    await configured.close();
  });
});

describe('all servers', () => {
  const access = { url: 'http://a', user: 'x', key: 'y', certificates: [] };
  const named = { resturl: 'http://b/', restuser: 'admin', restuserkey: KEY };

  it('are those that are configured and those that classes name, each once and as it was asked last', async () => {
    const known = new Servers({
      configured: [access],
      classes: classes([named, { ...named, restuser: 'other' }, { nonsense: '' }, { resturl: 'http://a/' }, {}]),
    });
    const accesses = async () =>
      (await known.all()).map((one) => one.access).toSorted((a, b) => a.url.localeCompare(b.url));
    expect(await accesses()).toEqual([access, { url: 'http://b', user: 'admin', key: KEY, certificates: [] }]);
    await known.ofClass(readClassParameters({ resturl: 'http://b' }), { user: 'newest', key: 'z' });
    expect((await accesses()).map(({ user }) => user)).toEqual(['x', 'newest']);
    await known.close();
  });

  it('can not be told while the Secret of one is missing', async () => {
    const secret = { resturl: 'http://b', secretNamespace: 'ns', secretName: 'none' };
    const known = new Servers({ configured: [access], classes: classes([secret]) });
    await expect(known.all()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await known.close();
  });
});

it('a server that is written in another way is the same one, and its password is never told', async () => {
  const configured = [{ url: server.url, user: 'admin', key: KEY, certificates: [] }];
  const known = new Servers({ configured, classes: null });
  for (const resturl of [
    `${server.url}/`,
    server.url.replace('http:', 'HTTP:'),
    server.url.replace('//', '//a:hidden@'),
  ])
    expect(await admission({ resturl }, {}, known)).toBe(true);
  expect((await known.known()).map(({ access }) => access.url)).toEqual([server.url]);
  await expect(known.ofCluster('b'.repeat(32), {})).rejects.toMatchObject({
    message: expect.not.stringMatching(/hidden/),
  });
  await known.close();
});

describe('the server of a cluster', () => {
  const other = 'b'.repeat(32);

  it('is found among those that are configured, that classes name, and that secrets name', async () => {
    const access = { url: server.url, user: 'admin', key: KEY, certificates: [] };
    const named = { resturl: server.url, restuser: 'admin', restuserkey: KEY };
    expect(await lookUp(new Servers({ configured: [access], classes: null }))).toBe(server.url);
    expect(await lookUp(new Servers({ configured: [], classes: classes([{ nonsense: '' }, named]) }))).toBe(server.url);
    expect(await lookUp(servers, CLUSTER, { url: server.url, user: 'admin', key: KEY })).toBe(server.url);
    expect(
      await lookUp(new Servers({ configured: [{ ...access, key: 'old' }], classes: null }), CLUSTER, { key: KEY }),
    ).toBe(server.url);
  });

  it('is not known when all servers answer that they have no such cluster', async () => {
    const access = { url: server.url, user: 'admin', key: KEY, certificates: [] };
    expect(await lookUp(new Servers({ configured: [access], classes: null }), other)).toBe('FAILED_PRECONDITION');
    expect(await lookUp(servers, other)).toBe('FAILED_PRECONDITION');
  });

  it('may be one that does not answer', async () => {
    const access = { url: server.url, user: 'admin', key: KEY, certificates: [] };
    const down = { ...access, url: 'http://127.0.0.1:9' };
    const both = new Servers({ configured: [down, access], classes: null });
    expect(await lookUp(both, other)).toBe('UNAVAILABLE');
    expect(await lookUp(both)).toBe(server.url);
  });
});

it('a server with https is proved by the authority of the driver, or of the secrets', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'csi-tls-'));
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
  const ca = readFileSync(cert, 'utf8');
  const safe = await listenWith(CLUSTER, KEY, { key: readFileSync(key, 'utf8'), cert: ca });
  rmSync(folder, { recursive: true });
  const named = { resturl: safe.url, restuser: 'admin', restuserkey: KEY };
  const access = { url: safe.url, user: '', key: '', certificates: [ca] };
  const trusting = new Servers({ configured: [access], classes: null });
  expect(await admission(named)).toBe('UNAVAILABLE');
  expect(await admission(named, { ca })).toBe(true);
  expect(await admission(named, {}, trusting)).toBe(true);
  expect(await admission(named, { ca: 'nonsense' })).not.toBe(true);
  await trusting.close();
  await safe.close();
});
