/* Writes values as Go's encoding/gob does, definitions included. */

export type GoType = 'bool' | 'int' | 'uint' | 'float' | 'string' | 'interface' | GoStruct | GoList | GoMap;
export interface GoStruct {
  readonly struct: string;
  readonly fields: Readonly<Record<string, GoType>>;
}
interface GoList {
  readonly list: GoType;
}
interface GoMap {
  readonly map: readonly [key: GoType, element: GoType];
}

/** What an interface holds. */
export interface Held {
  readonly name: string;
  readonly type: GoType;
  readonly value: unknown;
}

export type GoValue = Readonly<Record<string, unknown>>;

const BASIC = new Map<GoType, number>([
  ['bool', 1],
  ['int', 2],
  ['uint', 3],
  ['float', 4],
  ['string', 6],
  ['interface', 8],
]);

/** One stream: the definitions of `type` and of what it is made of, then `value`. */
export function writeGob(type: GoStruct, value: GoValue): Buffer {
  const writer = new GobWriter();
  return writer.write(type, value);
}

export function unsigned(value: number | bigint): number[] {
  const big = BigInt.asUintN(64, BigInt(value));
  if (big < 128n) return [Number(big)];
  const hex = big.toString(16);
  const bytes = [...Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')];
  return [256 - bytes.length, ...bytes];
}

export function signed(value: number | bigint): number[] {
  const big = BigInt(value);
  return unsigned(big < 0n ? (~big << 1n) | 1n : big << 1n);
}

export function textBytes(text: string): number[] {
  const bytes = Buffer.from(text);
  return [...unsigned(bytes.length), ...bytes];
}

export function message(bytes: readonly number[]): number[] {
  return [...unsigned(bytes.length), ...bytes];
}

function float(value: number): number[] {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return unsigned(bytes.readBigUInt64BE());
}

class GobWriter {
  readonly #numbers = new Map<GoType, number>();
  /** Messages that have ended. */
  readonly #done: number[] = [];
  #message: number[] = [];
  #next = 65;

  write(type: GoStruct, value: GoValue): Buffer {
    for (const definition of this.#definitions(type)) this.#done.push(...message(definition));
    this.#message = [...signed(this.#number(type))];
    this.#struct(type, value);
    return Buffer.from([...this.#done, ...message(this.#message)]);
  }

  #number(type: GoType): number {
    return BASIC.get(type) ?? this.#numbers.get(type) ?? 0;
  }

  /** Of a type and all that it needs, as far as they were not written yet. */
  #definitions(type: GoType): readonly number[][] {
    if (typeof type === 'string' || this.#numbers.has(type)) return [];
    const number = this.#next++;
    this.#numbers.set(type, number);
    const parts = partsOf(type);
    const below = parts.flatMap((part) => this.#definitions(part));
    return [[...signed(-number), ...this.#wireType(type, number)], ...below];
  }

  #wireType(type: GoStruct | GoList | GoMap, number: number): number[] {
    const common = (name: string): number[] => [1, 1, ...textBytes(name), 1, ...signed(number), 0];
    if ('list' in type) return [2, ...common('[]x'), 1, ...signed(this.#number(type.list)), 0, 0];
    if ('map' in type) {
      const [key, element] = type.map;
      return [4, ...common('map'), 1, ...signed(this.#number(key)), 1, ...signed(this.#number(element)), 0, 0];
    }
    const fields = Object.entries(type.fields);
    return [
      3,
      ...common(type.struct),
      ...(fields.length === 0 ? [] : [1, ...unsigned(fields.length)]),
      ...fields.flatMap(([name, part]) => [1, ...textBytes(name), 1, ...signed(this.#number(part)), 0]),
      0,
      0,
    ];
  }

  #struct({ fields }: GoStruct, value: GoValue): void {
    let last = -1;
    for (const [index, [name, type]] of Object.entries(fields).entries()) {
      const member = value[name];
      if (isLeftOut(type, member)) continue;
      this.#message.push(...unsigned(index - last));
      last = index;
      this.#value(type, member);
    }
    this.#message.push(0);
  }

  #value(type: GoType, value: unknown): void {
    const out = this.#message;
    if (type === 'bool') out.push(value ? 1 : 0);
    else if (type === 'int') out.push(...signed((value as number | bigint | undefined) ?? 0));
    else if (type === 'uint') out.push(...unsigned((value as number | bigint | undefined) ?? 0));
    else if (type === 'float') out.push(...float((value as number | undefined) ?? 0));
    else if (type === 'string') out.push(...textBytes((value as string | undefined) ?? ''));
    else if (type === 'interface') this.#interface(value as Held | null | undefined);
    else if ('struct' in type) this.#struct(type, (value as GoValue | undefined) ?? {});
    else if ('list' in type) this.#list(type, (value as readonly unknown[] | undefined) ?? []);
    else this.#map(type, (value as GoValue | undefined) ?? {});
  }

  #list({ list }: GoList, values: readonly unknown[]): void {
    this.#message.push(...unsigned(values.length));
    for (const value of values) this.#value(list, value);
  }

  #map({ map: [key, element] }: GoMap, values: GoValue): void {
    const entries = Object.entries(values);
    this.#message.push(...unsigned(entries.length));
    for (const [name, value] of entries) {
      this.#value(key, name);
      this.#value(element, value);
    }
  }

  /** A type that is defined here ends the message, in the midst of the value. */
  #interface(held: Held | null | undefined): void {
    if (!held) {
      this.#message.push(...textBytes(''));
      return;
    }
    this.#message.push(...textBytes(held.name));
    for (const definition of this.#definitions(held.type)) {
      this.#message.push(...definition);
      this.#done.push(...message(this.#message));
      this.#message = [];
    }
    const outer = this.#message;
    this.#message = typeof held.type === 'string' ? [0] : [];
    this.#value(held.type, held.value);
    const inner = this.#message;
    this.#message = [...outer, ...signed(this.#number(held.type)), ...unsigned(inner.length), ...inner];
  }
}

function partsOf(type: GoStruct | GoList | GoMap): readonly GoType[] {
  if ('struct' in type) return Object.values(type.fields);
  return 'list' in type ? [type.list] : type.map;
}

/** Go writes no field that is zero, empty or nil, but for structs and maps that are there. */
function isLeftOut(type: GoType, value: unknown): boolean {
  if (value === undefined || value === null) return typeof type === 'string' || !('struct' in type);
  if (Array.isArray(value)) return value.length === 0;
  return value === 0 || value === 0n || value === '' || value === false;
}
