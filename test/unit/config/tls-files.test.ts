import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readTlsFiles } from '../../../src/app/tls-files.js';
import { ConfigError } from '../../../src/config/config-error.js';

let folder = '';
const at = (name: string): string => join(folder, name);
const openssl = (...args: readonly string[]): Buffer => execFileSync('openssl', args, { stdio: 'pipe' });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-tls-'));
  for (const name of ['a', 'b']) {
    const curve = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      '/CN=x',
      '-days',
      '9',
    ];
    openssl('req', '-x509', ...curve, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`));
  }
  openssl('pkey', '-in', at('a.key'), '-aes128', '-passout', 'pass:secret', '-out', at('encrypted.key'));
  writeFileSync(at('garbage'), 'garbage');
});
afterAll(() => rmSync(folder, { recursive: true }));

it('reads a certificate and its key', () => {
  expect(readTlsFiles({ certFile: at('a.pem'), keyFile: at('a.key') })).not.toBeNull();
  expect(readTlsFiles(null)).toBeNull();
});

it.each([
  ['none', 'a.key', /^enable_tls is set, but cert_file can't be read: .*\/none/],
  ['a.pem', 'none', /^enable_tls is set, but key_file can't be read: .*\/none/],
  ['garbage', 'a.key', /^cert_file \S+\/garbage holds no certificate in PEM/],
  ['a.pem', 'garbage', /^key_file \S+\/garbage holds no private key in PEM/],
  ['a.pem', 'encrypted.key', /^key_file \S+\/encrypted.key is encrypted/],
  ['a.pem', 'b.key', /^key_file \S+\/b.key is not the key of the certificate in cert_file \S+\/a.pem$/],
  ['a.key', 'a.pem', /^cert_file \S+\/a.key holds no certificate/],
])('refuses cert_file %s with key_file %s in one sentence', (cert, key, sentence) => {
  const read = () => readTlsFiles({ certFile: at(cert), keyFile: at(key) });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(sentence);
});
