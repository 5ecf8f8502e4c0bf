import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiClient } from '../../console/src/api/client.js';
import { LostAnswer, Unreachable } from '../../console/src/api/failures.js';
import { ServerClock } from '../../console/src/api/server-clock.js';
import { TopologyLoad } from '../../console/src/state/topology-load.js';

/** Of a proxy whose server is being started anew. */
const OF_PROXIES = [502, 503, 504];

let proxy: Server;
let lost = 0;

afterEach(() => new Promise((done) => proxy.close(done)));

/** What `listener` answers, which stands for a proxy with a server behind it, most of the time. */
async function clientThrough(listener: RequestListener): Promise<ApiClient> {
  proxy = createServer(listener);
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const { port } = proxy.address() as AddressInfo;
  lost = 0;
  const watch = {
    answered: () => undefined,
    lost: () => void lost++,
    refused: () => undefined,
    whenBack: async () => undefined,
  };
  return new ApiClient(`http://127.0.0.1:${port}/`, { user: 'admin', key: 'k' }, new ServerClock(), watch);
}

/** Accepts a change, and answers the polls for its end one after the other; the last one again and again. */
function accepting(polls: readonly { readonly status: number; readonly location?: string }[]): RequestListener {
  let next = 0;
  return ({ url }, response) => {
    if (url !== '/queue/a') return void response.writeHead(202, { location: '/queue/a' }).end();
    const { status, location } = polls[Math.min(next++, polls.length - 1)] ?? { status: 500 };
    response.writeHead(status, location === undefined ? {} : { location }).end(`status ${status}`);
  };
}

describe('a change that the server has accepted, where a proxy tells that there is no server now', () => {
  it.each(OF_PROXIES)('is followed to its end all the same: %i', async (status) => {
    const client = await clientThrough(accepting([{ status }, { status }, { status: 204, location: '/volumes/b' }]));
    expect(await client.change('POST', '/volumes', {})).toBe('/volumes/b');
    expect(lost).toBe(2);
  });

  it.each(OF_PROXIES)('has an answer that is lost where nobody knows of it afterwards: %i', async (status) => {
    const client = await clientThrough(accepting([{ status }, { status: 404 }]));
    await expect(client.change('DELETE', '/volumes/b')).rejects.toThrow(LostAnswer);
  });

  it('has failed where the server says so', async () => {
    const client = await clientThrough(accepting([{ status: 500 }]));
    await expect(client.change('DELETE', '/volumes/b')).rejects.toMatchObject({ name: 'Refusal', status: 500 });
  });
});

describe('a change of which a proxy does not know what became', () => {
  it.each([502, 504])('is not called refused: %i', async (status) => {
    const client = await clientThrough((_request, response) => response.writeHead(status).end('Bad Gateway'));
    await expect(client.change('DELETE', '/volumes/b')).rejects.toThrow(Unreachable);
  });

  it.each([502, 504])('is sent again with its key, which the server does once: %i', async (status) => {
    const keys: unknown[] = [];
    const client = await clientThrough(({ headers }, response) => {
      keys.push(headers['idempotency-key']);
      response.writeHead(keys.length < 3 ? status : 200).end();
    });
    expect(await client.change('POST', '/volumes', {}, { idempotencyKey: 'once' })).toBeNull();
    expect(keys).toEqual(['once', 'once', 'once']);
  });

  it('is no step of a topology file that has failed', async () => {
    const client = await clientThrough(({ url, method }, response) => {
      if (method === 'POST' && url === '/nodes') return void response.writeHead(502).end();
      response.writeHead(200).end(JSON.stringify({ id: 'c', nodes: ['n'] }));
    });
    const devices = [{ name: '/dev/sdb', tags: new Map<string, string>(), destroyData: false }];
    const nodes = [{ manage: 'h1', request: {}, devices }];
    const load = new TopologyLoad(client, [{ file: true, block: true, nodes }]);
    await load.run([]);
    expect(load.state.get().steps.map(({ stage }) => stage)).toEqual(['unknown', 'skipped']);
  });
});
