import { spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/executors/ssh/host-key-check.js';
import { KnownHostsFiles } from '../../../src/executors/ssh/known-hosts.js';
import { readPrivateKey } from '../../../src/executors/ssh/private-key.js';
import { newEd25519Pair } from '../../support/ed25519-pair.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-keys-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const made = (type: 'ed25519' | 'rsa', options: object = {}) =>
  type === 'rsa' ? ssh2.utils.generateKeyPairSync('rsa', { bits: 2048, ...options }) : newEd25519Pair(options);

describe('the private key', () => {
  const { private: key, public: publicKey } = made('ed25519');

  it('is read, in the formats of ssh-keygen and of openssl', () => {
    expect(readPrivateKey(file('good', key)).text.toString()).toBe(key);
    const rsa = spawnSync('openssl', ['genrsa', '-traditional', '2048'], { encoding: 'utf8' }).stdout;
    expect(readPrivateKey(file('pem', rsa)).text.toString()).toBe(rsa);
  });

  const pkcs8 = (privateKey: KeyObject) => privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  const elliptic = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
  const rsa2048 = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const p256 = elliptic('P-256');
  const spki = (privateKey: KeyObject) => createPublicKey(privateKey).export({ type: 'spki', format: 'der' });

  it.each<[string, string, KeyObject]>([
    ['RSA in PKCS#8', pkcs8(rsa2048), rsa2048],
    ['P-256 in PKCS#8', pkcs8(p256), p256],
    ...['P-384', 'P-521'].map((curve): [string, string, KeyObject] => {
      const made = elliptic(curve);
      return [`${curve} in PKCS#8`, pkcs8(made), made];
    }),
    ...[1, 2, 3].map((n): [string, string, KeyObject] => {
      const made = generateKeyPairSync('ed25519').privateKey;
      return [`ed25519 in PKCS#8, number ${n}`, pkcs8(made), made];
    }),
    ['lines of another system', pkcs8(rsa2048).replaceAll('\n', '\r\n'), rsa2048],
    ['lines with blanks around them', pkcs8(p256).replace(/^|$/gm, '  '), p256],
    ['no newline at its end', pkcs8(p256).trimEnd(), p256],
    ['a mark of byte order', `\ufeff${pkcs8(p256)}`, p256],
    [
      'attributes before it',
      `Bag Attributes\n    localKeyID: 54\nKey Attributes: <No Attributes>\n${pkcs8(rsa2048)}`,
      rsa2048,
    ],
    [
      'the parameters of its curve before it',
      `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${p256.export({ type: 'sec1', format: 'pem' }) as string}`,
      p256,
    ],
    [
      'old PEM with lines of another system',
      (rsa2048.export({ type: 'pkcs1', format: 'pem' }) as string).replaceAll('\n', '\r\n'),
      rsa2048,
    ],
  ])('is read: %s', (name, text, made) => {
    const parsed = ssh2.utils.parseKey(readPrivateKey(file(name.replace(/\W/g, '-'), text)).text);
    const one = Array.isArray(parsed) ? parsed[0] : parsed;
    if (!one || one instanceof Error) throw new Error(`not readable: ${one?.message}`);
    expect(one.isPrivateKey()).toBe(true);
    const signature = one.sign(Buffer.from('data'));
    if (signature instanceof Error) throw signature;
    expect(createPublicKey(one.getPublicPEM()).export({ type: 'spki', format: 'der' }).equals(spki(made))).toBe(true);
    expect(one.verify(Buffer.from('data'), signature)).toBe(true);
  });

  it('is read by ssh-keygen in the form that an ed25519 key is given', () => {
    const made = generateKeyPairSync('ed25519').privateKey;
    const converted = file('converted', readPrivateKey(file('ed-pkcs8', pkcs8(made))).text.toString());
    const shown = spawnSync('ssh-keygen', ['-y', '-f', converted], { encoding: 'utf8' }).stdout;
    const raw = Buffer.from((made.export({ format: 'jwk' }).x as string) ?? '', 'base64url');
    expect(
      Buffer.from(shown.split(' ')[1] ?? '', 'base64')
        .subarray(-32)
        .equals(raw),
    ).toBe(true);
  });

  it.each([
    ['ed448', generateKeyPairSync('ed448').privateKey],
    ['x25519', generateKeyPairSync('x25519').privateKey],
    ['secp256k1', elliptic('secp256k1')],
    ['rsa-pss', generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey],
  ])('that SSH has no use for is refused: %s', (type, made) => {
    expect(() => readPrivateKey(file(`odd-${type}`, pkcs8(made)))).toThrow(
      new RegExp(`is of type .*${type}.*ssh-keygen -t ed25519`),
    );
  });

  it('of openssl with a passphrase is refused with how to take it away', () => {
    const locked = rsa2048.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }) as string;
    expect(() => readPrivateKey(file('locked', locked))).toThrow(
      /is protected by a passphrase, .*openssl pkey -in .*locked/,
    );
  });

  it('of a secret is read with the mode that Kubernetes mounts it with', () => {
    const mounted = join(folder, 'mounted');
    mkdirSync(join(mounted, '..2026_01_01'), { recursive: true });
    symlinkSync('..2026_01_01', join(mounted, '..data'));
    file('mounted/..2026_01_01/private_key', key, 0o644);
    symlinkSync('..data/private_key', join(mounted, 'private_key'));
    expect(readPrivateKey(join(mounted, 'private_key')).text.toString()).toBe(key);
    symlinkSync(join(mounted, '..data/private_key'), join(folder, 'elsewhere'));
    expect(() => readPrivateKey(join(folder, 'elsewhere'))).toThrow(/has mode 0644/);
  });

  it.each([
    ['that is missing', () => join(folder, 'none'), /none does not exist .*HEKETI_SSH_KEYFILE/],
    ['that others may read', () => file('open', key, 0o644), /has mode 0644, .*run: chmod 600 .*open/],
    ['that the group may read', () => file('group', key, 0o640), /has mode 0640/],
    ['that is its public half', () => file('half.pub', publicKey), /is the public half of a key/],
    ['that is something else', () => file('else', 'hello\n'), /is not a private key in a format that SSH knows/],
    [
      'with a passphrase',
      () => file('phrase', made('ed25519', { cipher: 'aes256-ctr', passphrase: 'x', rounds: 1 }).private),
      /is protected by a passphrase, .*ssh-keygen -p -f .*phrase/,
    ],
    ['that is a directory', () => folder, /can't be read/],
  ])('%s is refused with what to do', (_name, path, text) => {
    expect(() => readPrivateKey(path())).toThrow(expect.objectContaining({ code: 'invalid' }) as Error);
    expect(() => readPrivateKey(path())).toThrow(text);
  });
});

describe('known_hosts files', () => {
  const lines = ['ed25519', 'ed25519', 'rsa'] as const;
  const [one = '', two = '', rsa = ''] = lines.map((type) => made(type).public.trim().split(' ').slice(0, 2).join(' '));
  const blob = (line: string) => Buffer.from(line.split(' ')[1] ?? '', 'base64');
  const refusal = (text: string, host: string, port: number, key: string) =>
    new KnownHostsFiles([file('known_hosts', text)]).refusal(host, port, blob(key));

  it('name hosts by name, port, pattern and hash', async () => {
    const text = `# comment\n\nplain,10.0.0.1 ${one}\n[other]:2222 ${one} a comment\n*.example.com,!bad.example.com ${two}\nhost-? ${rsa}\n`;
    const accepted: readonly [string, number, string][] = [
      ['plain', 22, one],
      ['PLAIN', 22, one],
      ['10.0.0.1', 22, one],
      ['other', 2222, one],
      ['a.example.com', 22, two],
      ['host-1', 22, rsa],
    ];
    for (const [host, port, key] of accepted) expect(await refusal(text, host, port, key)).toBeNull();
    const unknown: readonly [string, number][] = [
      ['plain', 2222],
      ['other', 22],
      ['bad.example.com', 22],
      ['example.com', 22],
      ['10.0.0.11', 22],
      ['host-12', 22],
    ];
    for (const [host, port] of unknown)
      expect(await refusal(text, host, port, one)).toMatch(/is not in .*ssh-keyscan -p \d+ /);
  });

  it('may be hashed by ssh-keygen -H', async () => {
    const path = file('hashed', `plain ${one}\n[other]:2222 ${two}\n`);
    expect(spawnSync('ssh-keygen', ['-H', '-f', path]).status).toBe(0);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('plain');
    expect(await refusal(text, 'plain', 22, one)).toBeNull();
    expect(await refusal(text, 'other', 2222, two)).toBeNull();
    expect(await refusal(text, 'plain', 2222, one)).toMatch(/is not in/);
  });

  it('refuse another key with both fingerprints', async () => {
    const text = await refusal(`plain ${one}\n`, 'plain', 22, two);
    expect(text).toContain(fingerprint(blob(one)));
    expect(text).toContain(fingerprint(blob(two)));
    expect(await refusal(`plain ${one}\nplain ${two}\n`, 'plain', 22, two)).toBeNull();
  });

  it('refuse a revoked key even where another line names it', async () => {
    expect(await refusal(`plain ${one}\n@revoked * ${one}\n`, 'plain', 22, one)).toMatch(/@revoked/);
    expect(await refusal(`plain ${one}\n@revoked * ${two}\n`, 'plain', 22, one)).toBeNull();
  });

  it('tell which key types to ask a host for', async () => {
    const known = new KnownHostsFiles([file('types', `plain ${rsa}\nplain ${one}\n@revoked plain ${two}\n`)]);
    expect(await known.knownTypes('plain', 22)).toEqual(['ssh-rsa', 'ssh-ed25519']);
    expect(await known.knownTypes('other', 22)).toEqual([]);
  });

  it('show fingerprints as ssh-keygen does', () => {
    const shown = spawnSync('ssh-keygen', ['-lf', file('one.pub', `${one}\n`)], { encoding: 'utf8' }).stdout;
    expect(shown).toContain(` ${fingerprint(blob(one))} `);
  });

  it.each([
    ['too few', /line 1: a known_hosts line is/],
    ['plain ssh-ed25519 AAAA', /line 1: the key is not one of type ssh-ed25519/],
    [`@cert-authority * ${one}`, /certificates .* are not supported/],
    [`@unheard-of * ${one}`, /unknown marker @unheard-of/],
  ])('are refused at the start when a line is wrong: %s', (line, text) => {
    expect(() => new KnownHostsFiles([file('wrong', `${line}\n`)])).toThrow(text);
  });

  it('are refused at the start when one is missing', () => {
    expect(() => new KnownHostsFiles([join(folder, 'nowhere')])).toThrow(/nowhere \(SSH_KNOWN_HOSTS\) can't be read/);
  });
});
