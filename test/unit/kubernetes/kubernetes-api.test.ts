import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KubernetesApi } from '../../../src/kubernetes/kubernetes-api.js';
import { json, refusal, ScriptedServer, text } from './scripted-server.js';

let server: ScriptedServer;
let api: KubernetesApi;
beforeEach(async () => {
  server = new ScriptedServer();
  await server.up();
  api = new KubernetesApi(server.cluster());
});
afterEach(async () => {
  vi.useRealTimers();
  await server.down();
});

const PODS = ['api', 'v1', 'namespaces', 'storage', 'pods'];
const read = () => api.request({ method: 'GET', path: PODS });

describe('a request to the API server', () => {
  it('carries credentials, query and body, and answers the parsed body', async () => {
    server.answers = [json(201, { metadata: { uid: 'u1' } })];
    api = new KubernetesApi(
      server.cluster({ credentials: async () => ({ headers: { Authorization: 'Bearer t' }, connection: {} }) }),
    );
    const answer = await api.request({
      method: 'PATCH',
      path: [...PODS, 'a/b'],
      query: { labelSelector: 'a=b,c', limit: '1' },
      body: { name: 'ä' },
      contentType: 'application/merge-patch+json',
    });
    expect(answer).toEqual({ metadata: { uid: 'u1' } });
    expect(server.asked).toMatchObject([
      {
        method: 'PATCH',
        url: '/api/v1/namespaces/storage/pods/a%2Fb?labelSelector=a%3Db%2Cc&limit=1',
        headers: { authorization: 'Bearer t', 'content-type': 'application/merge-patch+json', 'content-length': '13' },
        body: '{"name":"ä"}',
      },
    ]);
  });

  it('goes below the path of the server', async () => {
    server.answers = [json(200, {})];
    api = new KubernetesApi(server.cluster({ server: new URL(`http://127.0.0.1:${server.port}/k8s/clusters/c1/`) }));
    await read();
    expect(server.asked[0]?.url).toBe('/k8s/clusters/c1/api/v1/namespaces/storage/pods');
  });

  it('is made once more, with credentials read anew, when they are not accepted', async () => {
    server.answers = [refusal(401, 'Unauthorized', 'Unauthorized'), json(200, { kind: 'PodList' })];
    const tokens: string[] = [];
    const credentials = async (areRefused?: boolean) => {
      tokens.push(areRefused ? 'new' : 'old');
      return { headers: { Authorization: tokens.at(-1) ?? '' }, connection: {} };
    };
    api = new KubernetesApi(server.cluster({ credentials }));
    expect(await read()).toEqual({ kind: 'PodList' });
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['old', 'new']);

    server.answers = [refusal(401, 'Unauthorized', 'Unauthorized')];
    await expect(read()).rejects.toMatchObject({
      failure: 'unauthorized',
      message: expect.stringMatching(/\(401\): Unauthorized; the credentials of the test are not accepted/) as string,
    });
    expect(server.asked).toHaveLength(4);
  });

  const TOO_LONG = { causes: [{ reason: 'FieldValueTooLong', message: 'Too long', field: 'data' }] };
  it.each([
    [403, 'Forbidden', {}, 'forbidden', /lacks that right: grant it in a Role/],
    [404, 'NotFound', {}, 'not found', /\(404\): its words$/],
    [409, 'AlreadyExists', {}, 'already exists', /\(409\): its words$/],
    [409, 'Conflict', {}, 'conflict', /\(409\): its words$/],
    [410, 'Expired', {}, 'expired', /\(410\): its words$/],
    [413, 'RequestEntityTooLarge', {}, 'too large', /\(413\): its words$/],
    [422, 'Invalid', TOO_LONG, 'too large', /\(422\): its words$/],
    [422, 'Invalid', {}, 'invalid', /\(422\): its words$/],
    [400, 'BadRequest', {}, 'invalid', /\(400\): its words$/],
    [429, 'TooManyRequests', { retryAfterSeconds: 1 }, 'busy', /tried again later$/],
    [500, null, {}, 'failing', /tried again later$/],
    [504, 'Timeout', { retryAfterSeconds: 1 }, 'failing', /tried again later$/],
  ] as const)('tells a refusal %i %s from the others', async (status, reason, details, failure, message) => {
    server.answers = [refusal(status, reason, 'its words', details)];
    await expect(read()).rejects.toMatchObject({
      name: 'KubernetesError',
      failure,
      status,
      reason,
      causes: 'causes' in details ? details.causes : [],
      retryAfterSeconds: 'retryAfterSeconds' in details ? 1 : null,
      message: expect.stringMatching(message) as string,
    });
  });

  it('shows a refusal that is no Status object, cut to what one can read', async () => {
    server.answers = [text(502, `bad gateway ${'x'.repeat(10_000)}`)];
    const error = await read().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ failure: 'failing', reason: null });
    expect((error as Error).message).toMatch(/\(502\): bad gateway x/);
    expect((error as Error).message.length).toBeLessThan(700);
  });

  it('is known not to have been made when there is no connection', async () => {
    await server.down();
    await expect(read()).rejects.toMatchObject({
      failure: 'unreachable',
      message: expect.stringMatching(/can't be reached: .*ECONNREFUSED.*is it being restarted/) as string,
    });
  });

  it('may have been made when the connection ends, or the answer breaks off', async () => {
    server.answers = [(response) => response.destroy()];
    await expect(read()).rejects.toMatchObject({ failure: 'lost' });
    server.answers = [
      (response) => {
        response.writeHead(200, { 'Content-Length': '100' }).write('{');
        response.destroy();
      },
    ];
    await expect(read()).rejects.toMatchObject({ failure: 'lost' });
    server.answers = [text(200, 'Client sent an HTTP request')];
    await expect(read()).rejects.toMatchObject({
      failure: 'lost',
      message: expect.stringContaining('no JSON') as string,
    });
  });

  it.each(['says nothing', 'does not end its answer'])('is given up when the server %s', async (how) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const begun = new Promise<void>((begin) => {
      server.answers = [
        (response) => {
          if (how !== 'says nothing') response.writeHead(200).write('{');
          setImmediate(begin);
        },
      ];
    });
    const lost = expect(read()).rejects.toMatchObject({ failure: 'lost' });
    await begun;
    while (vi.getTimerCount() > 0) await vi.advanceTimersByTimeAsync(30_000);
    await lost;
  });
});

describe('a watch', () => {
  const events: unknown[] = [];
  let watching: AbortController;
  const follow = (onEvent: (event: unknown) => void = (event) => events.push(event), onOpen = () => undefined) =>
    api.watch(
      { path: PODS, query: { resourceVersion: '7' } },
      { limitSeconds: 60, signal: watching.signal, onOpen, onEvent },
    );
  beforeEach(() => {
    events.length = 0;
    watching = new AbortController();
  });

  it('hands over each event as its line is complete, wherever the bytes are cut', async () => {
    const lines = Buffer.from('{"type":"ADDED","object":{"x":"ä"}}\n{"type":"MODIFIED","object":{}}\n');
    server.answers = [
      (response) => {
        response.writeHead(200);
        for (const byte of lines) response.write(Buffer.of(byte));
        response.end();
      },
    ];
    await follow();
    expect(events).toEqual([
      { type: 'ADDED', object: { x: 'ä' } },
      { type: 'MODIFIED', object: {} },
    ]);
    expect(server.asked[0]?.url).toBe('/api/v1/namespaces/storage/pods?resourceVersion=7&watch=true&timeoutSeconds=60');
  });

  it('fails when it breaks off, is refused or is not understood', async () => {
    server.answers = [
      (response) => {
        response.writeHead(200).write('{"type":"ADDED"}\n');
        setImmediate(() => response.destroy());
      },
    ];
    await expect(follow()).rejects.toMatchObject({ failure: 'lost' });
    expect(events).toEqual([{ type: 'ADDED' }]);
    server.answers = [refusal(403, 'Forbidden', 'cannot watch')];
    await expect(follow()).rejects.toMatchObject({ failure: 'forbidden' });
    server.answers = [text(200, 'no json\n')];
    await expect(follow()).rejects.toMatchObject({ failure: 'lost' });
  });

  it('is given up some time after the server should have ended it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    server.answers = [(response) => response.writeHead(200).flushHeaders()];
    await new Promise<void>((opened) => {
      const lost = expect(follow(undefined, () => opened() as undefined)).rejects.toMatchObject({ failure: 'lost' });
      void lost.then(() => undefined);
    });
    vi.advanceTimersByTime(75_000);
    vi.useRealTimers();
  });

  it('ends without an error when it is not wanted any more', async () => {
    server.answers = [(response) => response.writeHead(200).flushHeaders()];
    await follow(undefined, () => watching.abort() as undefined);
    expect(events).toEqual([]);
  });

  it('ends so too while the server has not answered', async () => {
    const asked = new Promise<void>((begin) => {
      server.answers = [() => setImmediate(begin)];
    });
    const followed = follow();
    await asked;
    watching.abort();
    await followed;
  });
});
