import { createServer, type Server, type Socket } from 'node:net';
import { TransportError } from '../../executor.js';
import type { SimulatedHosts } from '../simulated-hosts.js';
import { type HostAnswer, type HostRequest, LineReader } from './host-protocol.js';

/** Serves simulated hosts on a unix socket; resolves when it listens. */
export function serveHosts(hosts: SimulatedHosts, socketPath: string): Promise<Server> {
  const runs = new Set<Run>();
  const server = createServer((socket) => serveClient(hosts, runs, socket));
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(socketPath, () => done(server));
  });
}

interface Run {
  readonly host: string;
  readonly client: Socket;
  readonly ended: Promise<unknown>;
}

/** Commands of a client that goes away run on, as they do on real hosts. */
function serveClient(hosts: SimulatedHosts, runs: Set<Run>, socket: Socket): void {
  const lines = new LineReader();
  const running = new Map<number, AbortController>();
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    for (const line of lines.push(chunk)) void answer(JSON.parse(line) as HostRequest);
  });

  async function answer(request: HostRequest): Promise<void> {
    const reply = await answerTo(request).catch((error: unknown) => failureOf(request.id, error));
    running.delete(request.id);
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
  }

  async function answerTo(request: HostRequest): Promise<HostAnswer> {
    const { id } = request;
    if (request.method === 'run') {
      const abort = new AbortController();
      running.set(id, abort);
      const ended = hosts.run(request.host, request.batch, abort.signal);
      const run: Run = { host: request.host, client: socket, ended };
      runs.add(run);
      try {
        return { id, results: await ended };
      } finally {
        runs.delete(run);
      }
    }
    if (request.method === 'awaitLeftovers') {
      // A server has one connection, so what came over another one is of a server, or a connection, that is gone.
      const others = [...runs].filter(({ host, client }) => host === request.host && client !== socket);
      await Promise.allSettled(others.map(({ ended }) => ended));
      await hosts.awaitLeftovers(request.host);
      return { id, done: true };
    }
    if (request.method === 'state') return { id, state: hosts.state() };
    if (request.method === 'commandsRun') return { id, commandsRun: hosts.commandsRun };
    if (request.method === 'awaitHeld') await hosts.held.reached();
    else if (request.method === 'releaseHeld') hosts.held.release(request.goesOn);
    else if (request.method === 'linkNames') hosts.linkNames(request.manage, request.storage);
    else if (request.method === 'setFaults') hosts.setFaults(request.faults);
    else if (request.method === 'setHostUp') hosts.setHostUp(request.host, request.isUp);
    else if (request.method === 'reinstall') hosts.reinstall(request.host, request.options);
    else if (request.method === 'setNoise') hosts.setNoise(request.host, request.noise);
    else running.get(request.request)?.abort();
    return { id, done: true };
  }
}

function failureOf(id: number, error: unknown): HostAnswer {
  if (error instanceof TransportError)
    return { id, transportError: { message: error.message, mayHaveRun: error.mayHaveRun } };
  return { id, refusal: error instanceof Error ? error.message : String(error) };
}
