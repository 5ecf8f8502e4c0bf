import { StringDecoder } from 'node:string_decoder';
import type { JsonValue } from './json-value.js';
import { parseJson } from './parse-json.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BLANK = 0x20;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A value is kept whole until it is read. */
const LONGEST_VALUE = 256 * 1024 * 1024;

/**
 * Reads a strict JSON document as it comes, so that of a long list no more is kept than the value at hand: the one who reads
 * goes into objects and arrays, and takes what is in them as values. Throws SyntaxError for anything else, with the position.
 */
export class JsonCursor {
  readonly #pieces: AsyncIterator<Buffer>;
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #at = 0;
  /** Characters of the pieces before. */
  #before = 0;
  /** Of the objects and arrays that the cursor is in, whether something of them has been read. */
  readonly #begun: boolean[] = [];

  constructor(pieces: AsyncIterable<Buffer>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Goes into the object that comes next; `nextMember` leaves it. */
  beginObject(): Promise<void> {
    return this.#begin('{');
  }

  /** The name of the next member, whose value comes next; null: there is none, and the object is left. */
  async nextMember(): Promise<string | null> {
    if (!(await this.#goesOn('}'))) return null;
    const name = await this.value();
    if (typeof name !== 'string') this.#fail('expected the name of a member');
    await this.#take(':');
    return name;
  }

  /** Goes into the array that comes next; `nextElement` leaves it. */
  beginArray(): Promise<void> {
    return this.#begin('[');
  }

  /** Whether there is another element, which comes next; if not, the array is left. */
  nextElement(): Promise<boolean> {
    return this.#goesOn(']');
  }

  /** The value that comes next, with everything in it. */
  async value(): Promise<JsonValue> {
    await this.#look();
    const from = this.#before + this.#at;
    const search = new EndOfValue();
    let text = '';
    for (;;) {
      const end = search.continue(this.#text, this.#at);
      text += this.#text.slice(this.#at, end ?? this.#text.length);
      if (text.length > LONGEST_VALUE) this.#fail(`a value of more than ${LONGEST_VALUE} characters`);
      this.#at = end ?? this.#text.length;
      if (end !== null || !(await this.#nextPiece())) break;
    }
    try {
      return parseJson(text);
    } catch (error) {
      throw new SyntaxError(`${(error as Error).message} of the value at ${from}`, { cause: error });
    }
  }

  /** Nothing may follow. */
  async end(): Promise<void> {
    if ((await this.#look()) !== '') this.#fail('unexpected text after the document');
  }

  async #begin(bracket: string): Promise<void> {
    await this.#take(bracket);
    this.#begun.push(false);
  }

  async #goesOn(closing: string): Promise<boolean> {
    if ((await this.#look()) === closing) {
      this.#at += 1;
      this.#begun.pop();
      return false;
    }
    if (this.#begun.at(-1) === true) await this.#take(',');
    this.#begun[this.#begun.length - 1] = true;
    return true;
  }

  async #take(character: string): Promise<void> {
    if ((await this.#look()) !== character) this.#fail(`expected ${character}`);
    this.#at += 1;
  }

  /** The next character that is no blank, '' at the end. */
  async #look(): Promise<string> {
    for (;;) {
      while (isBlank(this.#text.charCodeAt(this.#at))) this.#at += 1;
      if (this.#at < this.#text.length) return this.#text[this.#at] as string;
      if (!(await this.#nextPiece())) return '';
    }
  }

  async #nextPiece(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    const text = done === true ? this.#decoder.end() : this.#decoder.write(value);
    if (done === true && text === '') return false;
    this.#before += this.#text.length;
    this.#text = text;
    this.#at = 0;
    return true;
  }

  #fail(reason: string): never {
    throw new SyntaxError(`${reason} at position ${this.#before + this.#at}`);
  }
}

/** Finds where a value ends whose text comes in pieces. What is in it is looked at by whoever reads it. */
class EndOfValue {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** The index behind its last character; null when it goes on in the next piece. */
  continue(text: string, from: number): number | null {
    for (let i = from; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (code === BACKSLASH) this.#isEscaped = true;
        else if (code === QUOTE) {
          this.#isInString = false;
          if (this.#depth === 0) return i + 1;
        }
      } else if (code === QUOTE) this.#isInString = true;
      else if (code === OPEN_OBJECT || code === OPEN_ARRAY) this.#depth += 1;
      else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
        if (this.#depth === 0) return i;
        this.#depth -= 1;
        if (this.#depth === 0) return i + 1;
      } else if (this.#depth === 0 && (code === COMMA || isBlank(code))) return i;
    }
    return null;
  }
}

function isBlank(code: number): boolean {
  return code === BLANK || code === 0x0a || code === 0x0d || code === 0x09;
}
