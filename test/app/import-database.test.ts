import { execFileSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { importDatabaseFile } from '../../src/app/import-database.js';
import type { DbImportOptions, RemoteDump } from '../../src/config/command-line-options.js';
import { type FakeServer, type Reply, type SeenRequest, startFakeServer } from '../cli/support/fake-server.js';
import { cluster } from '../store/records.js';
import { openTemporary, temporaryDirectory, temporaryFile } from '../store/temporary-database.js';

const DUMP = readFileSync(join(import.meta.dirname, '../golden/db/block.export.json'), 'utf8');
const CLUSTERS = Object.keys((JSON.parse(DUMP) as { clusterentries: object }).clusterentries);

async function imports(source: DbImportOptions['source'], changes: Partial<DbImportOptions> = {}) {
  const options = { dbFile: temporaryFile(), source, leavesOutDangling: false, debug: false, ...changes };
  let printed = '';
  const done = importDatabaseFile(options, (text) => {
    printed += text;
  });
  return { dbFile: options.dbFile, done, printed: () => printed };
}

function jsonFile(text: string): { readonly jsonFile: string } {
  const file = join(temporaryDirectory(), 'dump.json');
  writeFileSync(file, text);
  return { jsonFile: file };
}

async function clustersIn(dbFile: string): Promise<readonly string[]> {
  const store = await openTemporary(dbFile, { readOnly: true });
  return (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
}

/** Also of files that were only on the way. */
async function expectRefused({ dbFile, done }: Awaited<ReturnType<typeof imports>>, sentence: RegExp): Promise<void> {
  await expect(done).rejects.toThrow(sentence);
  expect(readdirSync(dirname(dbFile))).toEqual([]);
}

describe('from a file', () => {
  it('says what it made', async () => {
    const { dbFile, done, printed } = await imports(jsonFile(DUMP));
    expect(await done).toBe(0);
    expect(printed()).toMatch(/heketi\.db is made: 1 cluster, 4 nodes?, .* 0 contradictions\.\n$/);
    expect(await clustersIn(dbFile)).toEqual(CLUSTERS);
    expect(readdirSync(dirname(dbFile))).toEqual(['heketi.db']);
  });

  it('reads past the lines of a log that the original printed before', async () => {
    const log = '[heketi] WARNING 2020/01/02 03:04:05 bucket PENDING_OPERATIONS is missing\n[heketi] INFO 2020 x\n';
    const { dbFile, done } = await imports(jsonFile(log + DUMP));
    expect(await done).toBe(0);
    expect(await clustersIn(dbFile)).toEqual(CLUSTERS);
  });

  it('names every reference that leads nowhere, and what it leaves out for them', async () => {
    const broken = '{"nodeentries":{"a1":{"Info":{"id":"a1","cluster":"c9"},"Devices":["d9"]}}}';
    const kept = await imports(jsonFile(broken));
    expect(await kept.done).toBe(0);
    expect(kept.printed()).toContain(
      '2 references to what is not there, kept as found (--leave-out-dangling leaves them out):\n' +
        'node a1 names cluster c9, which is not there\nnode a1 lists device d9, which is not there\n',
    );
    const without = await imports(jsonFile(broken), { leavesOutDangling: true });
    expect(await without.done).toBe(0);
    expect(without.printed()).toContain('what was left out for that:\nnode a1 is left out: it names cluster c9,');
  });

  it.each([
    ['that is cut off', DUMP.slice(0, -40), /dump\.json is not JSON: unexpected end/],
    [
      'of a configuration',
      '{"port":"8080","glusterfs":{}}',
      /dump\.json is no exported database: it has none of cluster/,
    ],
    ['of nothing', '', /is not JSON/],
  ])('refuses one %s, and leaves nothing', async (_what, text, sentence) => {
    await expectRefused(await imports(jsonFile(text)), sentence);
  });

  it('never replaces a database, also not one that is made while it reads', async () => {
    const dbFile = temporaryFile();
    await (await openTemporary(dbFile)).write((tx) => tx.clusters.insert(cluster('mine')));
    await expect((await imports(jsonFile(DUMP), { dbFile })).done).rejects.toThrow(/heketi\.db exists/);

    const other = temporaryFile();
    const { done } = await imports(jsonFile(DUMP), { dbFile: other });
    while (!existsSync(`${other}.importing`)) await new Promise<void>((turn) => setImmediate(turn));
    await (await openTemporary(other)).write((tx) => tx.clusters.insert(cluster('mine')));
    await expect(done).rejects.toThrow(/heketi\.db exists/);
    expect(await clustersIn(other)).toEqual(['mine']);
    expect(existsSync(`${other}.importing`)).toBe(false);
  });

  it('is refused while another is under way, and spoils nothing of it', async () => {
    const dbFile = temporaryFile();
    const first = await imports(jsonFile(DUMP), { dbFile });
    while (!existsSync(`${dbFile}.importing`)) await new Promise<void>((turn) => setImmediate(turn));
    await expect((await imports(jsonFile(DUMP), { dbFile })).done).rejects.toThrow(/import of .* is under way/);
    expect(await first.done).toBe(0);
    expect(await clustersIn(dbFile)).toEqual(CLUSTERS);
  });
});

describe('from a running server', () => {
  it('signs its question as the user that was named, by the secret in the file', async () => {
    const server = await serverWith({ body: DUMP });
    const { dbFile, done } = await imports(from(server, { secretFile: secretFile('the key\n') }));
    expect(await done).toBe(0);
    expect(await clustersIn(dbFile)).toEqual(CLUSTERS);
    expect(server.calls).toEqual(['GET /db/dump']);
    const claims = verified(server.requests[0] as SeenRequest, 'the key');
    const qsh = createHash('sha256').update('GET&/db/dump').digest('hex');
    expect(claims).toMatchObject({ iss: 'admin', qsh });
    expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(300);
  });

  it('trusts a server by the certificate that was named, and no other', async () => {
    const { key, cert, certFile } = certificate();
    const server = await serverWith({ body: DUMP }, { key, cert });
    const trusting = await imports(from(server, { certFiles: [certFile] }));
    expect(await trusting.done).toBe(0);
    expect(await clustersIn(trusting.dbFile)).toEqual(CLUSTERS);
    await expectRefused(await imports(from(server)), /can't be taken over: .*x509: .*--tls-cert FILE/);
    expect(await (await imports(from(server, { isInsecure: true }))).done).toBe(0);
  });

  it.each<[string, Reply, RegExp]>([
    [
      'that is cut off',
      { body: DUMP, headers: { 'Content-Length': `${DUMP.length + 10}` }, isLast: true },
      /can't be taken over/,
    ],
    ['whose text is cut off', { body: DUMP.slice(0, -40) }, /can't be taken over: the server's answer is not JSON/],
    ['without end', { body: '{', headers: { 'Content-Length': `${2 ** 40}` } }, /the answer is larger than 512 MiB/],
    [
      'of another service',
      { body: { status: 'ok' } },
      /\/db\/dump answers no database of Heketi's: clusterentries, .* missing/,
    ],
    ['of a page', { body: '<html></html>', headers: { 'Content-Type': 'text/html' } }, /is not JSON/],
    ['that is a refusal', { status: 401, body: 'Invalid JWT token: signature is invalid\n' }, /Invalid JWT token/],
    ['that is none', { hangUp: true }, /can't be taken over: Get "http.*\/db\/dump"/],
  ])('refuses an answer %s, and leaves nothing', async (_what, reply, sentence) => {
    await expectRefused(await imports(from(await serverWith(reply))), sentence);
  });

  it('refuses a secret that is missing or empty, and an address that is none', async () => {
    const server = await serverWith({ body: DUMP });
    await expectRefused(
      await imports(from(server, { secretFile: '/nonexistent' })),
      /secret \/nonexistent can't be read/,
    );
    await expectRefused(await imports(from(server, { secretFile: secretFile('\n') })), /secret .* is empty/);
    await expectRefused(await imports(from(server, { url: 'heketi:8080' })), /--from-url must be http:\/\/HOST:PORT/);
    expect(server.calls).toEqual([]);
  });
});

function from({ url }: FakeServer, changes: Partial<RemoteDump> = {}): RemoteDump {
  return { url, user: 'admin', secretFile: null, certFiles: [], isInsecure: false, ...changes };
}

async function serverWith(reply: Reply, tls?: { key: string; cert: string }): Promise<FakeServer> {
  const server = await startFakeServer({ 'GET /db/dump': reply }, tls ? { tls } : {});
  onTestFinished(() => server.close());
  return server;
}

function secretFile(text: string): string {
  const file = join(temporaryDirectory(), 'secret');
  writeFileSync(file, text);
  return file;
}

/** Claims of the request's token, whose signature is of this key. */
function verified({ headers }: SeenRequest, key: string): Readonly<Record<string, unknown>> {
  const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
  const [head = '', body = '', signature] = token.split('.');
  expect(scheme).toBe('bearer');
  expect(signature).toBe(createHmac('sha256', key).update(`${head}.${body}`).digest('base64url'));
  return JSON.parse(Buffer.from(body, 'base64url').toString()) as Readonly<Record<string, unknown>>;
}

function certificate() {
  const folder = temporaryDirectory();
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  execFileSync('openssl', ['req', ...kind, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
  return { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8'), certFile };
}
