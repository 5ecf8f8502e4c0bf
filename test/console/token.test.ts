import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signToken } from '../../console/src/api/token.js';
import { createAuthenticate } from '../../src/api/auth.js';

const NOW_MS = 1_800_000_000_000;

describe('tokens that the console makes', () => {
  it('are taken by the server, for whatever key, method and path', () => {
    const paths = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `/${text}`);
    const keys = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
    const methods = fc.constantFrom('GET' as const, 'POST' as const, 'DELETE' as const);
    fc.assert(
      fc.property(keys, methods, paths, (key, method, path) => {
        const authenticate = createAuthenticate({ adminKey: key, userKey: 'u', iatLeewaySeconds: 0 }, () => NOW_MS);
        const authorization = `bearer ${signToken({ user: 'admin', key }, method, path, NOW_MS)}`;
        expect(authenticate({ authorization, method, path })).toBe('admin');
      }),
      { numRuns: 30 },
    );
  });

  it('are for one path only', () => {
    const authenticate = createAuthenticate({ adminKey: 'k', userKey: 'u', iatLeewaySeconds: 0 }, () => NOW_MS);
    const authorization = `bearer ${signToken({ user: 'admin', key: 'k' }, 'GET', '/volumes', NOW_MS)}`;
    expect(() => authenticate({ authorization, method: 'GET', path: '/nodes' })).toThrow('Invalid qsh claim in token');
  });
});
