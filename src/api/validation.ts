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
const BLANK = 'cannot be blank';
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

/**
 * The original's sentence, on which scripts match: `name: reason; name2: (inner: reason).`, sorted by name. What would
 * be accepted follows it.
 */
function validationError(errors: readonly ErrorObject[]): DomainError {
  const ofRules = errors.filter((error) => wholeRefusal(error) === null);
  const [first] = errors;
  // The original looks at these when all else is in order.
  if (ofRules.length === 0 && first) return new DomainError('invalid', `${wholeRefusal(first)}: ${adviceFor(first)}`);
  const root: Reasons = new Map();
  const advice = new Set<string>();
  for (const error of ofRules.slice(0, MAX_REASONS)) {
    const field = fieldOf(error);
    if (error.keyword === 'required') addMissing(root, field, wantedBy(error));
    else add(root, field, reasonFor(error));
    // `topology load` prints these two whole, and they say enough.
    const isEnough = error.keyword === 'format' || (error.keyword === 'minimum' && error.data === 0);
    if (!isEnough) advice.add(adviceFor(error));
  }
  const text = `validation failed: ${format(root)}`;
  return new DomainError('invalid', advice.size === 0 ? text : `${text} ${[...advice].join('; ')}.`);
}

/** Refusals of single fields that stand alone in the original. */
function wholeRefusal(error: ErrorObject): string | null {
  const field = fieldOf(error).join('.');
  if (field === 'durability.type' && error.keyword === 'enum') return 'Unknown durability type';
  if (field === 'gid' && error.keyword === 'minimum') return 'Bad group id less than zero';
  if (field === 'gid' && error.keyword === 'maximum') return 'Bad group id equal or greater than 2**32';
  return null;
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

/** Of an object that is missing, each member that it must have is. */
function addMissing(reasons: Reasons, field: readonly string[], schema: BodySchema | undefined): void {
  const required = schema?.type === 'object' ? (schema.required ?? []) : [];
  if (required.length === 0) add(reasons, field, BLANK);
  for (const name of required) addMissing(reasons, [...field, name], schema?.properties?.[name]);
}

function format(reasons: Reasons): string {
  const parts = [...reasons].sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = parts.map(
    ([name, reason]) => `${name}: ${typeof reason === 'string' ? reason : `(${format(reason)})`}`,
  );
  return `${texts.join('; ')}.`;
}

/** Names only: the position in a list says less than the value, which the advice shows. */
function fieldOf(error: ErrorObject): readonly string[] {
  const path = error.instancePath.split('/').slice(1);
  const names = path.filter((segment) => !/^[0-9]+$/.test(segment));
  // The keys of a map are data: the reason shows them.
  if (error.keyword === 'maxLength' && names.length > 1) names.pop();
  return error.keyword === 'required' ? [...names, String(error.params.missingProperty)] : names;
}

function wantedBy(error: ErrorObject): BodySchema | undefined {
  return (error.parentSchema as unknown as BodySchema).properties?.[String(error.params.missingProperty)];
}

/** In the original's words, as far as it has any. */
function reasonFor(error: ErrorObject): string {
  const limit = error.params.limit as number;
  switch (error.keyword) {
    case 'minItems':
      return BLANK;
    case 'minimum':
      // The original takes 0 for "not given".
      return error.data === 0 && limit === 1 ? BLANK : `must be no less than ${Math.max(1, limit)}`;
    case 'maximum':
      return `must be no greater than ${limit}`;
    case 'format':
      return hostReason(error);
    case 'pattern':
      return patternReason(error);
    case 'enum':
      return enumReason(error);
    case 'maxItems':
      return `too many ${fieldOf(error)[0] === 'operations' ? 'ids' : 'entries'} specified (${sizeOf(error)}), up to ${limit} allowed`;
    case 'maxProperties':
      return `too many tags specified (${sizeOf(error)}), up to ${limit} allowed`;
    case 'maxLength':
      return lengthReason(error);
    case 'propertyNames':
      return tagNameReason(error.params.propertyName as string);
    default:
      return error.message ?? 'is not valid';
  }
}

function patternReason(error: ErrorObject): string {
  // ajv tells of a map's key first by the rule that it breaks.
  if (error.propertyName !== undefined) return tagNameReason(error.propertyName);
  if (error.data === '') return BLANK;
  return isIdSchema(error.parentSchema) ? `${unquoted(error.data)} is not a valid UUID` : 'must be in a valid format';
}

function enumReason(error: ErrorObject): string {
  if (error.data === '') return BLANK;
  const values = (error.parentSchema as unknown as BodySchema).enum ?? [];
  if (values.includes('offline')) return `${unquoted(error.data)} is not valid state`;
  if (values.includes('disable')) return `${unquoted(error.data)} is not valid heal info check`;
  return 'must be a valid value';
}

function lengthReason(error: ErrorObject): string {
  const key = error.instancePath.split('/').at(-1);
  const isTag = fieldOf(error)[0] === 'tags';
  return `${isTag ? `value of tag ${key}: ` : ''}the length must be no more than ${error.params.limit}`;
}

function tagNameReason(name: string): string {
  if (name === '') return 'tag names may not be empty';
  if (/^[a-zA-Z0-9_.-]*$/.test(name)) return `tag name ${name.slice(0, MAX_SHOWN)}: the length must be no more than 32`;
  return `invalid characters in tag name ${unquoted(name)}`;
}

function sizeOf(error: ErrorObject): number {
  return Object.keys(error.data as object).length;
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

/** What to send instead. */
function adviceFor(error: ErrorObject): string {
  const field = fieldOf(error).join('.') || 'the document';
  const schema = error.parentSchema as unknown as BodySchema;
  switch (error.keyword) {
    case 'required':
      return `${field} must be ${accepted(wantedBy(error) ?? schema)}`;
    case 'maxItems':
    case 'maxProperties':
      return `${field} has ${sizeOf(error)} entries`;
    case 'propertyNames':
      return `names of ${field} must match ${namePattern(error)}`;
    case 'pattern':
      if (error.propertyName !== undefined) return `names of ${field} must match ${schema.pattern}`;
      return `${field} must be ${accepted(schema)}, not ${show(error.data)}`;
    case 'maxLength':
      return `${field} has ${String(error.data).length} characters: ${show(error.data)}`;
    default:
      return `${field} must be ${accepted(schema)}, not ${show(error.data)}`;
  }
}

function namePattern(error: ErrorObject): string {
  return (error.parentSchema as unknown as BodySchema).propertyNames?.pattern ?? 'a pattern';
}

function accepted(schema: BodySchema): string {
  if (schema.enum) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`;
  if (schema.format === 'host') return 'an IP address or a DNS name';
  if (isIdSchema(schema)) return 'an id of 32 hex digits';
  if (schema.pattern) return `text that matches ${schema.pattern}`;
  if (schema.type === 'integer') return `a whole number${rangeOf(schema)}`;
  if (schema.type === 'array' && schema.items) return `a list of at least one entry, each ${accepted(schema.items)}`;
  if (schema.type === 'object') {
    return `an object${schema.required ? ` with ${schema.required.join(' and ')}` : ''}`;
  }
  return `a ${schema.type}`;
}

function rangeOf({ minimum, maximum }: BodySchema): string {
  const least = minimum === undefined ? '' : ` of at least ${minimum}`;
  return maximum === undefined ? least : `${least} and at most ${maximum}`;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
}
