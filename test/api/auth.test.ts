import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiServer, ask, bearer, KEYS, NOW_MS, startApi, token, UNKNOWN_ID } from './api-server.js';

const auth = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 };
const now = NOW_MS / 1000;

let api: ApiServer;
afterEach(() => api.server.close());

async function get(headers: Record<string, string>, path = '/clusters') {
  const { statusCode, body } = await ask(api.server, 'GET', path, { headers });
  return { statusCode, body };
}

describe('tokens', () => {
  it.each([
    ['of the admin', {}, KEYS.admin, undefined],
    ['without iat', { iat: undefined }, KEYS.admin, undefined],
    ['issued within the leeway', { iat: now + 120 }, KEYS.admin, undefined],
    ['expiring this second', { exp: now }, KEYS.admin, undefined],
    ['valid since this second', { nbf: now }, KEYS.admin, undefined],
    ['with further claims', { extra: { a: 1.5 }, sub: 'x' }, KEYS.admin, undefined],
    ['signed by HS384', {}, KEYS.admin, { alg: 'HS384' }],
    ['signed by HS512', {}, KEYS.admin, { alg: 'HS512' }],
  ])('%s are accepted', async (_name, claims, key, header) => {
    api = await startApi({}, { auth });
    expect((await get(bearer('GET', '/clusters', claims, key, header))).statusCode).toBe(200);
  });

  it.each([
    ['expired', { exp: now - 1 }, KEYS.admin, 'Token is expired'],
    ['without exp', { exp: undefined }, KEYS.admin, 'Token is expired'],
    ['with exp null', { exp: null }, KEYS.admin, 'Token is expired'],
    ['with exp as text', { exp: String(now + 300) }, KEYS.admin, 'exp must be an integer'],
    ['with a fraction in exp', { exp: now + 300.5 }, KEYS.admin, 'exp must be an integer'],
    ['issued in the future', { iat: now + 121 }, KEYS.admin, 'Token used before issued'],
    ['not valid yet', { nbf: now + 1 }, KEYS.admin, 'not valid yet'],
    ['without iss', { iss: undefined }, KEYS.admin, 'Token missing iss claim'],
    ['with an empty iss', { iss: '' }, KEYS.admin, 'Token missing iss claim'],
    ['with an unknown iss', { iss: 'root' }, KEYS.admin, 'Unknown user'],
    ['with a capital iss', { iss: 'Admin' }, KEYS.admin, 'Unknown user'],
    ['signed by another key', {}, 'other', 'signature is invalid'],
    ['of the admin signed by the user key', {}, KEYS.user, 'signature is invalid'],
    ['of the user signed by the admin key', { iss: 'user' }, KEYS.admin, 'signature is invalid'],
    ['both expired and badly signed', { exp: now - 9 }, 'other', 'signature is invalid'],
    ['without qsh', { qsh: undefined }, KEYS.admin, 'Invalid qsh claim in token'],
    ['for another path', { qsh: 'a'.repeat(64) }, KEYS.admin, 'Invalid qsh claim in token'],
  ])('%s are refused with 401', async (_name, claims, key, text) => {
    api = await startApi({}, { auth });
    const answer = await get(bearer('GET', '/clusters', claims, key));
    expect(answer.statusCode).toBe(401);
    expect(answer.body).toContain(text);
  });

  it.each(['none', 'None', 'RS256', 'ES256', 'hs256', ''])('by algorithm %j are refused', async (alg) => {
    api = await startApi({}, { auth });
    const answer = await get(bearer('GET', '/clusters', {}, KEYS.admin, { alg }));
    expect([answer.statusCode, answer.body]).toEqual([401, expect.stringContaining('Unexpected signing method')]);
  });

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'by an algorithm named like a property, %s, are refused, padded or not',
    async (alg) => {
      api = await startApi({}, { auth });
      const [, payload, signature] = token('GET', '/clusters').split('.');
      const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
      for (const text of [`${header}.${payload}.${signature}`, `${header}=.${payload}=.${signature}=`]) {
        const answer = await get({ authorization: `bearer ${text}` });
        expect([answer.statusCode, answer.body]).toEqual([401, expect.stringContaining('Unexpected signing method')]);
      }
    },
  );

  it('are refused without a signature', async () => {
    api = await startApi({}, { auth });
    const good = token('GET', '/clusters');
    const unsigned = good.slice(0, good.lastIndexOf('.') + 1);
    expect((await get({ authorization: `bearer ${unsigned}` })).statusCode).toBe(401);
    const [, payload] = good.split('.');
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect((await get({ authorization: `bearer ${none}.${payload}.` })).statusCode).toBe(401);
  });

  it('may be padded', async () => {
    api = await startApi({}, { auth });
    const pad = (text: string): string => text + '='.repeat((4 - (text.length % 4)) % 4);
    const [header = '', payload = ''] = token('GET', '/clusters', { pad: 'x' }).split('.');
    const signed = `${pad(header)}.${pad(payload)}`;
    const padded = `${signed}.${pad(createHmac('sha256', KEYS.admin).update(signed).digest('base64url'))}`;
    expect(padded).toContain('=');
    const unpadded = token('GET', '/clusters');
    expect((await get({ authorization: `bearer ${unpadded}=` })).statusCode).toBe(200);
    expect((await get({ authorization: `bearer ${unpadded}===` })).statusCode).toBe(401);
    expect((await get({ authorization: `bearer ${padded}` })).statusCode).toBe(200);
    expect((await get({ authorization: `bearer ${padded.replace(/.{5}$/, 'AAAA=')}` })).statusCode).toBe(401);
  });

  it.each([
    ['nothing', {}, 401, 'Required authorization token not found'],
    ['an empty header', { authorization: '' }, 401, 'Required authorization token not found'],
    ['no token', { authorization: 'Bearer' }, 400, 'Authorization header format must be Bearer'],
    ['another scheme', { authorization: 'Basic YTpi' }, 400, 'Authorization header format must be Bearer'],
    ['three words', { authorization: 'bearer a b' }, 400, 'Authorization header format must be Bearer'],
    ['two segments', { authorization: 'bearer a.b' }, 401, 'token contains an invalid number of segments'],
    ['garbage', { authorization: 'bearer not.a.token' }, 401, 'Invalid JWT token'],
  ])('%s is answered in words', async (_name, headers, status, text) => {
    api = await startApi({}, { auth });
    const answer = await get(headers as Record<string, string>);
    expect([answer.statusCode, answer.body]).toEqual([status, expect.stringContaining(text)]);
  });

  it('take the scheme in any case', async () => {
    api = await startApi({}, { auth });
    for (const scheme of ['Bearer', 'BEARER', 'bearer']) {
      expect((await get({ authorization: `${scheme}  ${token('GET', '/clusters')}` })).statusCode).toBe(200);
    }
  });

  it('never open the door by chance: any damaged token is refused', async () => {
    api = await startApi({}, { auth });
    const good = token('GET', '/clusters');
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom(...'AZaz09-_.= {'), async (at, character) => {
        // The last digit of a signature carries bits that no byte uses.
        fc.pre(good[at] !== character && at < good.length - 1);
        const damaged = good.slice(0, at) + character + good.slice(at + 1);
        const { statusCode } = await get({ authorization: `bearer ${damaged}` });
        expect([400, 401]).toContain(statusCode);
      }),
      { numRuns: 300 },
    );
  });

  it('are made for the decoded path as it was sent', async () => {
    api = await startApi({}, { auth });
    expect((await get(bearer('GET', '/clusters'), '/clusters?x=1')).statusCode).toBe(200);
    expect((await get(bearer('GET', '/clusters'), '/%63lusters')).statusCode).toBe(200);
    const post = (signedPath: string) =>
      ask(api.server, 'POST', 'http://x//clusters', { headers: bearer('POST', signedPath), payload: '{}' });
    expect((await post('//clusters')).statusCode).toBe(201);
    expect((await post('/clusters')).statusCode).toBe(401);
  });
});

describe('order of checks', () => {
  it('asks for a token before it looks at the path, the method or the admin state', async () => {
    api = await startApi({}, { auth });
    api.admin.set('read-only');
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['PUT', '/clusters'],
      ['GET', '/clusters/'],
      ['POST', '/clusters'],
      ['POST', '/hello'],
    ] as const) {
      expect((await ask(api.server, method, path, { payload: method === 'GET' ? '' : '{bad' })).statusCode).toBe(401);
    }
    const headers = bearer('POST', '/clusters');
    expect((await ask(api.server, 'POST', '/clusters', { headers, payload: '{bad' })).statusCode).toBe(503);
  });

  it('needs no token for /hello and /metrics', async () => {
    api = await startApi({}, { auth });
    expect((await get({ authorization: 'nonsense' }, '/hello')).statusCode).toBe(200);
    expect((await get({}, '/metrics')).statusCode).toBe(200);
  });

  it('redirects unclean paths before it asks for a token', async () => {
    api = await startApi({}, { auth });
    const answer = await ask(api.server, 'GET', 'http://x//clusters');
    expect([answer.statusCode, answer.headers.location]).toEqual([301, '/clusters']);
  });
});

const asUser = (method: string, path: string) => bearer(method, path, { iss: 'user' }, KEYS.user);

describe('the role user', () => {
  it('may list and create volumes', async () => {
    api = await startApi({}, { auth });
    expect((await get(asUser('GET', '/volumes'), '/volumes?a=b')).statusCode).toBe(200);
    const created = await ask(api.server, 'POST', '/volumes', {
      headers: asUser('POST', '/volumes'),
      payload: '{"size":1}',
    });
    expect(created.statusCode).toBe(202);
    expect((await ask(api.server, 'PUT', '/volumes', { headers: asUser('PUT', '/volumes') })).statusCode).toBe(405);
  });

  it.each(['/volumes/', `/volumes/${UNKNOWN_ID}`, '/clusters', `/queue/${UNKNOWN_ID}`, '/nothing', '/placements'])(
    'may not use %s',
    async (path) => {
      api = await startApi({}, { auth });
      const answer = await get(asUser('GET', path), path);
      expect([answer.statusCode, answer.body]).toEqual([401, 'Administrator access required\n']);
    },
  );
});

describe('a client with the role user that creates volumes', () => {
  const BODY = '{"size":1}';
  const post = (payload = BODY) =>
    ask(api.server, 'POST', '/volumes', { headers: asUser('POST', '/volumes'), payload });
  const asked = () => api.calls.filter(({ name }) => name === 'createVolume').length;
  const entry = { operationId: null, state: 'pending', location: null, error: null, createdAt: 0 } as const;

  /** Each create gets a queue entry of its own, pending for ever. */
  async function start() {
    let made = 0;
    api = await startApi(
      {
        async createVolume() {
          const id = String(++made).repeat(32);
          await api.store.write((tx) => tx.queue.insert({ ...entry, id }));
          return { queueId: id };
        },
      },
      { auth },
    );
  }
  const pollAsUser = async (location: unknown) =>
    (await get(asUser('GET', String(location)), String(location))).statusCode;

  it('leaves one volume behind, not one per try', async () => {
    await start();
    const first = await post();
    expect(await pollAsUser(first.headers.location)).toBe(401);
    for (let i = 0; i < 5; i++) {
      const again = await post();
      expect([again.statusCode, again.headers.location]).toEqual([202, first.headers.location]);
      expect(await pollAsUser(again.headers.location)).toBe(401);
    }
    const other = await post('{"size":1,"name":"other"}');
    expect([other.statusCode, other.body]).toEqual([401, expect.stringContaining('restuser: admin')]);
    expect(asked()).toBe(1);
  });

  it('is not answered by the Idempotency-Key of another issuer', async () => {
    await start();
    const key = { 'idempotency-key': 'k' };
    for (const headers of [bearer('POST', '/volumes'), asUser('POST', '/volumes')])
      await ask(api.server, 'POST', '/volumes', { headers: { ...headers, ...key }, payload: BODY });
    const keys = api.calls.map(({ args }) => (args[2] as { key: string }).key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(2);
  });

  it('may ask for as many as it likes while somebody else fetches the results', async () => {
    await start();
    expect((await post()).headers.location).not.toBe((await post()).headers.location);
    expect(asked()).toBe(2);
  });

  it.each([
    ['was fetched by the administrator', 'fetched'],
    ['has failed', 'failed'],
    ['was deleted', 'deleted'],
  ])('gets a new one once the first %s', async (_how, what) => {
    await start();
    const first = await post();
    const path = String(first.headers.location);
    await pollAsUser(path);
    await api.store.write((tx) =>
      tx.queue.update({
        ...entry,
        id: path.slice('/queue/'.length),
        state: what === 'failed' ? 'failed' : 'done',
        location: `/volumes/${UNKNOWN_ID}`,
      }),
    );
    if (what === 'fetched') await get(bearer('GET', path), path);
    const second = await post();
    expect([second.statusCode, second.headers.location === path]).toEqual([202, false]);
  });
});
