import { type Answer, statusAnswer } from './answers.js';
import type { Secret } from './secret-store.js';

export interface Invalid {
  readonly field: string;
  readonly message: string;
  readonly reason: string;
}

const MAX_DATA_BYTES = 1_048_576;
const KEY = /^[-._a-zA-Z0-9]+$/;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export function invalidField(field: string, message: string, reason: string): Invalid {
  return { field, message, reason };
}

/** What a Secret may not be, whether it is new or changed. */
export function invalidSecret({ metadata: { name }, data = {} }: Secret): Invalid | null {
  if (!NAME.test(name)) {
    return invalidField(
      'metadata.name',
      `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
      'FieldValueInvalid',
    );
  }
  const key = Object.keys(data).find((one) => !KEY.test(one));
  if (key !== undefined) {
    return invalidField(
      `data[${key}]`,
      `Invalid value: "${key}": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
      'FieldValueInvalid',
    );
  }
  const bytes = Object.values(data).reduce((sum, value) => sum + Buffer.from(value, 'base64').length, 0);
  if (bytes <= MAX_DATA_BYTES) return null;
  return invalidField('data', `Too long: must have at most ${MAX_DATA_BYTES} bytes`, 'FieldValueTooLong');
}

/** Data that is no base64. The real message goes on with where in the body it stands. */
export function undecodable({ data = {} }: Secret): Answer | null {
  const bad = Object.values(data).find((value) => Buffer.from(value, 'base64').toString('base64') !== value);
  if (bad === undefined) return null;
  const at = bad.search(/[^A-Za-z0-9+/=]/);
  const why = `Secret in version "v1" cannot be handled as a Secret: v1.Secret.Data: decode base64: illegal base64 data at input byte ${at}`;
  return statusAnswer(400, 'BadRequest', why);
}
