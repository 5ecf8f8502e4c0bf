import { connect, createServer, type Socket } from 'node:net';
import type { Command } from '../../../../src/executors/executor.js';
import { type HostRequest, LineReader } from '../../../../src/executors/mock/remote/host-protocol.js';

export interface WatchedSocket {
  readonly path: string;
  /** All commands that were sent through it, in order. */
  readonly sent: Command[];
  /** Connections that are there break, and none is accepted until it is mended. */
  cut(): void;
  mend(): void;
  close(): void;
}

/** A socket in front of simulated hosts that passes everything on and remembers which commands were sent. */
export function watchSocket(hosts: string, path: string): Promise<WatchedSocket> {
  const sent: Command[] = [];
  const sockets = new Set<Socket>();
  let isCut = false;
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const behind = connect(hosts);
    const lines = new LineReader();
    client.on('data', (chunk) => {
      for (const line of lines.push(chunk.toString())) {
        const request = JSON.parse(line) as HostRequest;
        if (request.method === 'run') sent.push(...request.batch);
      }
    });
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  return new Promise((done) => {
    server.listen(path, () =>
      done({
        path,
        sent,
        cut() {
          isCut = true;
          breakAll();
        },
        mend() {
          isCut = false;
        },
        close() {
          server.close();
          breakAll();
        },
      }),
    );
  });
}
