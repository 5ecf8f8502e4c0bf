import { isJsonObject, JsonFloat, type JsonValue } from '../json/json-value.js';
import type { BodySchema } from './contract/route.js';

/**
 * Reads a document into the shape of a schema as the original does: keys match in any case, unknown keys are
 * ignored, null is "not given", integers have 64 bits and no fraction or exponent. Throws JsonShapeError otherwise.
 * Rules about values (`minimum`, `pattern` ...) are not its business.
 */
export type JsonReader = (value: JsonValue) => unknown;

/** `at` names the member, '' for the document itself. */
export class JsonShapeError extends Error {
  readonly at: string;

  constructor(at: string, wanted: string, got: JsonValue) {
    super(`${at === '' ? 'the document' : at} must be ${wanted}, not ${describe(got)}`);
    this.name = 'JsonShapeError';
    this.at = at;
  }
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

export function compileReader(schema: BodySchema, at = ''): JsonReader {
  switch (schema.type) {
    case 'object':
      return schema.properties ? objectReader(schema.properties, at) : mapReader(schema, at);
    case 'array':
      return arrayReader(schema, at);
    case 'string':
      return (value) => (typeof value === 'string' ? value : refuse(at, 'a string', value));
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? value : refuse(at, 'true or false', value));
    case 'integer':
      return (value) => {
        if (typeof value === 'number') return value;
        if (typeof value === 'bigint' && value >= INT64_MIN && value <= INT64_MAX) return value;
        return refuse(at, 'an integer of 64 bits', value);
      };
    case 'number':
      return (value) => {
        const number = value instanceof JsonFloat ? value.value : typeof value === 'bigint' ? Number(value) : value;
        if (typeof number !== 'number' || !Number.isFinite(Math.fround(number))) return refuse(at, 'a number', value);
        return number;
      };
  }
}

function objectReader(properties: Readonly<Record<string, BodySchema>>, at: string): JsonReader {
  const readers = new Map<string, { readonly name: string; readonly read: JsonReader }>();
  for (const [name, schema] of Object.entries(properties)) {
    const entry = { name, read: compileReader(schema, at === '' ? name : `${at}.${name}`) };
    // The contract has no two names that differ in case only, so an exact match needs no preference.
    readers.set(name, entry);
    readers.set(foldCase(name), entry);
  }
  return (value) => {
    if (!isJsonObject(value)) return refuse(at, 'an object', value);
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const member = value[key];
      if (member === null || member === undefined) continue;
      const entry = readers.get(key) ?? readers.get(foldCase(key));
      if (entry !== undefined) result[entry.name] = entry.read(member);
    }
    return result;
  };
}

/** An object whose keys are data, such as tags. */
function mapReader(schema: BodySchema, at: string): JsonReader {
  const members = schema.additionalProperties;
  if (!members) throw new Error(`${at}: a schema of type object needs properties or additionalProperties`);
  const readMember = memberReader(members, at);
  return (value) => {
    if (!isJsonObject(value)) return refuse(at, 'an object', value);
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, readMember(member)]));
  };
}

function arrayReader(schema: BodySchema, at: string): JsonReader {
  if (!schema.items) throw new Error(`${at}: a schema of type array needs items`);
  const readItem = memberReader(schema.items, at);
  return (value) => (Array.isArray(value) ? value.map(readItem) : refuse(at, 'an array', value));
}

/** In maps and lists null has a place of its own, so it becomes the zero value instead of nothing. */
function memberReader(schema: BodySchema, at: string): JsonReader {
  const read = compileReader(schema, at);
  return (value) => (value === null && schema.type === 'string' ? '' : read(value));
}

/** The two letters that have an ASCII letter as their other case count as it, as in the original. */
function foldCase(key: string): string {
  return key.toLowerCase().replaceAll('\u017f', 's');
}

function refuse(at: string, wanted: string, got: JsonValue): never {
  throw new JsonShapeError(at, wanted, got);
}

function describe(value: JsonValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)}`;
  if (value instanceof JsonFloat) return value.text.slice(0, 40);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return String(value).slice(0, 40);
}
