import { execFileSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import type { PostgresTls } from '../../../src/store/store-config.js';
import { isLackingPostgres, ownPostgres, type PostgresServer } from '../../support/postgres-server.js';
import { closedAfter } from './closed-after.js';

interface Certified {
  readonly server: PostgresServer;
  readonly caFile: string;
  open(tls: PostgresTls | null): ReturnType<typeof openStore>;
}

/** A server whose certificate, of an authority of its own, is for `localhost`. */
async function certified(): Promise<Certified> {
  const server = await ownPostgres();
  const database = await server.newDatabase();
  const at = (name: string): string => join(server.folder, name);
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=localhost'];
  const names = ['-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', [...request, ...names, '-keyout', at('key.pem'), '-out', at('ca.pem')], { stdio: 'pipe' });
  const { uid, gid } = statSync(at('data'));
  chownSync(at('key.pem'), uid, gid);
  await server.stop();
  await server.run(['ssl=on', `ssl_cert_file=${at('ca.pem')}`, `ssl_key_file=${at('key.pem')}`]);
  return {
    server,
    caFile: at('ca.pem'),
    open: async (tls) =>
      closedAfter(await openStore({ postgres: server.target(database, { host: 'localhost', tls }) })),
  };
}

describe.skipIf(isLackingPostgres('TLS to PostgreSQL'))('a PostgreSQL that speaks TLS', () => {
  it('is believed when an authority that is trusted says that it is this host, and is else refused', async () => {
    const { server, caFile, open } = await certified();
    const store = await open({ caFile, checks: 'authority and name' });
    expect(await store.read((tx) => tx.clusters.list())).toEqual([]);
    const encrypted = await server.query(
      "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name = 'mortar'",
    );
    expect(encrypted.length).toBeGreaterThan(0);
    expect(encrypted.every(({ ssl }) => ssl === true)).toBe(true);
    await expect(open({ caFile: null, checks: 'authority and name' })).rejects.toThrow(/self-signed certificate/);
    await open({ caFile: null, checks: 'nothing' });
  });

  it('is refused under another name than its certificate has, where names are checked', async () => {
    const { server, caFile } = await certified();
    const database = await server.newDatabase();
    const open = async (checks: PostgresTls['checks']) =>
      closedAfter(
        await openStore({ postgres: server.target(database, { host: '127.0.0.1', tls: { caFile, checks } }) }),
      );
    await expect(open('authority and name')).rejects.toThrow(/certificate's altnames/);
    await open('authority');
  });

  it('is not spoken to without TLS when it offers none', async () => {
    const server = await ownPostgres();
    const target = server.target(await server.newDatabase(), {
      host: '127.0.0.1',
      tls: { caFile: null, checks: 'nothing' },
    });
    await expect(openStore({ postgres: target })).rejects.toThrow(/does not support SSL/);
  });
});
