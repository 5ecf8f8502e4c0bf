import { JsonFloat, type JsonObject, type JsonValue, setMember } from './json-value.js';

/** Deeper documents are refused: they serve only to exhaust the stack. */
const MAX_DEPTH = 1000;
/** How much a document may hold; everything when not given. */
export interface JsonLimits {
  /** Of all kinds, nested ones included. */
  readonly maxValues?: number;
}

/** The time to read an integer grows with the square of its length. */
const MAX_NUMBER_CHARACTERS = 1000;

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const HEX4 = /^[0-9a-fA-F]{4}$/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BLANK = 0x20;
const SHORT_ESCAPES = '"\\/bfnrt';

class Parser {
  readonly #text: string;
  readonly #maxValues: number;
  #values = 0;
  #at = 0;

  constructor(text: string, { maxValues = Number.POSITIVE_INFINITY }: JsonLimits = {}) {
    this.#text = text;
    this.#maxValues = maxValues;
  }

  document(): JsonValue {
    const value = this.#value(0);
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail('unexpected text after the document');
    return value;
  }

  /** The first value; what stands behind it is not looked at. */
  first(): JsonValue {
    return this.#value(0);
  }

  #fail(reason: string): never {
    throw new SyntaxError(`${reason} at position ${this.#at}`);
  }

  #failHere(): never {
    const codePoint = this.#text.codePointAt(this.#at);
    if (codePoint === undefined) this.#fail('unexpected end of JSON input');
    this.#fail(`unexpected character ${JSON.stringify(String.fromCodePoint(codePoint))}`);
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  #value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) this.#fail(`nested deeper than ${MAX_DEPTH} levels`);
    this.#values += 1;
    if (this.#values > this.#maxValues) this.#fail(`more than ${this.#maxValues} values`);
    this.#skipBlanks();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #word<T extends boolean | null>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#failHere();
    this.#at += word.length;
    return value;
  }

  #number(): JsonValue {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) this.#failHere();
    const literal = match[0];
    if (literal.length > MAX_NUMBER_CHARACTERS) this.#fail(`number of more than ${MAX_NUMBER_CHARACTERS} characters`);
    this.#at += literal.length;
    if (match[1] !== undefined || match[2] !== undefined) return new JsonFloat(literal);
    const value = Number(literal);
    if (!Number.isSafeInteger(value)) return BigInt(literal);
    return value === 0 ? 0 : value; // "-0" is an integer literal, and integers have one zero
  }

  #string(): string {
    const start = this.#at;
    let hasEscapes = false;
    this.#at += 1;
    for (;;) {
      this.#skipPlainCharacters();
      const character = this.#text[this.#at];
      if (character === '"') break;
      if (character !== '\\') this.#failHere();
      this.#skipEscape();
      hasEscapes = true;
    }
    this.#at += 1;
    const literal = this.#text.slice(start, this.#at);
    // Half a surrogate pair is not a character; the original puts the replacement character in its place.
    return hasEscapes ? (JSON.parse(literal) as string).toWellFormed() : literal.slice(1, -1);
  }

  #skipEscape(): void {
    this.#at += 1;
    const kind = this.#text[this.#at];
    if (kind === 'u') {
      if (!HEX4.test(this.#text.slice(this.#at + 1, this.#at + 5))) this.#fail('bad \\u escape');
      this.#at += 5;
    } else if (kind !== undefined && SHORT_ESCAPES.includes(kind)) {
      this.#at += 1;
    } else this.#failHere();
  }

  #skipPlainCharacters(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      // The comparison is false at the end, too, where the code is NaN.
      if (!(code >= BLANK) || code === QUOTE || code === BACKSLASH) return;
      this.#at += 1;
    }
  }

  #array(depth: number): readonly JsonValue[] {
    const result: JsonValue[] = [];
    this.#at += 1;
    this.#skipBlanks();
    if (this.#text[this.#at] === ']') {
      this.#at += 1;
      return result;
    }
    for (;;) {
      result.push(this.#value(depth + 1));
      if (this.#endsAfterSeparator(']')) return result;
    }
  }

  #object(depth: number): JsonObject {
    const result: Record<string, JsonValue> = {};
    this.#at += 1;
    this.#skipBlanks();
    if (this.#text[this.#at] === '}') {
      this.#at += 1;
      return result;
    }
    for (;;) {
      this.#skipBlanks();
      if (this.#text[this.#at] !== '"') this.#failHere();
      const key = this.#string();
      this.#skipBlanks();
      if (this.#text[this.#at] !== ':') this.#failHere();
      this.#at += 1;
      const value = this.#value(depth + 1);
      if (Object.hasOwn(result, key)) delete result[key]; // the last duplicate counts, in its place
      setMember(result, key, value);
      if (this.#endsAfterSeparator('}')) return result;
    }
  }

  #endsAfterSeparator(end: string): boolean {
    this.#skipBlanks();
    const character = this.#text[this.#at];
    if (character !== ',' && character !== end) this.#failHere();
    this.#at += 1;
    return character === end;
  }
}

/**
 * Reads one strict JSON document. Throws SyntaxError, with the position, for anything else.
 * Of duplicate keys the last one counts and stands where it was last; keys that differ in case are different keys.
 */
export function parseJson(text: string, limits?: JsonLimits): JsonValue {
  return new Parser(text, limits).document();
}

/** Reads the first document of a text, and leaves what stands behind it unread. */
export function parseFirstJson(text: string): JsonValue {
  return new Parser(text).first();
}
