import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { startTimer } from '../timing/timers.js';

/** What waits for a slow reader; a pipe itself holds 64 KiB. */
const MAX_WAITING_BYTES = 256 * 1024;
const RETRY_MS = 50;

export interface SteadyOutputOptions {
  onDropped?(lines: number): void;
  /** The line that is written when writing works again after `lines` were dropped. */
  resumed?(lines: number): string;
}

/** Writes all of the bytes it can now, and throws like writeSync. */
type WriteNow = (bytes: Buffer) => number;

/**
 * Standard output or standard error as a server needs it: a reader that stalls, a closed pipe or a full disk never
 * block or end the process. Lines that can't be written are dropped and counted.
 */
export class SteadyOutput {
  readonly #writeNow: WriteNow;
  readonly #options: SteadyOutputOptions;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #dropped = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(fd: 1 | 2, options: SteadyOutputOptions = {}) {
    this.#writeNow = openForWriting(fd);
    this.#options = options;
  }

  write(line: string): void {
    this.#flush();
    if (this.#dropped > 0 && this.#waiting.length === 0) this.#resume();
    if (!this.#put(line)) this.#drop(1);
  }

  #resume(): void {
    const line = this.#options.resumed?.(this.#dropped);
    if (line === undefined || this.#put(line)) this.#dropped = 0;
  }

  /** False when the line is lost. */
  #put(line: string): boolean {
    const bytes = Buffer.from(line);
    if (this.#waiting.length > 0) return this.#keep(bytes);
    try {
      const written = this.#writeNow(bytes);
      return written === bytes.length || this.#keep(bytes.subarray(written), true);
    } catch (error) {
      return isBusy(error) && this.#keep(bytes);
    }
  }

  /** The rest of a line that was begun is kept in any case. */
  #keep(bytes: Buffer, isBegun = false): boolean {
    if (!isBegun && this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) return false;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    this.#timer ??= startTimer(() => this.#retry(), RETRY_MS).unref();
    return true;
  }

  #retry(): void {
    this.#timer = null;
    this.#flush();
    if (this.#waiting.length > 0) this.#timer = startTimer(() => this.#retry(), RETRY_MS).unref();
    else if (this.#dropped > 0) this.#resume();
  }

  #flush(): void {
    while (this.#waiting[0] !== undefined) {
      const bytes = this.#waiting[0];
      let written: number;
      try {
        written = this.#writeNow(bytes);
      } catch (error) {
        if (!isBusy(error)) this.#loseWaiting();
        return;
      }
      this.#waitingBytes -= written;
      if (written < bytes.length) this.#waiting[0] = bytes.subarray(written);
      else this.#waiting.shift();
    }
  }

  #loseWaiting(): void {
    const lines = this.#waiting.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#drop(lines);
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    this.#options.onDropped?.(lines);
  }
}

function isBusy(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EAGAIN';
}

/** Does not change the descriptor itself: other processes may share it, and expect that it blocks. */
function openForWriting(fd: 1 | 2): WriteNow {
  try {
    const kind = fstatSync(fd);
    if (kind.isSocket()) return toSocket(fd);
    // Both outputs may be one file with one position.
    if (!kind.isFIFO() && !kind.isCharacterDevice()) return (bytes) => writeSync(fd, bytes);
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    const own = openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
    return (bytes) => writeSync(own, bytes);
  } catch (error) {
    // A pipe of another user can't be opened again; one whose reader is gone never blocks.
    const isPipe = (error as NodeJS.ErrnoException).code === 'EACCES' && fstatSync(fd).isFIFO();
    return isPipe ? toSocket(fd) : (bytes) => writeSync(fd, bytes);
  }
}

/** Node's sockets do not block; what they hold back is bounded here. */
function toSocket(fd: number): WriteNow {
  const socket = new Socket({ fd, readable: false, writable: true });
  socket.unref();
  let failure: Error | null = null;
  socket.on('error', (error) => {
    failure = error;
  });
  return (bytes) => {
    if (failure !== null) throw failure;
    if (socket.writableLength > 0) throw Object.assign(new Error('busy'), { code: 'EAGAIN' });
    socket.write(bytes);
    return bytes.length;
  };
}
