import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';

const BEGIN = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----/;

/** The first private key of the text, its lines as they should be; other blocks and attributes are left out. */
export function privateKeyBlock(text: string): { readonly label: string; readonly pem: string } | null {
  const begin = BEGIN.exec(text);
  if (!begin) return null;
  const [first, label = ''] = begin;
  const last = `-----END ${label}-----`;
  const end = text.indexOf(last, begin.index + first.length);
  if (end < 0) return null;
  const lines = text
    .slice(begin.index, end + last.length)
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim());
  return { label, pem: `${lines.join('\n')}\n` };
}

/**
 * The key in a form that the SSH library reads: it knows OpenSSH's and the old ones of openssl, not PKCS#8.
 * Throws for text that openssl does not read either; null for types that SSH has no use for.
 */
export function sshForm(pem: string): { readonly type: string; readonly text: string | null } {
  const key = createPrivateKey(pem);
  const curve = key.asymmetricKeyDetails?.namedCurve;
  const type = [key.asymmetricKeyType, curve].filter(Boolean).join(' ');
  if (key.asymmetricKeyType === 'rsa') return { type, text: key.export({ type: 'pkcs1', format: 'pem' }) as string };
  if (key.asymmetricKeyType === 'ed25519') return { type, text: openSshEd25519(key) };
  if (key.asymmetricKeyType === 'ec' && curve !== undefined && SSH_CURVES.has(curve))
    return { type, text: key.export({ type: 'sec1', format: 'pem' }) as string };
  return { type, text: null };
}

/** P-256, P-384 and P-521 by openssl's names. */
const SSH_CURVES = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** OpenSSH's own format (PROTOCOL.key), without a passphrase. */
function openSshEd25519(key: KeyObject): string {
  const { d = '', x = '' } = key.export({ format: 'jwk' });
  const [seed, publicKey] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')];
  const check = randomBytes(4);
  const open = Buffer.concat([
    check,
    check,
    lengthPrefixed('ssh-ed25519'),
    lengthPrefixed(publicKey),
    lengthPrefixed(Buffer.concat([seed, publicKey])),
    lengthPrefixed(''),
  ]);
  const padding = Buffer.from(Array.from({ length: -open.length & 7 }, (_, i) => i + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const all = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map(lengthPrefixed),
    one,
    lengthPrefixed(Buffer.concat([lengthPrefixed('ssh-ed25519'), lengthPrefixed(publicKey)])),
    lengthPrefixed(Buffer.concat([open, padding])),
  ]);
  const lines = all.toString('base64').replace(/.{70}/g, '$&\n').trimEnd();
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function lengthPrefixed(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
