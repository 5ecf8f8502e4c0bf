import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { CODES, type CsiCode } from '../../../src/csi/rpc/csi-error.js';
import { loadServices, type ServiceName } from '../../../src/csi/rpc/grpc-server.js';

const SERVICES = loadServices();
/** Far longer than any call takes; what hangs is told all the same. */
const DEADLINE_MS = 60_000;

/** A call that was refused. */
export class Refusal extends Error {
  readonly code: CsiCode | 'UNIMPLEMENTED' | 'OTHER';

  constructor({ code, details }: ServiceError) {
    const [known] = Object.entries(CODES).find(([, number]) => number === code) ?? [];
    super(details);
    this.code = (known as CsiCode | undefined) ?? (code === 12 ? 'UNIMPLEMENTED' : 'OTHER');
  }
}

/** An orchestrator: calls over the socket of a driver. Each call has a connection of its own, as drivers come and go. */
export class CsiClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  /** The answer; rejects with a Refusal. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are as the proto has them
  call(name: string, request: object = {}): Promise<any> {
    const service = serviceOf(name);
    const client = new SERVICES[service](`unix:${this.#socket}`, credentials.createInsecure()) as Client &
      Record<
        string,
        (request: object, options: object, done: (error: ServiceError | null, answer: unknown) => void) => void
      >;
    return new Promise((resolve, reject) => {
      client[name]?.(request, { deadline: Date.now() + DEADLINE_MS }, (error, answer) => {
        client.close();
        if (error) reject(new Refusal(error));
        else resolve(answer);
      });
    });
  }

  /** The code that a call without fields ends with, of which csi.proto need not know. */
  codeOfPath(path: string): Promise<string> {
    const client = new Client(`unix:${this.#socket}`, credentials.createInsecure());
    const nothing = (): Buffer => Buffer.alloc(0);
    return new Promise((resolve) => {
      client.makeUnaryRequest(path, nothing, nothing, {}, (error) => {
        client.close();
        resolve(error ? new Refusal(error).code : 'OK');
      });
    });
  }

  /** The code that a call ends with. */
  async codeOf(name: string, request: object): Promise<string> {
    return this.call(name, request).then(
      () => 'OK',
      (error: Refusal) => error.code,
    );
  }
}

function serviceOf(name: string): ServiceName {
  const found = (['Identity', 'Controller', 'Node'] as const).find((service) => name in SERVICES[service].service);
  if (!found) throw new Error(`csi.proto has no call ${name}`);
  return found;
}
