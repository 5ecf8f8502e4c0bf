import { createHash, createHmac } from 'node:crypto';

const LIFETIME_SECONDS = 300;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/**
 * Signs a token for exactly one request: `qsh` binds it to the method and the decoded path,
 * so every poll and every redirect needs its own. `user` and `key` may be empty (servers without authentication).
 */
export function signToken(user: string, key: string, method: string, path: string, nowMs: number): string {
  const issuedAt = Math.floor(nowMs / 1000);
  const qsh = createHash('sha256').update(`${method}&${path}`).digest('hex');
  const unsigned = `${HEADER}.${encode({ iss: user, iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS, qsh })}`;
  return `${unsigned}.${createHmac('sha256', key).update(unsigned).digest('base64url')}`;
}
