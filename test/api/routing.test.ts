import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/api/contract/routes.js';
import { DomainError, SERVER_BUSY, ServerBusy } from '../../src/domain/errors.js';
import { type ApiServer, ask, startApi, UNKNOWN_ID } from './api-server.js';

let api: ApiServer;
afterEach(() => api.server.close());

/** What an HTTP library would tidy up on the way, such as dot segments, goes over the wire as it is written. */
async function raw(head: string, body = ''): Promise<string> {
  await api.server.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  socket.write(`${head}\r\nHost: x\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  await once(socket, 'close');
  return answer;
}

describe('paths', () => {
  it.each([
    ['GET', '/nothing'],
    ['POST', '/hello'],
    ['HEAD', '/hello'],
    ['GET', '/hello/'],
    ['POST', '/metrics'],
    ['GET', '/'],
    ['GET', '/Clusters'],
    ['GET', '/clusters/xyz'],
    ['GET', '/operations/pending/xyz'],
    ['GET', '/queue'],
    ['GET', `/bricks/${UNKNOWN_ID}/evict`],
  ])('%s %s is unknown', async (method, path) => {
    api = await startApi();
    const answer = await ask(api.server, method, path);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'x-content-type-options': 'nosniff',
      'content-length': '24',
    });
    if (method !== 'HEAD') expect(answer.body).toBe('Invalid path or request\n');
  });

  it('answers every other method of every known path with 405, no body and no Allow header', async () => {
    api = await startApi();
    for (const path of new Set(ROUTES.filter((route) => !route.isOpen).map((route) => route.path))) {
      const known = ROUTES.filter((route) => route.path === path).map((route) => String(route.method));
      for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
        if (known.includes(method)) continue;
        const answer = await ask(api.server, method, path.replace('{id}', UNKNOWN_ID));
        expect({ method, path, status: answer.statusCode, body: answer.body }).toEqual({
          method,
          path,
          status: 405,
          body: '',
        });
        expect(answer.headers.allow).toBeUndefined();
      }
    }
  });

  it.each(['GET', 'POST', 'DELETE'])('redirects %s of a known path with a trailing slash', async (method) => {
    api = await startApi();
    const answer = await ask(api.server, method, '/clusters/');
    expect(answer.statusCode).toBe(301);
    expect(answer.headers.location).toBe('/clusters');
  });

  it.each([
    ['//clusters', '/clusters'],
    ['/./clusters', '/clusters'],
    ['/x/../clusters?a=1', '/clusters?a=1'],
    ['/clusters//%61b', '/clusters/ab'],
    ['/%2e/clusters', '/clusters'],
    ['//evil.example/..//', '/'],
  ])('redirects GET %s to its clean form', async (sent, clean) => {
    api = await startApi();
    const answer = await raw(`GET ${sent} HTTP/1.1`);
    expect(answer).toMatch(/^HTTP\/1.1 301 /);
    expect(answer).toContain(`location: ${clean}\r\n`);
  });

  it('serves any other method as if slashes were single, because a redirect would make it a GET', async () => {
    api = await startApi();
    expect(await raw('POST //clusters HTTP/1.1', '{}')).toMatch(/^HTTP\/1.1 201 /);
    expect(api.calls.map(({ name }) => name)).toEqual(['createCluster']);
  });

  it.each([
    'DELETE /clusters/../volumes/0123456789abcdef0123456789abcdef',
    'GET /devices%2F0123456789abcdef0123456789abcdef%2fresync',
    'DELETE /clusters/..%2Fvolumes%2f0123456789abcdef0123456789abcdef',
    'DELETE /clusters/%2e%2e/volumes/0123456789abcdef0123456789abcdef',
    'DELETE /clusters%2F0123456789abcdef0123456789abcdef',
    'POST /x/..%2fclusters',
    'POST /./clusters',
    'POST /clusters/.',
    'POST http://host/x/../clusters',
    'HEAD /x/../clusters',
  ])('refuses %s, which another one may take for another path', async (request) => {
    api = await startApi();
    expect(await raw(`${request} HTTP/1.1`, '{}')).toMatch(/^HTTP\/1.1 400 /);
    expect(api.calls).toEqual([]);
  });

  it('treats percent-encoded and whole-URL forms of a path alike', async () => {
    api = await startApi();
    expect((await ask(api.server, 'GET', '/%63lusters')).statusCode).toBe(200);
    expect(await raw('GET http://x/clusters HTTP/1.1')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('refuses broken percent-encoding in plain text', async () => {
    api = await startApi();
    const answer = await ask(api.server, 'GET', '/clusters/%zz');
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  it('answers what is not HTTP in plain text', async () => {
    api = await startApi();
    expect(await raw('nonsense')).toMatch(/^HTTP\/1.1 400 Bad Request\r\nContent-Type: text\/plain/);
  });

  it('answers a request truly that is followed by what is not HTTP, and closes', async () => {
    let end = (): void => {};
    const ended = new Promise<void>((done) => {
      end = done;
    });
    const deleteVolume = () => ended.then(() => ({ queueId: UNKNOWN_ID }));
    api = await startApi({ deleteVolume });
    const garbled = once(api.server.server, 'clientError');
    await api.server.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    // A body without its length, as some clients send it with DELETE.
    socket.write(`DELETE /volumes/${UNKNOWN_ID} HTTP/1.1\r\nHost: x\r\n\r\n{}`);
    await garbled;
    end();
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 202 /);
    expect(answer.match(/HTTP\/1.1/g)).toHaveLength(1);
  });

  it.each(['abc', '0123456789ABCDEF0123456789ABCDEF', 'a'.repeat(5000)])(
    'takes any hex digits as an id',
    async (id) => {
      api = await startApi();
      const answer = await ask(api.server, 'GET', `/volumes/${id}`);
      expect([answer.statusCode, answer.body]).toEqual([404, 'Id not found\n']);
    },
  );
});

describe('answers', () => {
  it('says hello exactly', async () => {
    api = await startApi();
    const answer = await ask(api.server, 'GET', '/hello?a=1');
    expect(answer.body).toBe('Hello from Heketi');
    expect(answer.headers).toMatchObject({ 'content-length': '17', 'content-type': 'text/plain; charset=UTF-8' });
  });

  it('ends JSON with one line end and tells its length', async () => {
    api = await startApi();
    const answer = await ask(api.server, 'GET', '/clusters');
    expect(answer.body).toBe('{"clusters":[]}\n');
    expect(answer.headers).toMatchObject({ 'content-length': '16', 'content-type': 'application/json; charset=UTF-8' });
  });

  it('accepts asynchronous work with a path-only Location and no body', async () => {
    api = await startApi();
    const answer = await ask(api.server, 'DELETE', `/volumes/${UNKNOWN_ID}`);
    expect(answer.statusCode).toBe(202);
    expect(answer.headers).toMatchObject({ location: `/queue/${'f'.repeat(32)}`, 'content-length': '0' });
  });

  it('indents the database dump and check by four spaces', async () => {
    api = await startApi();
    expect((await ask(api.server, 'GET', '/db/dump')).body).toMatch(/^\{\n {4}"/);
    expect((await ask(api.server, 'GET', '/db/check')).body).toMatch(/^\{\n {4}"clusters": \{\n {8}"/);
  });

  it('hands the database out as a file', async () => {
    api = await startApi();
    const answer = await ask(api.server, 'GET', '/backup/db');
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="heketi.db"',
    });
    expect(Number(answer.headers['content-length'])).toBe(answer.rawPayload.length);
  });

  it.each([
    ['busy', 429, SERVER_BUSY],
    ['conflict', 409, 'in use'],
    ['no_space', 500, 'No space'],
    ['failed', 500, 'Failed'],
    ['unavailable', 503, 'shutting down'],
    ['unprocessable', 422, 'another body'],
    ['invalid', 400, 'No clusters configured'],
  ] as const)('turns %s into %i with its text', async (code, status, text) => {
    api = await startApi({
      createVolume: async () => {
        throw new DomainError(code, text);
      },
    });
    const answer = await ask(api.server, 'POST', '/volumes', { payload: '{"size":1}' });
    expect([answer.statusCode, answer.body]).toEqual([status, `${text}\n`]);
    expect(answer.headers['content-length']).toBe(String(text.length + 1));
    expect(answer.headers['retry-after']).toBe(code === 'unavailable' ? '5' : undefined);
    expect(api.logged).toEqual([]);
  });

  it('tells a client that finds the server busy when to come back', async () => {
    api = await startApi({
      createVolume: async () => {
        throw new ServerBusy(17);
      },
    });
    const answer = await ask(api.server, 'POST', '/volumes', { payload: '{"size":1}' });
    expect([answer.statusCode, answer.headers['retry-after'], answer.body]).toEqual([429, '17', `${SERVER_BUSY}\n`]);
  });

  it('refuses changes while it ends, and still answers what is read', async () => {
    api = await startApi({}, { isStopping: () => true });
    const refused = await ask(api.server, 'POST', '/volumes', { payload: '{"size":1}' });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5']);
    expect(refused.body).toContain('shutting down');
    expect((await ask(api.server, 'GET', '/hello')).statusCode).toBe(200);
    expect((await ask(api.server, 'GET', '/volumes')).statusCode).toBe(200);
    expect(api.calls).toEqual([]);
    expect((await ask(api.server, 'POST', '/placements', { payload: '{"size":1}' })).statusCode).toBe(200);
  });

  it('logs a defect with its error and tells the client nothing of it', async () => {
    const defect = new TypeError('secret detail');
    api = await startApi({
      deleteVolume: async () => {
        throw defect;
      },
    });
    const answer = await ask(api.server, 'DELETE', `/volumes/${UNKNOWN_ID}`);
    expect(answer.statusCode).toBe(500);
    expect(answer.body).not.toContain('secret');
    expect(answer.body.trim()).not.toBe('');
    expect(api.logged).toEqual([expect.objectContaining({ fields: expect.objectContaining({ err: defect }) })]);
  });
});

describe('admin state', () => {
  it('lets only reads through when read-only, and can then not be changed over HTTP', async () => {
    api = await startApi();
    expect((await ask(api.server, 'POST', '/admin', { payload: '{"state":"read-only"}' })).statusCode).toBe(204);
    expect((await ask(api.server, 'GET', '/admin')).body).toBe('{"state":"read-only"}\n');
    expect((await ask(api.server, 'GET', '/clusters')).statusCode).toBe(200);
    expect((await ask(api.server, 'HEAD', '/clusters')).statusCode).toBe(405);
    expect((await ask(api.server, 'GET', `/devices/${UNKNOWN_ID}/resync`)).statusCode).toBe(202);
    for (const [method, path] of [
      ['POST', '/admin'],
      ['POST', '/nothing'],
      ['PUT', '/clusters'],
      ['DELETE', `/clusters/${UNKNOWN_ID}`],
    ] as const) {
      const answer = await ask(api.server, method, path, { payload: '{"state":"normal"}' });
      expect([answer.statusCode, answer.body]).toEqual([503, 'Service disabled for maintenance\n']);
    }
    api.admin.set('normal');
    expect((await ask(api.server, 'POST', '/clusters', { payload: '{}' })).statusCode).toBe(201);
  });

  it('lets questions through that are asked with a body', async () => {
    api = await startApi();
    const preflight = JSON.stringify({ node: UNKNOWN_ID, name: '/dev/sdb' });
    for (const state of ['read-only', 'local-client'] as const) {
      api.admin.set(state);
      const from = { remoteAddress: '192.168.10.1' };
      for (const [path, payload] of [
        ['/placements', '{"size":1}'],
        ['/devices/preflight', preflight],
        ['//devices//preflight', preflight],
        ['/placements/evictions', JSON.stringify({ change: 'remove-node', id: UNKNOWN_ID, healcheck: 'disable' })],
      ] as const)
        expect((await ask(api.server, 'POST', path, { payload, ...from })).statusCode).toBe(200);
      expect((await ask(api.server, 'POST', '/devices', { payload: preflight, ...from })).statusCode).toBe(503);
      expect((await ask(api.server, 'PUT', '/placements', { payload: '{"size":1}', ...from })).statusCode).toBe(503);
    }
    const questions = ['planVolume', 'preflightDevice', 'preflightDevice', 'planRemoval'];
    expect(api.calls.map(({ name }) => name)).toEqual([...questions, ...questions]);
    expect(api.calls.at(-1)?.args).toEqual(['remove-node', UNKNOWN_ID, { mustBeHealed: false, mayHostAnswer: false }]);
  });

  it.each([
    ['127.0.0.1', 201],
    ['::1', 201],
    ['::ffff:127.0.0.1', 201],
    ['127.0.0.2', 503],
    ['192.168.10.1', 503],
  ])('in local-client a change from %s is answered %i', async (remoteAddress, status) => {
    api = await startApi();
    api.admin.set('local-client');
    expect((await ask(api.server, 'POST', '/clusters', { payload: '{}', remoteAddress })).statusCode).toBe(status);
    expect((await ask(api.server, 'GET', '/clusters', { remoteAddress })).statusCode).toBe(200);
  });

  it.each(['{bad', '', '[]', '{"state":1}', '{"state":"off"}', '{"state":"Normal"}', '{}'])(
    'refuses %s with 400',
    async (payload) => {
      api = await startApi();
      expect((await ask(api.server, 'POST', '/admin', { payload })).statusCode).toBe(400);
      expect(api.admin.get()).toBe('normal');
    },
  );
});
