import { Slices } from '../timing/turns.js';

/** So many characters or more make a piece. */
const PIECE_CHARACTERS = 256 * 1024;

/**
 * A text in the format of Prometheus, in pieces that are made, in slices, as they are read: that of thousands of devices has
 * tens of megabytes, of which a reader who does not go on holds one piece. It can be read several times. It is written letter
 * by letter as prom-client writes it, which keeps an object for each label of each line.
 */
export class Exposition implements AsyncIterable<string> {
  readonly #parts: Iterable<string>[] = [];

  /** `lines`: of each some lines, as `sampleLine` writes them; gone through each time the text is read. */
  gauge(name: string, help: string, lines: Iterable<string>): void {
    const start = this.#parts.length > 0 ? '\n' : '';
    this.#parts.push([`${start}# HELP ${name} ${help}\n# TYPE ${name} gauge\n`], lines);
  }

  /** Metrics as they are. */
  add(text: string): void {
    this.#parts.push([`\n${text}`]);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    const slices = new Slices();
    let piece = '';
    for (const part of this.#parts) {
      for (const some of part) {
        piece += some;
        if (piece.length >= PIECE_CHARACTERS) {
          yield piece;
          piece = '';
        }
        if (slices.isOver) await slices.next();
      }
    }
    if (piece !== '') yield piece;
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
