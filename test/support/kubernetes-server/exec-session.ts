import type { Duplex, Readable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { NotStartedError, type Program } from './container.js';
import { type ExecStatus, exitStatus, notStartedStatus } from './exec-answers.js';
import type { ExecFault } from './exec-faults.js';
import type { ExecProtocol } from './exec-protocol.js';
import type { ExecTarget } from './exec-target.js';

/** One read of a pipe brings no more. */
const MAX_PIECE_BYTES = 32_768;

/** A runtime refuses late enough for its client to have seen the answer 101 by itself. */
const REFUSAL_MS = 15;

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;

export interface ExecConnection {
  readonly webSocket: WebSocket;
  /** What it goes over. */
  readonly socket: Duplex;
  readonly protocol: ExecProtocol;
}

/** A program in a container and the client that hears of it, from the answer 101 on. */
export class ExecSession {
  readonly target: ExecTarget;
  readonly #webSocket: WebSocket;
  readonly #socket: Duplex;
  readonly #protocol: ExecProtocol;
  readonly #fault: ExecFault | null;
  readonly #pieceBytes: number;
  #program: Program | null = null;
  /** Input that came before the program was there to read it. */
  readonly #early: Buffer[] = [];
  /** Resolves when it is not held any more. */
  #flow: Promise<void> = Promise.resolve();
  #release: (() => void) | null = null;
  readonly #unsent: { readonly channel: number; readonly message: Buffer }[] = [];
  #isLeft = false;
  #tellLeft: () => void = () => undefined;
  readonly #left = new Promise<null>((resolve) => {
    this.#tellLeft = () => resolve(null);
  });

  /** `pieceBytes`: output goes over in pieces of at most this size. */
  constructor(target: ExecTarget, connection: ExecConnection, fault: ExecFault | null, pieceBytes: number) {
    this.target = target;
    this.#webSocket = connection.webSocket;
    this.#socket = connection.socket;
    this.#protocol = connection.protocol;
    this.#fault = fault;
    this.#pieceBytes = Math.min(pieceBytes, MAX_PIECE_BYTES);
    this.#webSocket.on('error', () => undefined);
    this.#webSocket.on('message', (data) => this.#receive(data));
    this.#webSocket.on('close', () => this.#leave());
    this.#webSocket.on('ping', (data) => {
      if (fault?.kind !== 'no pongs') this.#webSocket.pong(data);
    });
  }

  /** Until the program has ended, or its client has left. `onStart` is called when it runs. */
  async run(onStart: () => void): Promise<void> {
    this.#send(this.#openChannel, Buffer.alloc(0));
    if (this.#fault?.kind === 'cut before start') return this.cut();
    const { argv, stdin } = this.target;
    try {
      this.#program = await this.target.runtime.start(argv, stdin);
    } catch (error) {
      if (!(error instanceof NotStartedError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, REFUSAL_MS));
      return this.#end(notStartedStatus(error.message, error.stage));
    }
    for (const input of this.#early.splice(0)) this.#program.stdin.write(input);
    this.#carry(this.#program.stdout, STDOUT, this.target.stdout);
    this.#carry(this.#program.stderr, STDERR, this.target.stderr);
    if (this.#isLeft) this.#leave();
    if (this.#release) this.#pauseProgram();
    onStart();
    if (this.#fault?.kind === 'cut at start') this.cut();
    const end = await Promise.race([this.#program.ended, this.#left]);
    if (end === null) return;
    if (end.kind === 'cut') return this.cut();
    await this.#end(exitStatus(argv, end.exitCode));
  }

  /** Nothing goes over in either direction, though the connection stays, until `resume`. */
  hold(): void {
    if (this.#release) return;
    this.#flow = new Promise((resolve) => {
      this.#release = resolve;
    });
    this.#webSocket.pause();
    this.#pauseProgram();
  }

  resume(): void {
    this.#release?.();
    this.#release = null;
    for (const { channel, message } of this.#unsent.splice(0)) this.#send(channel, message);
    if (this.#isLeft) return;
    this.#webSocket.resume();
    this.#program?.stdout.resume();
    this.#program?.stderr.resume();
  }

  /** A bare FIN: no status, no close frame. The program runs on. */
  cut(): void {
    this.#socket.end();
    this.#leave();
  }

  /** Without a FIN that anybody would wait for: the server itself is gone. */
  destroy(): void {
    this.#socket.destroy();
    this.#leave();
  }

  get #openChannel(): number {
    if (this.target.stdout) return STDOUT;
    return this.target.stderr ? STDERR : STATUS;
  }

  #carry(output: Readable, channel: number, isWanted: boolean): void {
    output.on('data', (chunk: Buffer) => {
      for (let at = 0; isWanted && at < chunk.length; at += this.#pieceBytes)
        this.#send(channel, chunk.subarray(at, at + this.#pieceBytes));
    });
  }

  #receive(data: RawData): void {
    const message = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer);
    if (!this.target.stdin || message[0] !== STDIN || message.length === 1) return;
    if (this.#program) this.#program.stdin.write(message.subarray(1));
    else this.#early.push(message.subarray(1));
  }

  #send(channel: number, message: Buffer): void {
    // Node reads on from a program that has ended, also when it is paused.
    if (this.#release) this.#unsent.push({ channel, message });
    else if (!this.#isLeft && this.#webSocket.readyState === this.#webSocket.OPEN)
      this.#protocol.send(this.#webSocket, channel, message);
  }

  async #end(status: ExecStatus): Promise<void> {
    await this.#flow;
    const fault = this.#fault;
    if (fault?.kind === 'cut before status') return this.cut();
    if (fault?.kind === 'silent before status') return;
    const said = fault?.kind === 'status' ? { object: fault.object, plain: null } : status;
    const text = this.#protocol.statusText(said);
    if (text !== null && fault?.kind !== 'closed before status') this.#send(STATUS, Buffer.from(text));
    if (!this.#isLeft) this.#webSocket.close(1000);
  }

  /** The program gets no signal: its input ends, and nobody reads its output any more. */
  #leave(): void {
    this.#isLeft = true;
    this.#tellLeft();
    this.#release?.();
    this.#program?.stdin.end();
    this.#pauseProgram();
  }

  #pauseProgram(): void {
    this.#program?.stdout.pause();
    this.#program?.stderr.pause();
  }
}
