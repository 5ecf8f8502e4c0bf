import { DomainError } from '../domain/errors.js';
import { JsonFloat } from '../json/json-value.js';

/** Counters are unsigned 64-bit, sizes signed. */
const LEAST = -(2n ** 63n);
const GREATEST = 2n ** 64n - 1n;

/**
 * One JSON object of an exported database, read as the original reads it: keys in any case, the last duplicate wins,
 * unknown ones are ignored, missing ones and null are zero. A value of the wrong kind refuses the whole document.
 */
export class Document {
  readonly path: string;
  readonly #members: ReadonlyMap<string, unknown>;

  constructor(value: unknown, path: string) {
    this.path = path;
    const members = new Map<string, unknown>();
    for (const [key, member] of Object.entries(asObject(value, path))) members.set(key.toLowerCase(), member);
    this.#members = members;
  }

  object(name: string): Document {
    return new Document(this.#get(name), this.#pathOf(name));
  }

  /** The entries of a map whose keys are data: ids, tag names. */
  entries(name: string): readonly (readonly [string, unknown])[] {
    return Object.entries(asObject(this.#get(name), this.#pathOf(name)));
  }

  list(name: string): readonly Document[] {
    return this.#array(name).map((item, index) => new Document(item, `${this.#pathOf(name)}[${index}]`));
  }

  text(name: string): string {
    return asText(this.#get(name), this.#pathOf(name));
  }

  texts(name: string): readonly string[] {
    return this.#array(name).map((item, index) => asText(item, `${this.#pathOf(name)}[${index}]`));
  }

  /** Null stays null. */
  optionalTexts(name: string): readonly string[] | null {
    return this.#get(name) === null ? null : this.texts(name);
  }

  textMap(name: string): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.entries(name).map(([key, value]) => [key, asText(value, `${this.#pathOf(name)}.${key}`)]),
    );
  }

  flag(name: string): boolean {
    const value = this.#get(name) ?? false;
    if (typeof value !== 'boolean') throw wrong(this.#pathOf(name), 'true or false', value);
    return value;
  }

  integer(name: string): number | bigint {
    const value = this.#get(name) ?? 0;
    if (typeof value === 'bigint' && value >= LEAST && value <= GREATEST) return value;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw wrong(this.#pathOf(name), 'an integer of 64 bits', value);
  }

  /** An integer that can't be negative: sizes and counters of devices and bricks. */
  counter(name: string): number | bigint {
    const value = this.integer(name);
    if (value < 0) throw wrong(this.#pathOf(name), 'an integer from 0 on', value);
    return value;
  }

  /** As the nearest of single precision, which is what the original keeps. */
  float(name: string): number {
    const value = this.optionalFloat(name) ?? 0;
    const nearest = Math.fround(value);
    if (!Number.isFinite(nearest)) throw wrong(this.#pathOf(name), 'a number of single precision', value);
    return nearest;
  }

  optionalFloat(name: string): number | null {
    const value = this.#get(name);
    if (value === null) return null;
    const number = numberOf(value);
    if (number === null || !Number.isFinite(number)) throw wrong(this.#pathOf(name), 'a number', value);
    return number;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name) as T;
    if (!choices.includes(value)) {
      throw wrong(this.#pathOf(name), `one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`, value);
    }
    return value;
  }

  #get(name: string): unknown {
    return this.#members.get(name.toLowerCase()) ?? null;
  }

  #array(name: string): readonly unknown[] {
    const value = this.#get(name) ?? [];
    if (!Array.isArray(value)) throw wrong(this.#pathOf(name), 'a list', value);
    return value;
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function asObject(value: unknown, path: string): object {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value) || numberOf(value) !== null) {
    throw wrong(path || 'the document', 'an object', value);
  }
  return value;
}

function asText(value: unknown, path: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') throw wrong(path, 'a text', value);
  return value;
}

/** Numbers written with a fraction or an exponent arrive as objects of their own, see json/json-value.ts. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof JsonFloat ? value.value : null;
}

function wrong(path: string, expected: string, value: unknown): DomainError {
  const shown = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
  const short = shown !== undefined && shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
  // What is printed is kept in logs: of a job, of a terminal.
  const isSecret = /\.password$/i.test(path);
  return new DomainError(
    'invalid',
    `The database can't be read: ${path} is ${isSecret ? 'something' : short}, not ${expected}.`,
  );
}
