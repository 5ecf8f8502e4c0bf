/** Of a whole line; one that a disk or a reader is given at once. */
const MAX_LINE_CHARACTERS = 16 * 1024;
const HEAD_CHARACTERS = 3 * 1024;
/** Where the reason stands in what programs print, and the place in a stack. */
const TAIL_CHARACTERS = 1024;
const MAX_ENTRIES = 100;

/**
 * A line of JSON whose texts are cut when it is too long: hosts, clients and errors say as much as they like. Secrets
 * have been taken out of it, so that no cut can split one.
 */
export function boundedLine(line: string): string {
  if (line.length <= MAX_LINE_CHARACTERS) return line;
  return `${JSON.stringify(new Cutter().cut(JSON.parse(line)))}\n`;
}

class Cutter {
  /** Characters that may still be written. */
  #left = MAX_LINE_CHARACTERS;

  cut(value: unknown): unknown {
    if (typeof value === 'string') return this.#text(value);
    if (typeof value !== 'object' || value === null) {
      this.#left -= String(value).length;
      return value;
    }
    return Array.isArray(value) ? this.#list(value) : this.#object(value);
  }

  #text(text: string): string {
    const isShort = text.length <= HEAD_CHARACTERS + TAIL_CHARACTERS;
    if (isShort && text.length <= this.#left) {
      this.#left -= text.length;
      return text;
    }
    const head = text.slice(0, Math.min(HEAD_CHARACTERS, Math.max(0, this.#left - TAIL_CHARACTERS)));
    const tail = this.#left < TAIL_CHARACTERS ? '' : text.slice(-TAIL_CHARACTERS);
    this.#left -= head.length + tail.length;
    return `${head}[${text.length - head.length - tail.length} characters cut]${tail}`;
  }

  #list(list: readonly unknown[]): readonly unknown[] {
    const kept: unknown[] = [];
    for (const item of list) {
      if (!this.#hasRoom(kept.length)) return [...kept, cutEntries(list.length - kept.length)];
      kept.push(this.cut(item));
    }
    return kept;
  }

  /** The message comes last in a line, and is worth more than the fields before it. */
  #object(object: object): Record<string, unknown> {
    const entries = Object.entries(object);
    const kept = new Map<string, unknown>();
    const msg = entries.find(([name]) => name === 'msg')?.[1];
    const keptMessage = msg === undefined ? undefined : this.cut(msg);
    for (const [name, value] of entries) {
      if (!this.#hasRoom(kept.size)) {
        kept.set('cut', cutEntries(entries.length - kept.size));
        break;
      }
      kept.set(this.#text(name), name === 'msg' ? keptMessage : this.cut(value));
    }
    if (keptMessage !== undefined) kept.set('msg', keptMessage);
    return Object.fromEntries(kept);
  }

  #hasRoom(entries: number): boolean {
    return entries < MAX_ENTRIES && this.#left > 0;
  }
}

function cutEntries(count: number): string {
  return `[${count} entries cut]`;
}
