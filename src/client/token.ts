const LIFETIME_SECONDS = 300;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/**
 * Signs a token for exactly one request: `qsh` binds it to the method and the decoded path,
 * so every poll and every redirect needs its own. `user` and `key` may be empty (servers without authentication).
 */
export type SignToken = (user: string, key: string, method: string, path: string, nowMs: number) => string;

/** Loads Node's cryptography, which commands that send nothing (help, version, completion) need not wait for. */
export async function loadTokenSigner(): Promise<SignToken> {
  const { createHash, createHmac } = await import('node:crypto');
  return (user, key, method, path, nowMs) => {
    const issuedAt = Math.floor(nowMs / 1000);
    const qsh = createHash('sha256').update(`${method}&${path}`).digest('hex');
    const unsigned = `${HEADER}.${encode({ iss: user, iat: issuedAt, exp: issuedAt + LIFETIME_SECONDS, qsh })}`;
    return `${unsigned}.${createHmac('sha256', key).update(unsigned).digest('base64url')}`;
  };
}
