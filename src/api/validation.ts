import { isIP } from 'node:net';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { DomainError } from '../domain/errors.js';
import type { BodySchema } from './contract/route.js';

const MAX_REASONS = 8;
const MAX_SHOWN = 64;
const DNS_LABEL = /^[a-zA-Z0-9_][a-zA-Z0-9_-]*$/;
const MAX_LABEL_CHARACTERS = 63;
const MAX_DNS_CHARACTERS = 255;
/** Of the longest name with its dots. */
const MAX_HOST_CHARACTERS = 2 * MAX_DNS_CHARACTERS;
const ID_PATTERNS = ['^[A-Fa-f0-9]{32}$', '^([A-Fa-f0-9]{32})?$'];

const ajv = new Ajv({
  allErrors: true,
  verbose: true,
  coerceTypes: false,
  strict: true,
  formats: { host: isHost, int64: true, float: true },
});

/** An IP literal without zone, or a DNS name of at most 255 characters, dots not counted. */
function isHost(text: string): boolean {
  if (text.length > MAX_HOST_CHARACTERS) return false;
  if (isIP(text) !== 0) return !text.includes('%');
  return isDnsName(text) && text.replaceAll('.', '').length <= MAX_DNS_CHARACTERS;
}

/** As the original takes them: a dot or an underscore may follow the last label. */
function isDnsName(text: string): boolean {
  const isLabel = (label: string) => label.length <= MAX_LABEL_CHARACTERS && DNS_LABEL.test(label);
  return text.split('.').every(isLabel) || (/[._]$/.test(text) && text.slice(0, -1).split('.').every(isLabel));
}

/** Checks values against the rules of a schema; throws `invalid` with every field that breaks one. */
export function compileRules(schema: BodySchema): (value: unknown) => void {
  const validate: ValidateFunction = ajv.compile(schema);
  return (value) => {
    if (!validate(withDoubles(value))) throw validationError(validate.errors ?? []);
  };
}

/** Rules compare with doubles; a bigint that is too large for a rule is so as a double, too. */
function withDoubles(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withDoubles);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withDoubles(member)]));
}

/** `name: reason; name2: (inner: reason).`, sorted by name, as the original lays it out. */
function validationError(errors: readonly ErrorObject[]): DomainError {
  const root: Reasons = new Map();
  for (const error of errors.slice(0, MAX_REASONS)) add(root, fieldOf(error), reasonFor(error));
  return new DomainError('invalid', `validation failed: ${format(root)}`);
}

type Reasons = Map<string, string | Reasons>;

function add(reasons: Reasons, field: readonly string[], reason: string): void {
  const [name = 'document', ...rest] = field;
  const present = reasons.get(name);
  if (rest.length === 0) {
    if (present === undefined) reasons.set(name, reason);
    return;
  }
  const inner: Reasons = present instanceof Map ? present : new Map();
  reasons.set(name, inner);
  add(inner, rest, reason);
}

function format(reasons: Reasons): string {
  const parts = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = parts.map(
    ([name, reason]) => `${name}: ${typeof reason === 'string' ? reason : `(${format(reason)})`}`,
  );
  return `${texts.join('; ')}.`;
}

/** Names only: the position in a list says less than the value, which the reason shows. */
function fieldOf(error: ErrorObject): readonly string[] {
  const path = error.instancePath.split('/').slice(1);
  const names = path.filter((segment) => !/^[0-9]+$/.test(segment));
  // The keys of a map are data: the reason shows them.
  if (error.keyword === 'maxLength' && names.length > 1) names.pop();
  return error.keyword === 'required' ? [...names, String(error.params.missingProperty)] : names;
}

function reasonFor(error: ErrorObject): string {
  const shown = show(error.data);
  const limit = error.params.limit as number;
  switch (error.keyword) {
    case 'required': {
      const properties = (error.parentSchema as unknown as BodySchema).properties ?? {};
      const wanted = properties[String(error.params.missingProperty)];
      return `cannot be blank${wanted ? `, it must be ${accepted(wanted)}` : ''}`;
    }
    case 'minimum':
      // The original takes 0 for "not given"; `topology load` prints this text.
      if (error.data === 0 && limit === 1) return 'cannot be blank';
      return `${shown} must be no less than ${limit}`;
    case 'maximum':
      return `${shown} must be no greater than ${limit}`;
    case 'format':
      return hostReason(error);
    case 'pattern':
      if (isIdSchema(error.parentSchema)) return `${unquoted(error.data)} is not a valid UUID`;
      return `${shown} is not valid, it must be ${accepted(error.parentSchema as unknown as BodySchema)}`;
    case 'enum':
      return `${shown} is not valid, it must be ${accepted(error.parentSchema as unknown as BodySchema)}`;
    case 'minItems':
      return `cannot be blank, it must be ${accepted(error.parentSchema as unknown as BodySchema)}`;
    case 'maxItems':
      return `has ${(error.data as readonly unknown[]).length} entries, ${limit} are allowed`;
    case 'maxProperties':
      return `has ${Object.keys(error.data as object).length} entries, ${limit} are allowed`;
    case 'maxLength':
      return `${shown} is longer than ${limit} characters`;
    case 'propertyNames':
      return `the name ${show(error.params.propertyName)} is not valid, it must match ${namePattern(error)}`;
    default:
      return `${shown} ${error.message ?? 'is not valid'}`;
  }
}

/** Host names are the only strings with a format; scripts know this text from `topology load`. */
function hostReason(error: ErrorObject): string {
  const [field = 'host'] = fieldOf(error).slice(-1);
  return `[${unquoted(error.data)}] is not a valid ${field} hostname`;
}

/** Control characters stay escaped, so that the answer is one line. */
function unquoted(value: unknown): string {
  return show(value).replace(/^"|"$/g, '');
}

/** Of an id, or of one that may be left empty; scripts know the text of its refusal. */
function isIdSchema(schema: object | undefined): boolean {
  return ID_PATTERNS.includes((schema as BodySchema | undefined)?.pattern ?? '');
}

function namePattern(error: ErrorObject): string {
  return (error.parentSchema as unknown as BodySchema).propertyNames?.pattern ?? 'a pattern';
}

function accepted(schema: BodySchema): string {
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  if (schema.format === 'host') return 'an IP address or a DNS name';
  if (isIdSchema(schema)) return 'an id of 32 hex digits';
  if (schema.pattern) return `text that matches ${schema.pattern}`;
  if (schema.type === 'integer')
    return `a whole number${schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`}`;
  if (schema.type === 'array' && schema.items) return `a list of at least one entry, each ${accepted(schema.items)}`;
  if (schema.type === 'object') {
    return `an object${schema.required ? ` with ${schema.required.join(' and ')}` : ''}`;
  }
  return `a ${schema.type}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
