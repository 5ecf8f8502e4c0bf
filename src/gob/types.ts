import { GobError, type Wire } from './wire.js';

/** A type as a stream defines it; others are referred to by their number. */
export type WireType =
  | { readonly kind: 'basic'; readonly name: BasicName }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'list'; readonly element: number }
  | { readonly kind: 'map'; readonly key: number; readonly element: number }
  /** Of a type that writes itself, as bytes. */
  | { readonly kind: 'opaque' };

export type BasicName = 'flag' | 'signed' | 'unsigned' | 'float' | 'bytes' | 'text' | 'complex' | 'interface';

export interface Field {
  readonly name: string;
  readonly type: number;
}

const BASIC: readonly BasicName[] = ['flag', 'signed', 'unsigned', 'float', 'bytes', 'text', 'complex', 'interface'];
/** Lower ones are gob's own. */
const FIRST_DEFINED = 64;

/** The types of one stream. */
export class Types {
  readonly #byNumber = new Map<number, WireType>(
    BASIC.map((name, index) => [index + 1, { kind: 'basic', name }] as const),
  );

  get(number: number): WireType {
    const type = this.#byNumber.get(number);
    if (type === undefined) throw new GobError(`the type ${number}, which is not defined`);
    return type;
  }

  /** Reads the definition of a type, behind its number. */
  define(number: number, wire: Wire): void {
    if (number < FIRST_DEFINED) throw new GobError(`a definition of the type ${number}, which is gob's own`);
    if (this.#byNumber.has(number)) throw new GobError(`a second definition of the type ${number}`);
    this.#byNumber.set(number, readWireType(wire));
  }
}

/** A type's number, as it stands in a stream. */
export function readTypeNumber(wire: Wire): number {
  const number = wire.signed();
  if (typeof number === 'bigint' || Math.abs(number) > 0x7fffffff)
    throw new GobError(`the type ${number}, which is not defined`);
  return number;
}

function readWireType(wire: Wire): WireType {
  let found: WireType | null = null;
  readStruct(wire, (field) => {
    if (found !== null) throw new GobError('a type of two kinds');
    found = readKind(field, wire);
  });
  if (found === null) throw new GobError('a type of no kind');
  return found;
}

function readKind(field: number, wire: Wire): WireType {
  switch (field) {
    case 0:
    case 1:
      return { kind: 'list', element: readListType(wire) };
    case 2:
      return { kind: 'struct', fields: readStructType(wire) };
    case 3:
      return readMapType(wire);
    case 4:
    case 5:
    case 6:
      readStruct(wire, (inner) => readMember(inner, [() => skipCommon(wire)]));
      return { kind: 'opaque' };
    default:
      throw new GobError(`a type of the unknown kind ${field}`);
  }
}

/** Arrays have a length too, which each value of them repeats. */
function readListType(wire: Wire): number {
  let element = 0;
  const setElement = (): void => {
    element = readTypeNumber(wire);
  };
  readStruct(wire, (field) => readMember(field, [() => skipCommon(wire), setElement, () => wire.signed()]));
  return element;
}

function readMapType(wire: Wire): WireType {
  const numbers = { key: 0, element: 0 };
  const setKey = (): void => {
    numbers.key = readTypeNumber(wire);
  };
  const setElement = (): void => {
    numbers.element = readTypeNumber(wire);
  };
  readStruct(wire, (field) => readMember(field, [() => skipCommon(wire), setKey, setElement]));
  return { kind: 'map', ...numbers };
}

function readStructType(wire: Wire): readonly Field[] {
  const fields: Field[] = [];
  const readFields = (): void => {
    for (let left = wire.count(); left > 0; left--) fields.push(readField(wire));
  };
  readStruct(wire, (field) => readMember(field, [() => skipCommon(wire), readFields]));
  return fields;
}

function readField(wire: Wire): Field {
  let name = '';
  let type = 0;
  const setName = (): void => {
    name = wire.text();
  };
  const setType = (): void => {
    type = readTypeNumber(wire);
  };
  readStruct(wire, (field) => readMember(field, [setName, setType]));
  return { name, type };
}

/** Name and number: the first one is of no use, the second one is known. */
function skipCommon(wire: Wire): void {
  readStruct(wire, (field) => readMember(field, [() => wire.skipBytes(), () => wire.signed()]));
}

function readMember(field: number, readers: readonly (() => unknown)[]): void {
  const read = readers[field];
  if (read === undefined) throw new GobError(`a definition of a type with an unknown member ${field}`);
  read();
}

/** Calls for each field that is there, in the order of their numbers from 0 on, with the wire at its value. */
export function readStruct(wire: Wire, readField: (number: number) => void): void {
  for (let field = -1; ; ) {
    const delta = wire.unsigned();
    if (delta === 0) return;
    if (typeof delta === 'bigint') throw new GobError(`the unknown field ${delta}`);
    field += delta;
    readField(field);
  }
}
