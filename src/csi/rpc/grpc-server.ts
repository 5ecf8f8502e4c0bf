import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import { withValidAuthorities } from './authority.js';
import { CODES, CsiError } from './csi-error.js';
import { prepareSocket } from './socket-file.js';

/** Beside this file, and beside the bundle. */
const PROTO = join(import.meta.dirname, 'csi.proto');
const LOADED = {
  keepCase: false,
  longs: String,
  enums: String,
  defaults: true,
  arrays: true,
  objects: true,
  oneofs: false,
};

/** Whoever can write to the socket can mount and delete volumes: its owner and its group. */
const SOCKET_UMASK = 0o117;
/** Beyond what headers may have the client is never answered at all. */
const MOST_MESSAGE_CHARACTERS = 2000;

export type ServiceName = 'Identity' | 'Controller' | 'Node';

/** A call's work by its name in csi.proto; rejects with CsiError for what the specification has a code for. */
export type Calls = Readonly<Record<string, (request: never) => Promise<object>>>;

export interface RunningServer {
  /** Takes no more calls, and ends once those that run have, or after `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

/** The services of csi.proto, for servers and for the clients of tests. */
export function loadServices(): Readonly<Record<ServiceName, ServiceClientConstructor>> {
  const { csi } = loadPackageDefinition(loadSync(PROTO, LOADED)) as unknown as {
    readonly csi: { readonly v1: Readonly<Record<ServiceName, ServiceClientConstructor>> };
  };
  return csi.v1;
}

/** Listens on the unix socket `path`, as `prepareSocket` has it. */
export async function startGrpcServer(
  path: string,
  services: Readonly<Partial<Record<ServiceName, Calls>>>,
  log: Logger,
): Promise<RunningServer> {
  await prepareSocket(path);
  const server = new Server();
  const known = loadServices();
  for (const [name, calls] of Object.entries(services) as [ServiceName, Calls][]) {
    server.addService(known[name].service, handlersOf(calls, log));
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => injector.injectConnection(withValidAuthorities(socket)));
  const umask = process.umask(SOCKET_UMASK);
  try {
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(path, resolve);
    });
  } finally {
    process.umask(umask);
  }
  return {
    stop: (graceMs) =>
      new Promise((resolve) => {
        listener.close();
        const timer = startTimer(() => server.forceShutdown(), graceMs);
        server.tryShutdown(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

function handlersOf(calls: Calls, log: Logger): UntypedServiceImplementation {
  return Object.fromEntries(
    Object.entries(calls).map(([name, work]) => [
      name,
      (call: { readonly request: unknown }, answer: (error: object | null, reply?: object) => void) => {
        const startedAt = performance.now();
        const told = (code: string, err?: unknown): void => {
          const fields = {
            call: name,
            code,
            durationMs: Math.round(performance.now() - startedAt),
            ...subjectOf(call.request),
          };
          if (err === undefined) log.debug(fields, 'answered');
          else if (err instanceof CsiError) log.warn({ ...fields, reason: err.message }, 'refused');
          else log.error({ ...fields, err }, 'failed by a defect');
        };
        work(call.request as never).then(
          (reply) => {
            told('OK');
            answer(null, reply);
          },
          (error: unknown) => {
            told(error instanceof CsiError ? error.code : 'INTERNAL', error);
            answer(statusOf(error));
          },
        );
      },
    ]),
  );
}

/** Never parameters, contexts or secrets. */
function subjectOf(request: unknown): object {
  const { name, volumeId } = request as { readonly name?: string; readonly volumeId?: string };
  return { ...(volumeId !== undefined && { volume: volumeId }), ...(name !== undefined && { name }) };
}

/** Half a character, as at the end of a text that was cut off, ends the program. */
function sendable(message: string): string {
  const cut = message.length > MOST_MESSAGE_CHARACTERS ? `${message.slice(0, MOST_MESSAGE_CHARACTERS)}…` : message;
  return cut.toWellFormed();
}

function statusOf(error: unknown): object {
  if (error instanceof CsiError) return { code: CODES[error.code], details: sendable(error.message) };
  return {
    code: status.INTERNAL,
    details: 'the driver failed at this call by a defect of its own; its log tells more',
  };
}
