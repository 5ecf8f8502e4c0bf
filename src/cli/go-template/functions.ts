import { CliError } from '../errors.js';

/** A value inside a template: structs are plain objects, Go maps are Maps. */
export type Value =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | { readonly [member: string]: Value };

export type TemplateFunction = (...args: readonly Value[]) => Value;

/** Go's idea of emptiness: false, 0, "", nil, and empty lists and maps. Structs are never empty. */
export function isTruthy(value: Value): boolean {
  if (value === null || value === undefined) return false;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0;
  if (typeof value === 'string') return value !== '';
  if (Array.isArray(value)) return value.length > 0;
  return value instanceof Map ? value.size > 0 : true;
}

/** A value the way Go prints it (`%v`). */
export function showValue(value: Value): string {
  if (value === null || value === undefined) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(showValue).join(' ')}]`;
  if (value instanceof Map) {
    const members = [...value].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => `${name}:${showValue(item)}`);
    return `map[${members.join(' ')}]`;
  }
  if (typeof value === 'object') return `{${Object.values(value).map(showValue).join(' ')}}`;
  return String(value);
}

/** Length of a list, a map or a text (in bytes, as Go counts). */
function lengthOf(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  throw new CliError('template: error calling len: the value has no length');
}

function elementOf(collection: Value, ...keys: readonly Value[]): Value {
  return keys.reduce((value, key) => {
    if (value instanceof Map) return value.get(String(key)) ?? '';
    if (Array.isArray(value) && Number(key) >= 0 && Number(key) < value.length) return value[Number(key)];
    throw new CliError(`template: error calling index: index out of range: ${showValue(key)}`);
  }, collection);
}

function compare(a: Value, b: Value): number {
  const ordered = ['number', 'bigint', 'string'];
  const isSameKind = (typeof a === 'string') === (typeof b === 'string');
  if (!ordered.includes(typeof a) || !ordered.includes(typeof b) || !isSameKind) {
    throw new CliError('template: incompatible types for comparison');
  }
  const [left, right] = [a as number, b as number];
  return left < right ? -1 : left > right ? 1 : 0;
}

function isEqual(a: Value, b: Value): boolean {
  return typeof a === typeof b ? a === b : String(a) === String(b);
}

/** `printf` with the verbs that fit the values there are: v s q d f g e x t c %, flags, width and precision. */
export function formatPrintf(format: string, args: readonly Value[]): string {
  let next = 0;
  const text = format.replace(
    /%([-+0 #]*)([1-9]\d*|\*)?(?:\.(\d+))?([a-zA-Z%])/g,
    (_all, flags, width, precision, verb) => {
      if (verb === '%') return '%';
      const wide = width === '*' ? Number(args[next++]) : Number(width ?? 0);
      if (next >= args.length) return `%!${verb}(MISSING)`;
      const shown = formatVerb(verb, args[next++], precision === undefined ? undefined : Number(precision), flags);
      if (flags.includes('-')) return shown.padEnd(wide);
      return flags.includes('0') && /^[-+]?[\d.]+$/.test(shown) ? shown.padStart(wide, '0') : shown.padStart(wide);
    },
  );
  const extra = args.slice(next).map((value) => `${typeof value}=${showValue(value)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function formatVerb(verb: string, value: Value, precision: number | undefined, flags: string): string {
  const number = typeof value === 'bigint' ? value : Number(value);
  const plus = flags.includes('+') && number >= 0 ? '+' : '';
  switch (verb) {
    case 'v':
    case 's':
    case 't': {
      const text = showValue(value);
      return verb === 's' && precision !== undefined ? [...text].slice(0, precision).join('') : text;
    }
    case 'q':
      return Array.isArray(value)
        ? `[${value.map((item) => JSON.stringify(item)).join(' ')}]`
        : JSON.stringify(showValue(value));
    case 'd':
      return plus + String(number);
    case 'f':
      return plus + Number(number).toFixed(precision ?? 6);
    case 'e':
      return (
        plus +
        Number(number)
          .toExponential(precision ?? 6)
          .replace(/e([+-])(\d)$/, 'e$10$2')
      );
    case 'g':
      return (
        plus + (precision === undefined ? String(number) : String(Number(Number(number).toPrecision(precision || 1))))
      );
    case 'x':
      return typeof value === 'string' ? Buffer.from(value).toString('hex') : number.toString(16);
    case 'c':
      return String.fromCodePoint(Number(number));
    default:
      return `%!${verb}(${showValue(value)})`;
  }
}

/** Blanks stand between operands of which neither is a text. */
function print(args: readonly Value[]): string {
  return args
    .map(
      (value, i) =>
        (i > 0 && typeof value !== 'string' && typeof args[i - 1] !== 'string' ? ' ' : '') + showValue(value),
    )
    .join('');
}

const KIB_PER_GIB = 1_048_576n;

/** The functions a template may call, but for `and` and `or`, which don't evaluate all their arguments. */
export const FUNCTIONS: Readonly<Record<string, TemplateFunction>> = {
  join: (list, separator) => (Array.isArray(list) ? list.map(showValue).join(showValue(separator)) : showValue(list)),
  kibToGib: (kib) => String(BigInt(typeof kib === 'bigint' ? kib : Math.trunc(Number(kib))) / KIB_PER_GIB),
  entryStateString: (state) => (state === 'failed' ? 'removed' : state),
  len: lengthOf,
  index: elementOf,
  slice: (value, from = 0, to) =>
    (typeof value === 'string' || Array.isArray(value)
      ? value.slice(Number(from), to === undefined ? undefined : Number(to))
      : value) as Value,
  print: (...args) => print(args),
  println: (...args) => `${args.map(showValue).join(' ')}\n`,
  printf: (format, ...args) => formatPrintf(showValue(format), args),
  eq: (first, ...others) => others.some((other) => isEqual(first, other)),
  ne: (a, b) => !isEqual(a, b),
  lt: (a, b) => compare(a, b) < 0,
  le: (a, b) => compare(a, b) <= 0,
  gt: (a, b) => compare(a, b) > 0,
  ge: (a, b) => compare(a, b) >= 0,
  not: (value) => !isTruthy(value),
};
