import { connect, type Socket } from 'node:net';
import { DomainError } from '../../../domain/errors.js';
import { type Command, type CommandResult, type Executor, TransportError } from '../../executor.js';
import type { Fault } from '../trouble/faults.js';
import type { HostNoise } from '../world/host-noise.js';
import type { Reinstallation } from '../world/reinstallation.js';
import type { HostsState } from '../world/state.js';
import { type HostAnswer, type HostRequest, LineReader } from './host-protocol.js';

interface Waiting {
  readonly host: string;
  resolve(answer: HostAnswer): void;
  reject(error: unknown): void;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Simulated hosts in another process, behind a unix socket. */
export class RemoteSimulatedHosts implements Executor {
  readonly #path: string;
  readonly #waiting = new Map<number, Waiting>();
  #socket: Socket | null = null;
  #nextId = 1;

  constructor(socketPath: string) {
    this.#path = socketPath;
  }

  async run(host: string, batch: readonly Command[], signal?: AbortSignal): Promise<readonly CommandResult[]> {
    if (signal?.aborted)
      throw new TransportError(host, `the commands for ${host} were given up before they began`, false);
    const id = this.#nextId;
    const answering = this.#ask({ method: 'run', host, batch }, host);
    const cancel = () => void this.#ask({ method: 'cancel', request: id }, host).catch(() => {}); // the run itself fails too
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await answering;
      if ('results' in answer) return answer.results;
      throw new TransportError(host, `${this.#path} gave an answer of another kind`, true);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async linkNames(manage: string, storage: string): Promise<void> {
    await this.#ask({ method: 'linkNames', manage, storage }, manage);
  }

  async awaitLeftovers(host: string): Promise<void> {
    await this.#ask({ method: 'awaitLeftovers', host }, host);
  }

  async setFaults(faults: readonly Fault[]): Promise<void> {
    await this.#ask({ method: 'setFaults', faults }, '');
  }

  async setHostUp(host: string, isUp: boolean): Promise<void> {
    await this.#ask({ method: 'setHostUp', host, isUp }, host);
  }

  async reinstall(host: string, options: Reinstallation = {}): Promise<void> {
    await this.#ask({ method: 'reinstall', host, options }, host);
  }

  async setNoise(host: string, noise: HostNoise | null): Promise<void> {
    await this.#ask({ method: 'setNoise', host, noise }, host);
  }

  async state(): Promise<HostsState> {
    const answer = await this.#ask({ method: 'state' }, '');
    if (!('state' in answer)) throw new Error(`${this.#path} gave an answer of another kind`);
    return answer.state;
  }

  /** How many commands have been run since the hosts' start. */
  async commandsRun(): Promise<number> {
    const answer = await this.#ask({ method: 'commandsRun' }, '');
    if (!('commandsRun' in answer)) throw new Error(`${this.#path} gave an answer of another kind`);
    return answer.commandsRun;
  }

  /** Resolves as soon as a fault of the kind `hold` holds a command. */
  async awaitHeld(): Promise<void> {
    await this.#ask({ method: 'awaitHeld' }, '');
  }

  /** Lets held commands and their batches go on, or end there. */
  async releaseHeld(goesOn: boolean): Promise<void> {
    await this.#ask({ method: 'releaseHeld', goesOn }, '');
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #ask(request: Unnumbered<HostRequest>, host: string): Promise<HostAnswer> {
    const id = this.#nextId++;
    return new Promise<HostAnswer>((resolve, reject) => {
      this.#waiting.set(id, { host, resolve, reject });
      this.#connected().write(`${JSON.stringify({ ...request, id })}\n`);
    });
  }

  #connected(): Socket {
    if (this.#socket) return this.#socket;
    const socket = connect(this.#path);
    const lines = new LineReader();
    let hasConnected = false;
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      hasConnected = true;
    });
    socket.on('data', (chunk: string) => {
      for (const line of lines.push(chunk)) this.#settle(JSON.parse(line) as HostAnswer);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { host, reject } of lost)
        reject(new TransportError(host, `no connection to the simulated hosts at ${this.#path}`, hasConnected));
    });
    this.#socket = socket;
    return socket;
  }

  #settle(answer: HostAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    this.#waiting.delete(answer.id);
    if ('transportError' in answer) {
      waiting.reject(new TransportError(waiting.host, answer.transportError.message, answer.transportError.mayHaveRun));
    } else if ('refusal' in answer) waiting.reject(new DomainError('invalid', answer.refusal));
    else waiting.resolve(answer);
  }
}
