import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
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
import { CODES, CsiError } from './csi-error.js';

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

/** Listens on the unix socket `path`. A socket that nobody listens on any more is replaced; throws where somebody does. */
export async function startGrpcServer(
  path: string,
  services: Readonly<Partial<Record<ServiceName, Calls>>>,
  log: Logger,
): Promise<RunningServer> {
  await removeStaleSocket(path);
  const server = new Server();
  const known = loadServices();
  for (const [name, calls] of Object.entries(services) as [ServiceName, Calls][]) {
    server.addService(known[name].service, handlersOf(calls, log));
  }
  await new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    ),
  );
  return {
    stop: (graceMs) =>
      new Promise((resolve) => {
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

function statusOf(error: unknown): object {
  if (error instanceof CsiError) return { code: CODES[error.code], details: error.message };
  return {
    code: status.INTERNAL,
    details: 'the driver failed at this call by a defect of its own; its log tells more',
  };
}

async function removeStaleSocket(path: string): Promise<void> {
  const isServed = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
  if (isServed) throw new Error(`another driver listens on ${path}: end it first, or give --endpoint another path`);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isSocket()) throw new Error(`${path} is there and is no socket: give --endpoint another path`);
  if (found) rmSync(path);
}
