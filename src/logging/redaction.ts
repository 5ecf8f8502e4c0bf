/** Names of fields whose values never reach a log. */
function isSecretField(name: string): boolean {
  return SECRET_NAME.test(name) || CAMEL_CASE_SECRET.test(name);
}

const SECRET_NAME = /^((proxy-)?authorization|(set-)?cookie|jwt)$|(^|[_.-])(key|token|password|passwd|secret)$/i;
const CAMEL_CASE_SECRET = /[a-z](Key|Token|Password|Secret)$/;

export const REDACTED = '[redacted]';

/** Deeper objects are cut off: a log line is not a dump. */
const MAX_DEPTH = 6;

/** A secret shorter than this would black out words that only happen to contain it. */
const MIN_SECRET_LENGTH = 6;

/** A copy of `fields` without the values of secret ones. Errors are left to pino's serializer. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactMembers(fields, 0);
}

function redactMembers(fields: object, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    result[name] = isSecretField(name) && isShown(value) ? REDACTED : redactValue(value, depth + 1);
  }
  return result;
}

function isShown(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Error) return value;
  if (depth > MAX_DEPTH) return '[...]';
  if (Array.isArray(value)) return value.map((item) => redactValue(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? redactMembers(value, depth) : value;
}

/**
 * Takes tokens and the given secrets out of a finished line of JSON, for those that hide in messages and command output.
 * It is done in the texts of the line: in JSON an escape would stand before a secret as a letter, and a number that
 * holds one would be none any more.
 */
export function createLineRedaction(secrets: readonly string[]): (line: string) => string {
  const redactText = createTextRedaction(secrets);
  const spelled = secrets.filter(isLongEnough).map((secret) => JSON.stringify(secret).slice(1, -1));
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return redactText(value);
    if (typeof value === 'number') return redactText(String(value)) === String(value) ? value : REDACTED;
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(redact);
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [redactText(name), redact(member)]));
  };
  return (line) => {
    const isSuspect = line.includes('eyJ') || spelled.some((secret) => line.includes(secret));
    return isSuspect ? `${JSON.stringify(redact(JSON.parse(line)))}\n` : line;
  };
}

/** The same for a text. */
export function createTextRedaction(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter(isLongEnough);
  return (text) => {
    let result = text;
    for (const secret of known) if (result.includes(secret)) result = result.replaceAll(secret, REDACTED);
    return result.includes('eyJ') ? result.replace(DOTTED_WORDS, redactTokens) : result;
  };
}

function isLongEnough(secret: string): boolean {
  return secret.length >= MIN_SECRET_LENGTH;
}

const DOTTED_WORDS = /[\w.-]+/g;
/** The header of a signed JSON Web Token in base64url. */
const TOKEN_HEADER = /(?<![A-Za-z0-9_])eyJ[\w-]/;

/** Every header with a payload and a signature after it; three words between dots, wherever they stand. */
function redactTokens(words: string): string {
  if (!words.includes('eyJ')) return words;
  const result: string[] = [];
  const segments = words.split('.');
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] ?? '';
    const start = segment.search(TOKEN_HEADER);
    if (start >= 0 && segments[i + 1] && segments[i + 2] !== undefined) {
      result.push(`${segment.slice(0, start)}${REDACTED}`);
      i += 2;
    } else result.push(segment);
  }
  return result.join('.');
}
