import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import jwt, { type Algorithm } from 'jsonwebtoken';
import type { JsonValue } from '../json/json-value.js';
import { parseJson } from '../json/parse-json.js';
import { HttpError } from './errors.js';
import { compileReader, JsonShapeError } from './json-reader.js';

export interface AuthSettings {
  readonly adminKey: string;
  readonly userKey: string;
  /** How far in the future a token may have been issued. Expiry has no such leeway. */
  readonly iatLeewaySeconds: number;
}

export type Role = 'admin' | 'user';

/** What a token must be made for. */
export interface SignedRequest {
  /** The Authorization header. */
  readonly authorization: string | undefined;
  readonly method: string;
  /** Percent-decoded, without query, otherwise as it was sent. */
  readonly path: string;
}

/** Tells the role of the caller; throws HttpError when the token doesn't allow this request to be looked at. */
export type Authenticate = (request: SignedRequest) => Role;

/** The one path that the role `user` may use. */
const USER_PATH = '/volumes';

/*
 * jsonwebtoken says whether a token is signed with the key by one of these algorithms. What stands beside it is what it
 * can't do as the original does: which key it is comes from a claim; claims count in any case of letters and are exact
 * integers of 64 bits, where it sees names to the letter and doubles; a token without exp has expired, one is good in
 * the very second of its exp, and iat has a leeway. What it is given has been read by then: it is bounded in size, depth
 * and digits, and is base64url.
 */
const HASHES: ReadonlyMap<string, string> = new Map<Algorithm, string>([
  ['HS256', 'sha256'],
  ['HS384', 'sha384'],
  ['HS512', 'sha512'],
]);
const BASE64URL = /^[A-Za-z0-9_-]*={0,2}$/;
const PADDING = /={1,2}$/;

const readHeader = compileReader({ type: 'object', properties: { alg: { type: 'string' } } });
const readClaims = compileReader({
  type: 'object',
  properties: {
    iss: { type: 'string' },
    exp: { type: 'integer' },
    iat: { type: 'integer' },
    nbf: { type: 'integer' },
    qsh: { type: 'string' },
  },
});

interface Claims {
  readonly iss?: string;
  readonly exp?: number | bigint;
  readonly iat?: number | bigint;
  readonly nbf?: number | bigint;
  readonly qsh?: string;
}

/** `now` answers Unix milliseconds. */
export function createAuthenticate(settings: AuthSettings, now: () => number): Authenticate {
  // With a KeyObject jsonwebtoken is fifty times faster: it tries a string as a public key first.
  const keys: Readonly<Record<Role, KeyObject>> = {
    admin: createSecretKey(settings.adminKey, 'utf8'),
    user: createSecretKey(settings.userKey, 'utf8'),
  };

  return ({ authorization, method, path }) => {
    const token = bearerToken(authorization);
    const { hash, claims } = readToken(token);
    const role = claims.iss;
    if (!role) throw invalidToken('Token missing iss claim');
    if (role !== 'admin' && role !== 'user') throw invalidToken('Unknown user: the iss claim must be admin or user');
    if (!isSignedBy(keys[role], token, hash)) {
      throw invalidToken('signature is invalid (client and server secrets may not match)');
    }
    checkTimes(claims, Math.floor(now() / 1000), settings.iatLeewaySeconds);
    if (claims.qsh !== createHash('sha256').update(`${method}&${path}`).digest('hex')) {
      throw new HttpError(401, 'Invalid qsh claim in token: it was made for another method or path');
    }
    return role;
  };
}

/** `path` as served, that is, cleaned. */
export function checkRole(role: Role, path: string): void {
  if (role === 'user' && path !== USER_PATH) throw new HttpError(401, 'Administrator access required');
}

function bearerToken(authorization: string | undefined): string {
  if (!authorization) throw new HttpError(401, 'Required authorization token not found');
  const [scheme, token, ...more] = authorization.trim().split(/\s+/);
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || more.length > 0) {
    throw new HttpError(400, 'Authorization header format must be Bearer {token}');
  }
  return token;
}

function invalidToken(reason: string): HttpError {
  return new HttpError(401, `Invalid JWT token: ${reason}`);
}

function readToken(token: string): { readonly hash: string; readonly claims: Claims } {
  const segments = token.split('.');
  const [header = '', payload = ''] = segments;
  if (segments.length !== 3) throw invalidToken('token contains an invalid number of segments');
  if (!segments.every((segment) => BASE64URL.test(segment))) throw invalidToken('a segment is not base64url');
  try {
    const { alg } = readHeader(decodeSegment(header)) as { alg?: string };
    const hash = HASHES.get(alg ?? '');
    if (hash === undefined) {
      throw invalidToken(
        `Unexpected signing method: ${(alg ?? 'none').slice(0, 16)}; HS256, HS384 and HS512 are accepted`,
      );
    }
    return { hash, claims: readClaims(decodeSegment(payload)) as Claims };
  } catch (error) {
    // The integers of the claims must be integers: a fraction makes the token malformed.
    if (error instanceof SyntaxError || error instanceof JsonShapeError) throw invalidToken(error.message);
    throw error;
  }
}

function decodeSegment(segment: string): JsonValue {
  return parseJson(Buffer.from(segment, 'base64url').toString('utf8'));
}

function isSignedBy(key: KeyObject, token: string, hash: string): boolean {
  const end = token.lastIndexOf('.');
  const signed = token.slice(0, end);
  const signature = token.slice(end + 1).replace(PADDING, '');
  if (signed.includes('=')) return isPaddedTextSignedBy(key, signed, signature, hash);
  try {
    jwt.verify(`${signed}.${signature}`, key, {
      algorithms: [...HASHES.keys()] as Algorithm[],
      ignoreExpiration: true,
      ignoreNotBefore: true,
    });
    return true;
  } catch {
    return false;
  }
}

/** The original tolerates padding; jsonwebtoken refuses it, and without it the text is not the one that was signed. */
function isPaddedTextSignedBy(key: KeyObject, signed: string, signature: string, hash: string): boolean {
  const given = Buffer.from(signature, 'base64url');
  const expected = createHmac(hash, key).update(signed).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** A claim that is missing counts as 0. */
function checkTimes({ exp = 0, iat = 0, nbf = 0 }: Claims, now: number, iatLeewaySeconds: number): void {
  if (now > exp) throw invalidToken(`Token is expired by ${BigInt(now) - BigInt(exp)} seconds`);
  if (BigInt(now) < BigInt(iat) - BigInt(iatLeewaySeconds)) {
    throw invalidToken('Token used before issued (client and server clocks may differ)');
  }
  if (now < nbf) throw invalidToken('token is not valid yet (nbf claim)');
}
