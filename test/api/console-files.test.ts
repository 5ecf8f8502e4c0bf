import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConsoleFiles } from '../../src/api/console.js';
import { type ApiServer, KEYS, QUEUE_ID, startApi } from './api-server.js';

const script = Buffer.from('console.log("made");\n'.repeat(100));
const FILES: ConsoleFiles = {
  page: '<!doctype html><html data-authentication="on"></html>',
  assets: [
    { name: 'console-AB12.js', type: 'text/javascript; charset=utf-8', bytes: script, gzipped: gzipSync(script) },
    { name: 'icon-CD34.svg', type: 'image/svg+xml', bytes: Buffer.from('<svg/>'), gzipped: null },
  ],
};
const AUTH = { adminKey: KEYS.admin, userKey: KEYS.user, iatLeewaySeconds: 120 };
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let api: ApiServer;
afterEach(() => api.server.close());

async function serve(files: ConsoleFiles | null = FILES, auth: typeof AUTH | null = AUTH): Promise<ApiServer> {
  api = await startApi({}, { console: files, auth });
  return api;
}

const get = (url: string, headers: Record<string, string> = {}) => api.server.inject({ method: 'GET', url, headers });

describe('the files of the console', () => {
  it('are there without a token: a page that is asked for anew, under a policy that allows nothing of anybody else', async () => {
    await serve();
    const { statusCode, headers, body } = await get('/console/');
    expect([statusCode, headers['content-type'], headers['cache-control'], body]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
      FILES.page,
    ]);
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    const again = await get('/console/', { 'if-none-match': String(headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('say whether the server asks for tokens', async () => {
    await serve(FILES, null);
    expect((await get('/console/')).body).toContain('data-authentication="off"');
  });

  it('are kept by browsers, since their names change with them, and packed for those who take it', async () => {
    await serve();
    const packed = await get('/console/console-AB12.js', { 'accept-encoding': 'br, gzip' });
    expect([packed.headers['content-encoding'], packed.headers['cache-control'], packed.headers.vary]).toEqual([
      'gzip',
      'public, max-age=31536000, immutable',
      'accept-encoding',
    ]);
    expect(packed.rawPayload).toEqual(FILES.assets[0]?.gzipped);
    for (const refusing of ['', 'gzip;q=0', 'gzip; q=0.0', 'identity']) {
      const plain = await get('/console/console-AB12.js', { 'accept-encoding': refusing });
      expect([plain.headers['content-encoding'], plain.rawPayload.equals(script)]).toEqual([undefined, true]);
    }
    expect((await get('/console/icon-CD34.svg', { 'accept-encoding': 'gzip' })).body).toBe('<svg/>');
  });

  it.each(['/console/other.js', '/console/..%2fpackage.json', '/console/%2e%2e/package.json', '/consoles/'])(
    '%s is a path like any other that is none',
    async (path) => {
      await serve();
      expect([301, 401]).toContain((await get(path)).statusCode);
    },
  );

  it('are found without the slash', async () => {
    await serve();
    const { statusCode, headers } = await get('/console');
    expect([statusCode, headers.location]).toEqual([301, 'console/']);
  });
});

describe('GET /', () => {
  it('leads a browser without a token to the console', async () => {
    await serve();
    const { statusCode, headers } = await get('/', BROWSER);
    expect([statusCode, headers.location, headers['cache-control'], headers.vary]).toEqual([
      302,
      'console/',
      'no-store',
      'accept',
    ]);
  });

  it.each([
    ['another client', {}, FILES],
    ['one that takes anything', { accept: '*/*' }, FILES],
    ['one that takes anything but that', { accept: 'text/html;q=0, */*' }, FILES],
    ['one with a token', { ...BROWSER, authorization: 'bearer x' }, FILES],
    ['a browser where the console is off', BROWSER, null],
  ] as const)('answers %s as without a console', async (_who, headers, files) => {
    await serve(files);
    expect((await get('/', headers)).statusCode).toBe(401);
  });
});

describe('X-Redirect: none', () => {
  it('tells where a result is without a redirect, which a browser would follow with the wrong token', async () => {
    await serve(FILES, null);
    const entry = {
      id: QUEUE_ID,
      state: 'done',
      error: null,
      location: '/volumes/aa',
      operationId: null,
      createdAt: 0,
    } as const;
    await api.store.write((tx) => tx.queue.insert(entry));
    const { statusCode, headers } = await get(`/queue/${QUEUE_ID}`, { 'x-redirect': 'none' });
    expect([statusCode, headers.location]).toEqual([204, '/volumes/aa']);
  });
});
