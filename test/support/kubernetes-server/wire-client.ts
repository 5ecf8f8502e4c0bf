import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A frame as the server sent it. */
export interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Buffer;
}

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface WireAnswer {
  readonly code: number;
  readonly reason: string;
  /** In the server's spelling and order. */
  readonly headers: readonly (readonly [string, string])[];
}

export const OPCODES = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Speaks HTTP and WebSocket by itself, so that tests see what a library would hide. */
export class WireClient {
  readonly frames: Frame[] = [];
  /** After the answer's head, where it is no upgrade. */
  body = '';
  answer: WireAnswer | null = null;
  /** The server has ended the connection. */
  isEnded = false;
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #waiting: (() => void)[] = [];

  constructor(port: number, { method, path, headers }: WireRequest) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.isEnded = true;
      this.#notify();
    });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.#socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  }

  /** Resolves when this is so. */
  async until(isSo: (client: WireClient) => boolean): Promise<void> {
    while (!isSo(this)) {
      if (this.isEnded) throw new Error(`the connection ended: ${JSON.stringify(this.answer)} ${this.body}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.isEnded) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  send(opcode: number, payload: Buffer): void {
    const mask = randomBytes(4);
    const masked = payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0));
    this.#socket.write(Buffer.concat([Buffer.of(0x80 | opcode, ...lengthBytes(payload.length)), mask, masked]));
  }

  /** On a channel of exec. */
  sendMessage(channel: number, message: string): void {
    this.send(OPCODES.binary, Buffer.concat([Buffer.of(channel), Buffer.from(message)]));
  }

  /** What came on this channel of exec, in one piece. */
  outputBytes(channel: number): Buffer {
    const pieces = this.frames.filter(({ opcode, payload }) => opcode === OPCODES.binary && payload[0] === channel);
    return Buffer.concat(pieces.map(({ payload }) => payload.subarray(1)));
  }

  output(channel: number): string {
    return this.outputBytes(channel).toString('utf8');
  }

  /** Cuts the connection without a close frame. */
  destroy(): void {
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (!this.answer) this.#readHead();
    if (this.answer?.code === 101) this.#readFrames();
    else if (this.answer) {
      this.body += this.#received.toString('utf8');
      this.#received = Buffer.alloc(0);
    }
    this.#notify();
  }

  #readHead(): void {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [first = '', ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n');
    const [, code, ...reason] = first.split(' ');
    const headers = lines.map((line): readonly [string, string] => {
      const at = line.indexOf(':');
      return [line.slice(0, at), line.slice(at + 1).trim()];
    });
    this.answer = { code: Number(code), reason: reason.join(' '), headers };
    this.#received = this.#received.subarray(end + 4);
  }

  #readFrames(): void {
    for (let frame = this.#nextFrame(); frame; frame = this.#nextFrame()) {
      this.frames.push(frame);
      // A close frame is answered.
      if (frame.opcode === OPCODES.close) this.send(OPCODES.close, frame.payload);
    }
  }

  #nextFrame(): Frame | null {
    const data = this.#received;
    if (data.length < 2) return null;
    const short = (data[1] ?? 0) & 0x7f;
    const start = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (data.length < start) return null;
    const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
    if (data.length < start + length) return null;
    this.#received = data.subarray(start + length);
    const first = data[0] ?? 0;
    return { opcode: first & 0x0f, isFinal: first >= 0x80, payload: data.subarray(start, start + length) };
  }

  #notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

/** Of a masked frame. */
function lengthBytes(length: number): Buffer {
  if (length < 126) return Buffer.of(0x80 | length);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 9);
  bytes[0] = 0x80 | (length < 65_536 ? 126 : 127);
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}
