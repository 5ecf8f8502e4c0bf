/** What stood before a marked line, and the event on it. */
export interface MarkedPart {
  /** Null when there was more of it than the limit. */
  readonly before: Buffer | null;
  readonly event: string;
}

/** Cuts a stream of bytes at lines `<mark>:<event>`, which may begin anywhere in a line. */
export class MarkSplitter {
  readonly #mark: Buffer;
  readonly #limitBytes: number;
  #body: Buffer[] = [];
  #bodyBytes = 0;
  #isOverLimit = false;
  /** Bytes that may be the begin of a mark, or a mark whose line has not ended. */
  #tail: Buffer = Buffer.alloc(0);

  constructor(mark: string, limitBytes: number) {
    this.#mark = Buffer.from(`${mark}:`);
    this.#limitBytes = limitBytes;
  }

  push(chunk: Buffer): readonly MarkedPart[] {
    const parts: MarkedPart[] = [];
    let rest = this.#tail.length > 0 ? Buffer.concat([this.#tail, chunk]) : chunk;
    for (;;) {
      const at = rest.indexOf(this.#mark);
      if (at < 0) {
        const kept = Math.min(rest.length, this.#mark.length - 1);
        this.#keep(rest.subarray(0, rest.length - kept));
        this.#tail = rest.subarray(rest.length - kept);
        return parts;
      }
      const newline = rest.indexOf(0x0a, at + this.#mark.length);
      this.#keep(rest.subarray(0, at));
      if (newline < 0) {
        this.#tail = rest.subarray(at);
        return parts;
      }
      parts.push({ before: this.#take(), event: rest.toString('utf8', at + this.#mark.length, newline) });
      rest = rest.subarray(newline + 1);
    }
  }

  /** What has come since the last marked line, at most `limit` bytes of it. */
  remainder(limit: number): string {
    return Buffer.concat([...this.#body, this.#tail])
      .subarray(0, limit)
      .toString('utf8');
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0 || this.#isOverLimit) return;
    this.#bodyBytes += bytes.length;
    if (this.#bodyBytes > this.#limitBytes) {
      this.#isOverLimit = true;
      this.#body = [];
    } else this.#body.push(bytes);
  }

  #take(): Buffer | null {
    const before = this.#isOverLimit ? null : Buffer.concat(this.#body);
    this.#body = [];
    this.#bodyBytes = 0;
    this.#isOverLimit = false;
    return before;
  }
}
