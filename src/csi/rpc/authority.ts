import type { Socket } from 'node:net';
import { Duplex, pipeline, Transform, type TransformCallback } from 'node:stream';

/*
 * Go's gRPC clients name the path of a unix socket as :authority (kubelets before 1.26, Nomad before 1.3, csi-sanity before
 * 5.1). That is none, and Node's HTTP/2 resets such streams (PROTOCOL_ERROR) with no way to be told otherwise. Nothing here
 * looks at the value, so another one takes its place before HTTP/2 reads it.
 */

/** What a client says first. */
const PREFACE_BYTES = 24;
const FRAME_HEAD_BYTES = 9;
/** As long as nobody has agreed on more. */
const MOST_FRAME_BYTES = 16_384;
const HEADERS = 0x01;
const FLAGS = { padded: 0x08, priority: 0x20 } as const;
const PRIORITY_BYTES = 5;

/** The index of :authority in HPACK's static table. */
const AUTHORITY = 1;
/**
 * One character, as a string of HPACK. An entry of its table is then never larger than the one that the client counts, so
 * what the client believes to be in the table still is, at the same place.
 */
const SUBSTITUTE = Buffer.from([1, 'x'.charCodeAt(0)]);

/** The connection of a client whose authorities are valid. */
export function withValidAuthorities(socket: Socket): Duplex {
  const mended = new AuthorityMender();
  // Both are destroyed with each other; how a connection ended is of no interest.
  pipeline(socket, mended, () => undefined);
  return Duplex.from({ readable: mended, writable: socket });
}

/** What a client sends, frame by frame, with other authorities. */
class AuthorityMender extends Transform {
  /** Bytes that pass as they are. */
  #passing = PREFACE_BYTES;
  #rest: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const passed = data.subarray(0, this.#passing);
      if (passed.length > 0) this.push(passed);
      this.#passing -= passed.length;
      data = data.subarray(passed.length);
      if (data.length < FRAME_HEAD_BYTES) break;
      const frameBytes = FRAME_HEAD_BYTES + data.readUIntBE(0, 3);
      if (data[3] !== HEADERS || frameBytes > FRAME_HEAD_BYTES + MOST_FRAME_BYTES) {
        this.#passing = frameBytes;
        continue;
      }
      if (data.length < frameBytes) break;
      this.push(mendFrame(data.subarray(0, frameBytes)));
      data = data.subarray(frameBytes);
    }
    this.#rest = data;
    done();
  }
}

/** A HEADERS frame. One that is malformed stays as it is: HTTP/2 refuses it. */
function mendFrame(frame: Buffer): Buffer {
  const flags = frame[4] ?? 0;
  const isPadded = (flags & FLAGS.padded) !== 0;
  const start = FRAME_HEAD_BYTES + (isPadded ? 1 : 0) + ((flags & FLAGS.priority) === 0 ? 0 : PRIORITY_BYTES);
  const end = frame.length - (isPadded ? (frame[FRAME_HEAD_BYTES] ?? 0) : 0);
  const value = findAuthority(new HpackReader(frame.subarray(start, Math.max(start, end))));
  if (value === null) return frame;
  const mended = Buffer.concat([frame.subarray(0, start + value.start), SUBSTITUTE, frame.subarray(start + value.end)]);
  mended.writeUIntBE(mended.length - FRAME_HEAD_BYTES, 0, 3);
  return mended;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The value of :authority, where it is spelled out; null: it is not, or is empty. Fields that begin with `:` come first. */
function findAuthority(reader: HpackReader): Span | null {
  for (let first = reader.peek(); first !== null; first = reader.peek()) {
    if ((first & 0x80) !== 0) {
      if (reader.integer(7) === null) return null;
      continue;
    }
    if ((first & 0xe0) === 0x20) {
      if (reader.integer(5) === null) return null; // the size of the table
      continue;
    }
    const name = reader.integer((first & 0x40) === 0 ? 4 : 6);
    if (name === null || (name === 0 && reader.string() === null)) return null;
    const value = reader.string();
    if (value === null) return null;
    if (name === AUTHORITY) return value.end - value.start > 1 ? value : null;
  }
  return null;
}

/** Integers and strings of RFC 7541; null where they go beyond the end. */
class HpackReader {
  readonly #block: Buffer;
  #at = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  /** The next byte, which stays the next. */
  peek(): number | null {
    return this.#block[this.#at] ?? null;
  }

  integer(prefixBits: number): number | null {
    const most = 2 ** prefixBits - 1;
    const first = this.#next();
    if (first === null) return null;
    let value = first & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.#next();
      if (byte === null) return null;
      value += (byte & 0x7f) * 2 ** shift;
      if ((byte & 0x80) === 0) return value;
    }
    return null;
  }

  /** With its length, whether it is coded by Huffman or not. */
  string(): Span | null {
    const start = this.#at;
    const length = this.integer(7);
    if (length === null || this.#at + length > this.#block.length) return null;
    this.#at += length;
    return { start, end: this.#at };
  }

  #next(): number | null {
    const byte = this.peek();
    this.#at++;
    return byte;
  }
}
