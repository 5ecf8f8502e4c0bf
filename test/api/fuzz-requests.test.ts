import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KEYS, NOW_MS, startApi, token, UNKNOWN_ID } from './api-server.js';
import { Asker, RUNS, TIMEOUT_MS } from './fuzz-support.js';

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

it('no path, token or header is answered by a defect, and none without a good token changes anything', {
  timeout: TIMEOUT_MS,
}, async () => {
  const api = await startApi({}, { auth, now: () => NOW_MS });
  const asker = await Asker.of(api.server);
  await fc.assert(
    fc.asyncProperty(method, path, headers, async (method, path, headers) => {
      await asker.ask({ method, path, headers, payload: '{}' });
    }),
    RUNS,
  );
  expect(api.calls).toEqual([]);
  await asker.close();
});

it('a change with a good token reaches what its path names, or nothing', { timeout: TIMEOUT_MS }, async () => {
  const api = await startApi({}, { auth, now: () => NOW_MS });
  const asker = await Asker.of(api.server);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('POST', 'DELETE'), path, headers, async (method, path, headers) => {
      let sent: string;
      try {
        sent = decodeURIComponent(path.split('?', 1)[0] ?? '');
      } catch {
        return;
      }
      const before = api.calls.length;
      const good = { ...headers, authorization: `bearer ${token(method, sent)}` };
      await asker.ask({ method, path, headers: good, payload: '{"size":1}' });
      const named = sent.replaceAll(/\/+/g, '/');
      const isPlain = /^\/(clusters|volumes)(\/[0-9a-f]+)?$/.test(named) && !/%2f/i.test(path);
      if (!isPlain) expect(api.calls.slice(before), `${method} ${path}`).toEqual([]);
    }),
    RUNS,
  );
  await asker.close();
});
