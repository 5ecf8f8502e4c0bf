import { Slices } from '../timing/turns.js';

/** So many characters or more make a piece. */
const PIECE_CHARACTERS = 256 * 1024;

/**
 * A text in the format of Prometheus that is made in slices, and sent in pieces: that of thousands of devices has tens of
 * megabytes. It is written letter by letter as prom-client writes it, which keeps an object for each label of each line.
 */
export class Exposition {
  readonly #pieces: Buffer[] = [];
  readonly #slices = new Slices();
  #text = '';

  /** `lines`: of each some lines, as `sampleLine` writes them. */
  async gauge(name: string, help: string, lines: Iterable<string>): Promise<void> {
    if (this.#pieces.length > 0 || this.#text !== '') this.#text += '\n';
    this.#text += `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    for (const some of lines) {
      this.#text += some;
      if (this.#text.length >= PIECE_CHARACTERS) this.#endPiece();
      if (this.#slices.isOver) await this.#slices.next();
    }
  }

  /** Metrics as they are. */
  add(text: string): void {
    this.#text += `\n${text}`;
  }

  /** UTF-8, in order. */
  pieces(): readonly Buffer[] {
    this.#endPiece();
    return this.#pieces;
  }

  #endPiece(): void {
    if (this.#text !== '') this.#pieces.push(Buffer.from(this.#text));
    this.#text = '';
  }
}

/** `labels`: as `labelsText` writes them. */
export function sampleLine(name: string, labels: string, value: number): string {
  return `${name}${labels} ${value}\n`;
}

/** In the order of the object, with the braces; '' without any. */
export function labelsText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const SPECIAL = /[\\\n"]/;

function escaped(value: string): string {
  if (!SPECIAL.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
}
