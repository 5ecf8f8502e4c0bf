import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer } from './support/fake-server.js';
import { runCommand } from './support/run.js';

let folder: string;
let server: FakeServer;
let cert: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cli-tls-'));
  cert = path.join(folder, 'cert.pem');
  const key = path.join(folder, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      cert,
      ...subject,
    ],
    { stdio: 'ignore' },
  );
  server = await startFakeServer(
    { 'GET /clusters': { body: { clusters: [] } } },
    { tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } },
  );
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const list = (...flags: string[]) => runCommand(['cluster', 'list', '-s', server.url, ...flags]);

describe('a server with a certificate of its own', () => {
  it('is not trusted, and the error says how to change that', async () => {
    const { exit, stderr } = await list();
    expect(exit).toBe(255);
    expect(stderr).toMatch(/x509: .*--tls-cert FILE.*--insecure-tls/);
  });

  it.each([['--insecure-tls'], ['-I']])('is taken as it is with %s', async (flag) => {
    expect((await list(flag)).exit).toBe(0);
  });

  it('is trusted by its certificate, also as one of several files', async () => {
    expect((await list('--tls-cert', cert)).exit).toBe(0);
    expect((await list('-C', cert, '-C', cert)).exit).toBe(0);
    expect((await list(`--tls-cert=${cert},${cert}`)).exit).toBe(0);
  });

  it('cannot be reached with certificate files that are missing or none', async () => {
    expect((await list('--tls-cert=absent.pem')).stderr).toBe(
      'Error: failed to read cert file absent.pem: open absent.pem: no such file or directory\n',
    );
    const garbage = path.join(folder, 'garbage.pem');
    writeFileSync(garbage, 'no certificate');
    expect((await list('-C', garbage)).stderr).toBe(`Error: failed to load PEM encoded cert from ${garbage}\n`);
  });
});
