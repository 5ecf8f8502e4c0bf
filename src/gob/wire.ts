import { isUtf8 } from 'node:buffer';

/** Bytes that are no gob stream, or none of what is expected. */
export class GobError extends Error {}

/** An integer of 64 bits: a bigint only where a number can't hold it. */
export type Integer = number | bigint;

/** The numbers and texts of a gob stream, from message to message. Never reads beyond the message it is in. */
export class Wire {
  readonly #bytes: Buffer;
  #at = 0;
  /** Where the message ends; the bytes' own end between messages. */
  #end: number;
  #isInMessage = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Bytes of the message that are left. */
  get left(): number {
    return this.#end - this.#at;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  get position(): number {
    return this.#at;
  }

  /** Goes into the next message. */
  beginMessage(): void {
    if (this.#isInMessage && this.left > 0) throw new GobError(`${this.left} bytes of a message are left over`);
    this.#end = this.#bytes.length;
    this.#isInMessage = false;
    if (this.isAtEnd) throw new GobError('it ends too early');
    const length = this.count();
    this.#end = this.#at + length;
    this.#isInMessage = true;
  }

  unsigned(): Integer {
    const first = this.#byte();
    if (first < 0x80) return first;
    const length = 0x100 - first;
    if (length > 8) throw new GobError(`an integer of ${length} bytes`);
    const at = this.#take(length);
    if (length <= 6) return this.#bytes.readUIntBE(at, length);
    let value = 0n;
    for (let i = 0; i < length; i++) value = (value << 8n) | BigInt(this.#bytes[at + i] ?? 0);
    return smallest(value);
  }

  signed(): Integer {
    const value = this.unsigned();
    if (typeof value === 'number' && value < 2 ** 48) {
      return value % 2 === 1 ? -(value - 1) / 2 - 1 : value / 2;
    }
    const bits = BigInt(value);
    return smallest(bits & 1n ? ~(bits >> 1n) : bits >> 1n);
  }

  /** How many things of at least one byte follow: more than there are bytes for are refused. */
  count(): number {
    const value = this.unsigned();
    if (typeof value === 'bigint' || value > this.left)
      throw new GobError(`${value} bytes or elements where ${this.left} bytes are left`);
    return value;
  }

  flag(): boolean {
    const value = this.unsigned();
    if (value !== 0 && value !== 1) throw new GobError(`${value} where true (1) or false (0) is expected`);
    return value === 1;
  }

  /** A float64 with its bytes reversed, as an integer. */
  float(): number {
    const bits = Buffer.alloc(8);
    bits.writeBigUInt64BE(BigInt(this.unsigned()));
    return bits.readDoubleLE(0);
  }

  text(): string {
    const length = this.count();
    const at = this.#take(length);
    const bytes = this.#bytes.subarray(at, at + length);
    if (!isUtf8(bytes)) throw new GobError('a text that is not UTF-8');
    return bytes.toString();
  }

  skipBytes(): void {
    this.#take(this.count());
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  /** Answers where the bytes are. */
  #take(length: number): number {
    if (length > this.left) throw new GobError('it ends too early');
    const at = this.#at;
    this.#at += length;
    return at;
  }
}

function smallest(value: bigint): Integer {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
