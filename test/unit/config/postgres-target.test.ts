import { describe, expect, it } from 'vitest';
import { parsePostgresTarget } from '../../../src/config/postgres-target.js';

const FULL = { caFile: null, checks: 'authority and name' };

describe('the URL of a database', () => {
  it.each([
    [
      'postgres://u@db.example:6432/pool?sslmode=verify-ca&sslrootcert=/ca.pem',
      {
        host: 'db.example',
        port: 6432,
        database: 'pool',
        user: 'u',
        password: null,
        tls: { caFile: '/ca.pem', checks: 'authority' },
      },
    ],
    ['postgresql://u:p%40%2F@db', { host: 'db', port: 5432, database: 'u', password: 'p@/', tls: FULL }],
    ['postgres://u@127.0.0.1/d', { tls: null }],
    ['postgres://u@localhost/d?sslrootcert=/ca', { tls: { ...FULL, caFile: '/ca' } }],
    ['postgres://u@db/d?sslmode=disable', { tls: null }],
    ['postgres://u@db/d?sslmode=require', { tls: { ...FULL, checks: 'nothing' } }],
    ['postgres://u@[::1]:5433/d', { host: '::1', port: 5433, tls: null }],
    ['postgres://u@localhost/d?host=/run/postgresql', { host: '/run/postgresql', tls: null }],
  ])('%s names where it is, and how it proves itself', (url, expected) => {
    expect(parsePostgresTarget(url, null)).toMatchObject(expected);
  });

  it.each(['heketi.db', '/var/lib/heketi/heketi.db', 'postgres.db'])('is not the file %s', (file) => {
    expect(parsePostgresTarget(file, null)).toBeNull();
  });

  it('leaves the password to a file where there is one', () => {
    const target = parsePostgresTarget('postgres://u:secret@db/d', '/password');
    expect(target).toMatchObject({ password: null, passwordFile: '/password' });
  });

  it.each([
    ['postgres://u:secret@db/d?sslmode=prefer', /sslmode must be verify-full/],
    ['postgres://u:secret@db/d?secret=secret', /parameter secret is none of/],
    ['postgres://u:sec/ret@db:x/d', /it is no URL/],
    ['postgres://u:sec%ret@db/d', /% itself is written %25/],
    ['postgres:///d', /names no host/],
    ['postgres://db/d', /names no user/],
  ])('%s is refused, without its password', (url, sentence) => {
    const refusal = refusalOf(url);
    expect(refusal).toMatch(sentence);
    expect(refusal).not.toContain(':sec');
  });
});

function refusalOf(url: string): string {
  try {
    parsePostgresTarget(url, null);
  } catch (error) {
    return String((error as Error).message);
  }
  return 'it was accepted';
}
