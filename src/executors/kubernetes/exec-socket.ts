import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { Cluster, Credentials } from '../../kubernetes/cluster.js';
import { connectionTo, urlOf } from '../../kubernetes/http-exchange.js';
import { parseStatus, type StatusObject } from '../../kubernetes/status-object.js';
import { startInterval, startTimer } from '../../timing/timers.js';
import type { RefusedUpgrade } from './exec-refusal.js';
import type { KubernetesLimits } from './kubernetes-options.js';

export interface ExecRequest {
  readonly cluster: Cluster;
  readonly credentials: Credentials;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly argv: readonly string[];
  /**
   * Written to stdin, which is not ended: this protocol can't. It ends with the socket, which is all that a program
   * learns of that.
   */
  readonly input: string | null;
}

/** How it ended. Only a `status` says anything of the program; null: it was not understood. */
export type ExecEnd =
  | { readonly kind: 'status'; readonly status: StatusObject | null }
  | { readonly kind: 'refused'; readonly answer: RefusedUpgrade }
  /** The request has not gone over. */
  | { readonly kind: 'unsent'; readonly error: Error }
  | { readonly kind: 'lost'; readonly reason: string };

export interface ExecListener {
  onStdout(chunk: Buffer): void;
  onStderr(chunk: Buffer): void;
  /** Once, and last. */
  onEnd(end: ExecEnd): void;
}

/** Older ones tell no exit code, or end a stdin by closing everything; newer ones are not spoken everywhere. */
const PROTOCOL = 'v4.channel.k8s.io';
const STDIN = Buffer.of(0);
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const INPUT_BYTES = 32 * 1024;
/** A Status repeats the arguments. */
const MESSAGE_BYTES = 16 * 1024 * 1024;
const REFUSAL_BYTES = 64 * 1024;
const REFUSAL_MS = 5_000;
const UNANSWERED_PINGS = 3;

/** A program that is run in a container, on a WebSocket of its own. Closing it ends nothing there. */
export class ExecSocket {
  readonly #socket: WebSocket;
  readonly #listener: ExecListener;
  readonly #handshake: NodeJS.Timeout;
  #hasGone: boolean;
  #isOver = false;
  #unansweredPings = 0;
  #pings: NodeJS.Timeout | null = null;
  #failure: Error | null = null;

  constructor(request: ExecRequest, listener: ExecListener, limits: Pick<KubernetesLimits, 'handshakeMs' | 'pingMs'>) {
    const { cluster, credentials, input } = request;
    this.#listener = listener;
    this.#hasGone = credentials.connection.agent !== undefined; // what a proxy has passed on can't be known
    const url = urlOf(cluster, targetOf(request));
    const isPlain = url.protocol === 'http:';
    url.protocol = isPlain ? 'ws:' : 'wss:';
    const socket = new WebSocket(url, [PROTOCOL], {
      headers: credentials.headers,
      ...connectionTo(cluster, credentials),
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: MESSAGE_BYTES,
      finishRequest: (upgrade) => {
        upgrade.once('socket', (tcp) => tcp.once(isPlain ? 'connect' : 'secureConnect', () => (this.#hasGone = true)));
        upgrade.end();
      },
    });
    this.#socket = socket;
    const { handshakeMs, pingMs } = limits;
    this.#handshake = startTimer(
      () => this.#fail(`the API server did not answer within ${handshakeMs / 1000} s`),
      handshakeMs,
    );
    socket.once('open', () => this.#onOpen(input, pingMs));
    socket.on('message', (data: Buffer) => this.#onMessage(data));
    socket.on('pong', () => {
      this.#unansweredPings = 0;
    });
    socket.once('unexpected-response', (_request, response) => void this.#onRefused(response));
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    socket.once('close', () => this.#fail(this.#failure?.message || 'the connection was lost'));
  }

  /** The request may have reached the API server. */
  get hasGone(): boolean {
    return this.#hasGone;
  }

  giveUp(): void {
    this.#fail('it was given up');
  }

  #onOpen(input: string | null, pingMs: number): void {
    clearTimeout(this.#handshake);
    if (this.#isOver) return;
    this.#pings = startInterval(() => {
      if (this.#unansweredPings++ < UNANSWERED_PINGS) this.#socket.ping();
      else this.#fail(`nothing was heard from it for ${(UNANSWERED_PINGS * pingMs) / 1000} s`);
    }, pingMs).unref();
    const bytes = Buffer.from(input ?? '');
    for (let at = 0; at < bytes.length; at += INPUT_BYTES)
      this.#socket.send(Buffer.concat([STDIN, bytes.subarray(at, at + INPUT_BYTES)]));
  }

  #onMessage(data: Buffer): void {
    if (this.#isOver) return;
    this.#unansweredPings = 0;
    const body = data.subarray(1);
    if (data[0] === STATUS) this.#end({ kind: 'status', status: parseStatus(body.toString('utf8')) });
    else if (body.length === 0)
      return; // the first one only says that the socket is open
    else if (data[0] === STDOUT) this.#listener.onStdout(body);
    else if (data[0] === STDERR) this.#listener.onStderr(body);
  }

  async #onRefused(response: IncomingMessage): Promise<void> {
    clearTimeout(this.#handshake);
    const timer = startTimer(() => response.destroy(), REFUSAL_MS);
    const body = await readStart(response);
    clearTimeout(timer);
    const { statusCode: status = 0, headers } = response;
    this.#end({ kind: 'refused', answer: { status, contentType: headers['content-type'] ?? '', body } });
  }

  #fail(reason: string): void {
    if (this.#hasGone) this.#end({ kind: 'lost', reason });
    else this.#end({ kind: 'unsent', error: this.#failure ?? new Error(reason) });
  }

  #end(end: ExecEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#handshake);
    if (this.#pings) clearInterval(this.#pings);
    if (end.kind === 'status') this.#socket.close();
    else this.#socket.terminate();
    this.#listener.onEnd(end);
  }
}

function targetOf({ namespace, pod, container, argv }: ExecRequest): string {
  const parameters = [
    ['container', container],
    ...argv.map((word) => ['command', word]),
    ['stdin', 'true'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ['tty', 'false'], // a terminal loses output
  ].map((pair) => pair.map(encodeURIComponent).join('='));
  const path = ['api', 'v1', 'namespaces', namespace, 'pods', pod, 'exec'].map(encodeURIComponent).join('/');
  return `/${path}?${parameters.join('&')}`;
}

/** As much of a body as came, at most `REFUSAL_BYTES`. */
async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > REFUSAL_BYTES) break;
    }
  } catch {
    // It broke off: what has come may tell enough.
  }
  return Buffer.concat(chunks).subarray(0, REFUSAL_BYTES).toString('utf8');
}
