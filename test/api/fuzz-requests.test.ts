import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFECT_TEXT } from '../../src/api/errors.js';
import { type ApiServer, KEYS, NOW_MS, startApi, token, UNKNOWN_ID } from './api-server.js';

const RUNS = { numRuns: 1500 };
const auth = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 };

const piece = fc.constantFrom(
  ...['clusters', 'volumes', 'queue', UNKNOWN_ID, 'a'.repeat(15_000), '..', '.', '%2e%2e', '%2F', '%2f..%2F', '%00'],
  ...[
    '%25',
    '%',
    '%zz',
    '%ff',
    '',
    '?',
    '?a=/../',
    '#',
    '{id}',
    '__proto__',
    'constructor',

    ';x',
    '\\',
    '%5c',
  ],
);
const path = fc
  .array(piece, { maxLength: 6 })
  .map((pieces) => `/${pieces.join('/')}`)
  .filter((text) => text.length < 16_000);
const method = fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS');

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const word = fc.constantFrom(
  'alg',
  'HS256',
  'HS384',
  'toString',
  'constructor',
  '__proto__',
  'iss',
  'admin',
  '',
  'none',
);
const segment = fc.oneof(
  fc
    .dictionary(word, fc.oneof(word, fc.integer(), fc.constant(null), fc.double()))
    .map((value) => JSON.stringify(value)),
  fc.constantFrom('', '{', '[]', 'null', '1', `{"exp":${'9'.repeat(2_000)}}`, '{"alg":{"toString":1}}'),
  fc.string(),
);
const jsonToken = fc
  .tuple(segment, segment, fc.constantFrom('', '=', '=='), fc.boolean())
  .map(([header, claims, padding, isSigned]) => {
    const signed = `${encode(header)}${padding}.${encode(claims)}${padding}`;
    const signature = isSigned ? createHmac('sha256', KEYS.admin).update(signed).digest('base64url') : 'AAAA';
    return `${signed}.${signature}${padding}`;
  });
const authorization = fc.oneof(
  { weight: 6, arbitrary: jsonToken.map((text) => `bearer ${text}`) },
  { weight: 1, arbitrary: fc.stringMatching(/^[ -~]{1,40}$/) },
  { weight: 1, arbitrary: fc.constantFrom('', `bearer ${'eyJa.'.repeat(3_000)}`, `bearer${' '.repeat(15_000)}x`) },
);
const headers = fc.record(
  {
    authorization,
    'idempotency-key': fc.constantFrom('', 'k', 'k'.repeat(15_000), '__proto__'),
    'content-type': fc.constantFrom('', ';;', 'x'.repeat(15_000)),
    accept: fc.constantFrom('*', 'toString'),
  },
  { requiredKeys: [] },
);

/** Over a socket: a path goes as it is written. */
function asker({ server }: ApiServer) {
  const agent = new Agent({ keepAlive: true });
  return async (method: string, path: string, headers: object, payload: string) => {
    const { port } = server.server.address() as AddressInfo;
    const sent = request({ agent, port, host: '127.0.0.1', method, path, headers: { ...headers } });
    sent.end(payload);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of answer.setEncoding('utf8')) body += chunk;
    return { statusCode: answer.statusCode, body };
  };
}

async function start(): Promise<ApiServer> {
  const api = await startApi({}, { auth, now: () => NOW_MS });
  await api.server.listen({ port: 0, host: '127.0.0.1' });
  return api;
}

it('no path, token or header is answered by a defect, and none without a good token changes anything', async () => {
  const api = await start();
  const ask = asker(api);
  await fc.assert(
    fc.asyncProperty(method, path, headers, async (method, url, headers) => {
      const answer = await ask(method, url, headers, '{}');
      expect(answer.statusCode, `${method} ${url}`).toBeLessThan(500);
      expect(answer.body).not.toContain(DEFECT_TEXT);
    }),
    RUNS,
  );
  expect(api.calls).toEqual([]);
  await api.server.close();
});

it('a change with a good token reaches what its path names, or nothing', async () => {
  const api = await start();
  const ask = asker(api);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('POST', 'DELETE'), path, async (method, url) => {
      let sent: string;
      try {
        sent = decodeURIComponent(url.split('?', 1)[0] ?? '');
      } catch {
        return;
      }
      const before = api.calls.length;
      const headers = { authorization: `bearer ${token(method, sent)}` };
      const answer = await ask(method, url, headers, '{"size":1}');
      expect(answer.statusCode).toBeLessThan(500);
      const named = sent.replaceAll(/\/+/g, '/');
      const isPlain = /^\/(clusters|volumes)(\/[0-9a-f]+)?$/.test(named) && !/%2f/i.test(url);
      if (!isPlain) expect(api.calls.slice(before), `${method} ${url}`).toEqual([]);
    }),
    RUNS,
  );
  await api.server.close();
});
