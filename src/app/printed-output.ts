import type { Writable } from 'node:stream';

/** Standard output of a command. That it takes nothing is nobody's defect, and is told when the command has ended. */
export class PrintedOutput {
  readonly #stream: Writable;
  #failure: Error | null = null;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  print(text: string): void {
    this.#stream.write(text);
  }

  /** Why something of what was printed is lost; null when all of it is out. */
  async failure(): Promise<Error | null> {
    // A stream tells of its failures in a later turn than it ends a write in.
    await new Promise<void>((done) => this.#stream.write('', () => setImmediate(done)));
    return this.#failure;
  }
}
