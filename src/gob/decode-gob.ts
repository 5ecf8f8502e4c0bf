import type { Member, Shape, StructShape } from './shape.js';
import { type Field, readStruct, readTypeNumber, Types, type WireType } from './types.js';
import { GobError, Wire } from './wire.js';

/** Deeper ones are refused: they serve only to exhaust the stack. */
const DEEPEST_VALUE = 100;

export type Decoded = Record<string, unknown>;

/**
 * Reads one value of Go's gob format with the definitions that stand before and within it. Answers the members of `shape`
 * that are there: integers that a number can't hold as bigint, and nothing for those at which Go writes nothing (zero,
 * empty, nil). Throws GobError for bytes that are no such value, and for a member of another type.
 */
export function decodeGob(bytes: Buffer, shape: StructShape): Decoded {
  const decoder = new Decoder(bytes);
  return decoder.decode(shape);
}

class Decoder {
  readonly #wire: Wire;
  readonly #types = new Types();

  constructor(bytes: Buffer) {
    this.#wire = new Wire(bytes);
  }

  decode(shape: StructShape): Decoded {
    const type = this.#types.get(this.#definitionsAndType());
    const value: Decoded = {};
    this.#struct(type, shape, value, '', 0);
    if (this.#wire.left > 0 || !this.#wire.isAtEnd) throw new GobError('there are bytes behind its end');
    return value;
  }

  /** Each definition is a message of its own. */
  #definitionsAndType(): number {
    for (;;) {
      this.#wire.beginMessage();
      const number = readTypeNumber(this.#wire);
      if (number >= 0) return number;
      this.#types.define(-number, this.#wire);
    }
  }

  #struct(type: WireType, shape: StructShape, into: Decoded, path: string, depth: number): void {
    if (type.kind !== 'struct') throw mismatch(path, type, 'struct');
    const { fields } = type;
    readStruct(this.#wire, (number) => {
      const field = fieldOf(fields, number);
      const member = shape.members.get(field.name);
      if (member === undefined) this.#skip(this.#types.get(field.type), depth + 1);
      else this.#member(field, member, into, path === '' ? field.name : `${path}.${field.name}`, depth);
    });
  }

  #member({ type: number }: Field, { name, shape }: Member, into: Decoded, path: string, depth: number): void {
    const type = this.#types.get(number);
    if (name !== null) into[name] = this.#value(type, shape, path, depth + 1);
    else if (shape.kind === 'struct') this.#struct(type, shape, into, path, depth + 1);
  }

  #value(type: WireType, shape: Shape, path: string, depth: number): unknown {
    if (depth > DEEPEST_VALUE) throw new GobError(`${path} is nested deeper than ${DEEPEST_VALUE} levels`);
    switch (shape.kind) {
      case 'struct': {
        const value: Decoded = {};
        this.#struct(type, shape, value, path, depth);
        return value;
      }
      case 'list':
        return this.#list(type, shape.element, path, depth);
      case 'map of texts':
        return this.#textMap(type, path);
      case 'any number':
        return this.#anyNumber(type, path);
      default:
        return this.#basic(type, shape.kind, path);
    }
  }

  #basic(type: WireType, wanted: 'text' | 'flag' | 'integer' | 'float', path: string): unknown {
    const name = type.kind === 'basic' ? type.name : null;
    if (wanted === 'integer' && name === 'signed') return this.#wire.signed();
    if (wanted === 'integer' && name === 'unsigned') return this.#wire.unsigned();
    if (wanted === 'text' && name === 'text') return this.#wire.text();
    if (wanted === 'flag' && name === 'flag') return this.#wire.flag();
    if (wanted === 'float' && name === 'float') return this.#wire.float();
    throw mismatch(path, type, wanted);
  }

  #list(type: WireType, element: Shape, path: string, depth: number): unknown[] {
    if (type.kind !== 'list') throw mismatch(path, type, 'list');
    const elementType = this.#types.get(type.element);
    const values: unknown[] = [];
    for (let left = this.#wire.count(); left > 0; left--) {
      values.push(this.#value(elementType, element, `${path}[${values.length}]`, depth + 1));
    }
    return values;
  }

  #textMap(type: WireType, path: string): Decoded {
    if (type.kind !== 'map') throw mismatch(path, type, 'map of texts');
    const [key, element] = [this.#types.get(type.key), this.#types.get(type.element)];
    const entries: [string, unknown][] = [];
    for (let left = this.#wire.count(); left > 0; left--) {
      entries.push([String(this.#basic(key, 'text', path)), this.#basic(element, 'text', path)]);
    }
    return Object.fromEntries(entries);
  }

  #anyNumber(type: WireType, path: string): unknown {
    if (type.kind !== 'basic' || type.name !== 'interface') throw mismatch(path, type, 'interface');
    const held = this.#interfaceType();
    if (held === null) return null;
    const length = this.#wire.count();
    const end = this.#wire.position + length;
    if (this.#wire.unsigned() !== 0) throw new GobError(`${path} is a value that is not marked as one`);
    const value = this.#basic(held, held.kind === 'basic' && held.name === 'float' ? 'float' : 'integer', path);
    if (this.#wire.position !== end) throw new GobError(`${path} is not as long as it says`);
    return value;
  }

  /**
   * The type of the value in an interface; null for none. A type that is defined here ends the message: the value, and all
   * that follows it, is in the next one.
   */
  #interfaceType(): WireType | null {
    if (this.#wire.text() === '') return null;
    for (;;) {
      const number = readTypeNumber(this.#wire);
      if (number >= 0) return this.#types.get(number);
      this.#types.define(-number, this.#wire);
      if (this.#wire.left === 0) this.#wire.beginMessage();
      else this.#wire.unsigned();
    }
  }

  #skip(type: WireType, depth: number): void {
    if (depth > DEEPEST_VALUE) throw new GobError(`a value is nested deeper than ${DEEPEST_VALUE} levels`);
    switch (type.kind) {
      case 'basic':
        this.#skipBasic(type.name);
        return;
      case 'opaque':
        this.#wire.skipBytes();
        return;
      case 'struct':
        readStruct(this.#wire, (number) => this.#skip(this.#types.get(fieldOf(type.fields, number).type), depth + 1));
        return;
      case 'list':
        this.#skipEach([type.element], depth);
        return;
      case 'map':
        this.#skipEach([type.key, type.element], depth);
    }
  }

  #skipEach(numbers: readonly number[], depth: number): void {
    const types = numbers.map((number) => this.#types.get(number));
    for (let left = this.#wire.count(); left > 0; left--) {
      for (const type of types) this.#skip(type, depth + 1);
    }
  }

  #skipBasic(name: string): void {
    if (name === 'bytes' || name === 'text') this.#wire.skipBytes();
    else if (name !== 'interface') {
      this.#wire.unsigned();
      if (name === 'complex') this.#wire.unsigned();
    } else if (this.#interfaceType() !== null) this.#wire.skipBytes();
  }
}

function fieldOf(fields: readonly Field[], number: number): Field {
  const field = fields[number];
  if (field === undefined) throw new GobError(`the unknown field ${number}`);
  return field;
}

function mismatch(path: string, type: WireType, wanted: string): GobError {
  const found = type.kind === 'basic' ? type.name : type.kind;
  return new GobError(`${path === '' ? 'it' : path} is stored as ${found}, where ${wanted} is expected`);
}
