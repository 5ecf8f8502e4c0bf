import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Who asks, as heketi-cli's --user and --secret say. */
export interface Credentials {
  readonly user: string;
  readonly key: string;
}

const LIFETIME_SECONDS = 300;

const HEADER = encode(utf8ToBytes(JSON.stringify({ alg: 'HS256', typ: 'JWT' })));

/**
 * A token for exactly one request: `qsh` binds it to the method and the path, percent-decoded and without its query.
 * Not WebCrypto, which browsers have over https only; most servers of this kind are reached over plain http.
 */
export function signToken({ user, key }: Credentials, method: string, path: string, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1000);
  const qsh = bytesToHex(sha256(utf8ToBytes(`${method}&${path}`)));
  const claims = { iss: user, iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS, qsh };
  const unsigned = `${HEADER}.${encode(utf8ToBytes(JSON.stringify(claims)))}`;
  return `${unsigned}.${encode(hmac(sha256, utf8ToBytes(key), utf8ToBytes(unsigned)))}`;
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
