/** An event of a watch holds one object, which etcd bounds to 1.5 MiB. */
const LINE_BYTES = 8 * 1024 * 1024;

/** Cuts a stream of bytes into lines, and reads each as JSON. */
export class JsonLines {
  #tail: Buffer[] = [];
  #tailBytes = 0;

  /** The values whose lines are complete now. Throws for a line that is no JSON, or endless. */
  push(chunk: Buffer): readonly unknown[] {
    const values: unknown[] = [];
    let rest = chunk;
    for (let at = rest.indexOf(0x0a); at >= 0; at = rest.indexOf(0x0a)) {
      this.#keep(rest.subarray(0, at));
      const line = Buffer.concat(this.#tail).toString('utf8');
      this.#tail = [];
      this.#tailBytes = 0;
      if (line.trim() !== '') values.push(JSON.parse(line) as unknown);
      rest = rest.subarray(at + 1);
    }
    this.#keep(rest);
    return values;
  }

  #keep(bytes: Buffer): void {
    this.#tailBytes += bytes.length;
    if (this.#tailBytes > LINE_BYTES) throw new Error(`a line is longer than ${LINE_BYTES} bytes`);
    this.#tail.push(bytes);
  }
}
