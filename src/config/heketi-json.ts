import { Ajv, type ErrorObject } from 'ajv';
import { JsonFloat, type JsonValue, toPlain } from '../json/json-value.js';
import { parseJson } from '../json/parse-json.js';
import { ConfigError } from './config-error.js';
import { HEKETI_JSON_SCHEMA, type HeketiJson, type KeySchema } from './heketi-json.schema.js';
import { unknownKeyWarning } from './misplaced-key.js';

const validate = new Ajv({ allErrors: true, verbose: true }).compile<HeketiJson>(HEKETI_JSON_SCHEMA);

/** 64-bit range: what the original accepts as an integer. */
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

/**
 * Reads the text of heketi.json as the original does: only the first JSON value counts, keys are found in any case,
 * the last of several equal keys wins, null means unset. Integers beyond 2^53 become the largest safe one.
 *
 * Throws ConfigError naming every key of a wrong type. Unknown keys only warn (those starting with `_` are comments).
 */
export function readHeketiJson(text: string): { readonly json: HeketiJson; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const json = canonicalise(parseFirstValue(text, warnings), HEKETI_JSON_SCHEMA, '', warnings) ?? {};
  if (!validate(json)) throw new ConfigError(explainTypeErrors(validate.errors ?? []));
  return { json, warnings };
}

function parseFirstValue(text: string, warnings: string[]): JsonValue {
  const source = text.replace(/^\uFEFF/, '');
  const end = firstValueEnd(source);
  if (source.slice(end).trim() !== '') warnings.push('text after the first JSON value of the configuration is ignored');
  try {
    return parseJson(source.slice(0, end));
  } catch (cause) {
    throw new ConfigError(`Unable to parse configuration: ${locate((cause as Error).message, source)}`, { cause });
  }
}

/** Positions as an editor shows them. */
function locate(message: string, source: string): string {
  return message.replace(/at position (\d+)$/, (_, position: string) => {
    const before = source.slice(0, Number(position)).split('\n');
    return `in line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  });
}

/** Where the first object or array ends; the whole text when it holds neither or does not end. */
function firstValueEnd(text: string): number {
  let depth = 0;
  for (let i = text.search(/\S/); i >= 0 && i < text.length; i++) {
    const c = text[i];
    if (c === '"') i = stringEnd(text, i);
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth <= 0) return i + 1;
    else if (depth === 0) break;
  }
  return text.length;
}

function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i;
  }
  return text.length;
}

/** Gives keys the schema's spelling, leaves out nulls and unknown keys. Values of a wrong type stay, for ajv to refuse. */
function canonicalise(value: JsonValue, schema: KeySchema, path: string, warnings: string[]): unknown {
  if (value === null) return undefined;
  if (schema.type === undefined) return toPlain(value);
  if (schema.type === 'integer') return value instanceof JsonFloat ? value : toSafeInteger(value);
  if (schema.type !== 'object' || !isObject(value)) return value instanceof JsonFloat ? value.value : value;

  const spelling = new Map(Object.keys(schema.properties).map((key) => [key.toLowerCase(), key]));
  const result: Record<string, unknown> = {};
  for (const [written, member] of Object.entries(value)) {
    const key = spelling.get(written.toLowerCase());
    const keySchema = key === undefined ? undefined : schema.properties[key];
    const keyPath = path === '' ? (key ?? written) : `${path}.${key ?? written}`;
    if (key === undefined || keySchema === undefined) {
      if (!written.startsWith('_')) warnings.push(unknownKeyWarning(keyPath, written, isRecord(member)));
      continue;
    }
    const plain = canonicalise(member, keySchema, keyPath, warnings);
    if (plain === undefined) continue;
    // The original fills one structure: a section that comes twice adds to itself.
    const before = result[key];
    result[key] = keySchema.type === 'object' && isRecord(before) && isRecord(plain) ? { ...before, ...plain } : plain;
  }
  return result;
}

function toSafeInteger(value: JsonValue): unknown {
  if (typeof value !== 'bigint' || value < MIN_INTEGER || value > MAX_INTEGER) return value;
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return isRecord(value) && !(value instanceof JsonFloat);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function explainTypeErrors(errors: readonly ErrorObject[]): string {
  const lines = errors.map(explainTypeError);
  const looksLikeSample = errors.some((error) => typeof error.data === 'string' && error.data.includes(' '));
  if (looksLikeSample) {
    lines.push(
      'Heketi ships a sample file that explains its keys in their own values; it can not be loaded as it is. ' +
        'Delete such keys to get their defaults, or write the values they need.',
    );
  }
  return lines.length === 1
    ? `Unable to parse configuration: ${lines[0]}`
    : `Unable to parse configuration:\n  ${lines.join('\n  ')}`;
}

function explainTypeError(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.') || 'the configuration';
  const expected =
    error.keyword === 'minimum' ? 'must not be negative' : `must be ${EXPECTED[error.params.type as string]}`;
  const isSecret = path.endsWith('.key');
  return `${path} ${expected}, but it is ${describe(error.data, isSecret)}${hint(error)}`;
}

const EXPECTED: Readonly<Record<string, string>> = {
  integer: 'an integer',
  string: 'a string',
  boolean: 'true or false',
  object: 'an object',
};

function describe(value: unknown, isSecret: boolean): string {
  if (value instanceof JsonFloat) return `the number ${value.text}`;
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'an object';
  if (isSecret) return `a ${typeof value}`;
  if (typeof value !== 'string') return typeof value === 'boolean' ? String(value) : `the number ${value}`;
  return `the string ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value)}`;
}

function hint(error: ErrorObject): string {
  const expected = error.params.type;
  const value: unknown = error.data;
  if (value instanceof JsonFloat) return ': write it without fraction and exponent';
  if (typeof value === 'bigint') return ', which is out of range';
  if (expected === 'string' && typeof value === 'number' && !error.instancePath.endsWith('/key')) {
    return `: put it in quotes, "${value}"`;
  }
  if (typeof value !== 'string') return '';
  if (expected === 'integer' && /^-?\d+$/.test(value)) return `: write it without quotes, ${value}`;
  if (expected === 'boolean' && /^(true|false)$/i.test(value))
    return `: write it without quotes, ${value.toLowerCase()}`;
  return '';
}
