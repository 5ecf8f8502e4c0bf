import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A server that has one cluster, and admits one user with one key. */
export interface ListeningServer {
  readonly url: string;
  key: string;
  close(): Promise<void>;
}

export async function listenWith(
  cluster: string,
  key: string,
  tls?: { readonly key: string; readonly cert: string },
): Promise<ListeningServer> {
  const state = { key };
  const answer = (request: IncomingMessage): [number, string] => {
    if (!isAdmitted(request, state.key)) return [401, 'Invalid JWT token: signature is invalid'];
    return request.url === `/clusters/${cluster}` ? [200, `{"id":"${cluster}","nodes":[]}`] : [404, 'Id not found'];
  };
  const handler: Parameters<typeof createServer>[1] = (request, response) => {
    const [status, text] = answer(request);
    response.writeHead(status).end(text);
  };
  const server: Server = tls ? createTlsServer(tls, handler) : createServer(handler);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get key() {
      return state.key;
    },
    set key(changed) {
      state.key = changed;
    },
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

function isAdmitted({ method, url, headers }: IncomingMessage, key: string): boolean {
  const [, token = ''] = (headers.authorization ?? '').split(' ');
  const [head = '', claims = '', signature] = token.split('.');
  const { iss, qsh } = JSON.parse(Buffer.from(claims, 'base64url').toString() || '{}') as {
    iss?: string;
    qsh?: string;
  };
  const hash = createHash('sha256').update(`${method}&${url}`).digest('hex');
  const signed = createHmac('sha256', key).update(`${head}.${claims}`).digest('base64url');
  return iss === 'admin' && qsh === hash && signature === signed;
}
