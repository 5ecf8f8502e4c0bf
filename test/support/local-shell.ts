import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { TransportError } from '../../src/executors/executor.js';
import type {
  Channel,
  ChannelEnd,
  ChannelListener,
  ChannelProvider,
  ChannelRequest,
} from '../../src/executors/shell/channel.js';
import { killSession } from './process-session.js';

/** Scripts of a plain user keep their locks below their home, which the test gives them. */
const NOBODY = 65_534;

/**
 * Channels to processes of this machine, without connection, login or sshd. As in a pod, a stdin is never ended, what
 * a host's name stands for may be replaced, and a program runs on when its channel is lost.
 */
export class LocalShell implements ChannelProvider {
  /** What stands before each program, as a login shell does. */
  loginShell: readonly string[] = [];
  /** Output is handed over in pieces of this size. */
  pieceBytes = 65_536;
  /** Why nothing is started. */
  refusal: Error | null = null;
  /** What `placeOf` fails with. */
  uncertainty: Error | null = null;
  /** Told of each request before anything else happens with it. */
  onOpen: () => void = () => undefined;
  opened = 0;
  readonly #homes: string[] = [];
  readonly #running = new Map<LocalChannel, string>();
  #waiting: LocalChannel[] = [];
  #delayed: LocalChannel[] = [];
  #isFull = false;
  #isSlow = false;

  constructor() {
    this.#moveIn();
  }

  /** The place of now, and the home of programs in it. */
  get place(): string {
    return this.#homes.at(-1) ?? '';
  }

  file(name: string): string {
    return join(this.place, name);
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  write(name: string): void {
    writeFileSync(this.file(name), '');
  }

  /** Requests wait for their turn until `free`. */
  fill(): void {
    this.#isFull = true;
  }

  free(): void {
    this.#isFull = false;
    for (const channel of this.#waiting.splice(0)) this.#send(channel);
  }

  /** Requests are on their way until `overtake` or `putBack`. */
  delay(): void {
    this.#isSlow = true;
  }

  /** What is on its way stays there, later requests don't: call what is returned for it to arrive, and to end. */
  overtake(): () => Promise<void> {
    this.#isSlow = false;
    const late = this.#delayed.splice(0);
    return async () => {
      for (const channel of late) this.#start(channel);
      await Promise.all(late.map(({ gone }) => gone));
    };
  }

  /** The host takes none of the requests that are on their way: they wait for `free`. */
  putBack(): void {
    this.#isSlow = false;
    for (const channel of this.#delayed.splice(0)) {
      this.#waiting.push(channel);
      channel.listener.onPutBack();
    }
  }

  /** Nobody hears of what runs or is on its way any more. */
  loseLinks(): void {
    for (const channel of [...this.#running.keys(), ...this.#delayed]) channel.lose('the link was lost');
  }

  /** All that runs is killed, and the host's name stands for something new, without a file. */
  replace(): void {
    const gone = this.place;
    this.#moveIn();
    for (const [channel, place] of this.#running) if (place === gone) channel.kill();
  }

  open(_host: string, request: ChannelRequest, listener: ChannelListener): Channel {
    this.opened++;
    this.onOpen();
    const channel = new LocalChannel(request, listener);
    if (this.#isFull) this.#waiting.push(channel);
    else this.#send(channel);
    return {
      get place() {
        return channel.place;
      },
      giveUp: () => {
        const isWaiting = this.#waiting.includes(channel);
        this.#waiting = this.#waiting.filter((other) => other !== channel);
        if (!isWaiting) channel.lose('it was given up');
        return isWaiting;
      },
    };
  }

  async placeOf(host: string): Promise<string> {
    if (this.uncertainty) throw new TransportError(host, this.uncertainty.message, true);
    return this.place;
  }

  close(): void {
    for (const channel of this.#running.keys()) channel.kill();
    for (const home of this.#homes) rmSync(home, { recursive: true, force: true });
  }

  #moveIn(): void {
    const home = mkdtempSync(join(tmpdir(), 'mortar-place-'));
    if (process.getuid?.() === 0) chownSync(home, NOBODY, NOBODY);
    this.#homes.push(home);
  }

  #send(channel: LocalChannel): void {
    channel.listener.onRequested();
    if (this.#isSlow) this.#delayed.push(channel);
    else this.#start(channel);
  }

  #start(channel: LocalChannel): void {
    const { refusal, place } = this;
    if (refusal) {
      queueMicrotask(() => channel.end({ kind: 'unborn', error: refusal }));
      return;
    }
    this.#running.set(channel, place);
    channel.start({
      place,
      loginShell: this.loginShell,
      pieceBytes: this.pieceBytes,
      isReplaced: () => place !== this.place,
    });
    void channel.gone.then(() => this.#running.delete(channel));
  }
}

interface Start {
  readonly place: string;
  readonly loginShell: readonly string[];
  readonly pieceBytes: number;
  readonly isReplaced: () => boolean;
}

class LocalChannel {
  readonly listener: ChannelListener;
  /** Nothing of the program holds its output any more. */
  readonly gone: Promise<void>;
  place: string | null = null;
  readonly #request: ChannelRequest;
  #child: ChildProcessByStdio<Writable, Readable, Readable> | null = null;
  #isOver = false;
  #leave: () => void = () => undefined;

  constructor(request: ChannelRequest, listener: ChannelListener) {
    this.#request = request;
    this.listener = listener;
    this.gone = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  start({ place, loginShell, pieceBytes, isReplaced }: Start): void {
    this.place = place;
    const [program = '', ...args] = [...loginShell, ...this.#request.argv];
    const child = spawn(program, args, {
      cwd: place,
      env: { PATH: process.env['PATH'], HOME: place },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true, // a session of its own, by which all of it can be found
      ...(process.getuid?.() === 0 && { uid: NOBODY, gid: NOBODY }),
    });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    if (this.#request.input !== null) child.stdin.write(this.#request.input);
    const pieces = (hand: (piece: Buffer) => void) => (chunk: Buffer) => {
      for (let at = 0; at < chunk.length && !this.#isOver; at += pieceBytes) hand(chunk.subarray(at, at + pieceBytes));
    };
    child.stdout.on(
      'data',
      pieces((piece) => this.listener.onStdout(piece)),
    );
    child.stderr.on(
      'data',
      pieces((piece) => this.listener.onStderr(piece)),
    );
    child.once('close', (code) => {
      this.#leave();
      const reason = 'what it ran in was replaced';
      this.end(isReplaced() ? { kind: 'unknown', reason } : { kind: 'exited', exitCode: code ?? 137 });
    });
  }

  end(end: ChannelEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.listener.onEnd(end);
  }

  lose(reason: string): void {
    queueMicrotask(() => this.end({ kind: 'unknown', reason }));
  }

  kill(): void {
    const pid = this.#child?.pid;
    if (pid !== undefined) killSession(pid);
  }
}
