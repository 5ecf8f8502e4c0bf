/**
 * JSON without loss: integers beyond 2^53 become bigint, and literals with a fraction or an exponent are told apart
 * from integers, because the original refuses `1.0` and `1e2` where it wants an integer.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonFloat | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** A number literal with a fraction or an exponent. */
export class JsonFloat {
  /** Infinite when the literal exceeds a double. */
  readonly value: number;
  readonly text: string;

  constructor(text: string) {
    this.value = Number(text);
    this.text = text;
  }

  toJSON(): number {
    return this.value;
  }
}

export function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonFloat);
}

/** The value as JSON.parse would have given it: every number a double. */
export function toPlain(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof JsonFloat) return value.value;
  if (isJsonObject(value)) {
    const result: Record<string, unknown> = {};
    for (const [key, member] of Object.entries(value)) setMember(result, key, toPlain(member));
    return result;
  }
  return value.map(toPlain);
}

/** A member called __proto__ is data like any other, not the object's prototype. */
export function setMember<T>(object: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}
