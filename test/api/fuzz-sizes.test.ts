import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BodySchema } from '../../src/api/contract/route.js';
import { ANSWERED_ROUTES } from './answered-routes.js';
import { startApi, UNKNOWN_ID } from './api-server.js';
import { Asker, RUNS, TIMEOUT_MS } from './fuzz-support.js';

const ROOM = 1024 * 1024 - 2_000;
const SIZES = [0, 1, 2, 31, 33, 63, 65, 255, 257, 511, 513, 999, 1_001, 4_095, 4_097, 65_536, 300_000, 1_100_000];

/** What a text is made of: what separates words, what begins tokens, what is long in one encoding and short in another. */
const TEXTS = [
  ...['a', ' ', '\\t', '\\n', '\\u0000', '\\ud800', '\\\\', '\\"', 'é', '\u{1f600}', '-', '--a ', '=', '.', 'a.', ','],
  ...[':', '/', '../', '%2f', '_', '7', '0', 'f', "'", '$(', 'eyJ', 'eyJa.', 'k=v,', 'a b ', '\u2028', '<'],
];
const NUMBERS = ['9', '0', '1.5', '-', '1e', '10'];
/** Entries of lists. */
const ITEMS = [
  '1',
  '""',
  '"a"',
  '" "',
  'null',
  'true',
  '{}',
  '[]',
  '1.5',
  '1e9',
  '{"a":1}',
  `"${UNKNOWN_ID}"`,
  '9'.repeat(999),
];

type Value =
  | { readonly kind: 'text' | 'number' | 'list' | 'deep'; readonly of: string; readonly size: number }
  | { readonly kind: 'map'; readonly of: string; readonly value: string; readonly size: number };

const size = fc.constantFrom(...SIZES);
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), of: fc.constantFrom(...TEXTS), size }),
  fc.record({ kind: fc.constant('number' as const), of: fc.constantFrom(...NUMBERS), size }),
  fc.record({ kind: fc.constant('list' as const), of: fc.constantFrom(...ITEMS), size }),
  fc.record({ kind: fc.constant('deep' as const), of: fc.constantFrom('[', '{"a":', '[[],'), size }),
  fc.record({
    kind: fc.constant('map' as const),
    of: fc.constantFrom('k', ' ', '__proto__', 'constructor', '', '1', 'same'),
    value: fc.constantFrom('""', '" "', '1', 'null', `"${'v'.repeat(65)}"`),
    size,
  }),
);

/** `size` is the length of a text and a number, and otherwise that of the JSON. */
function jsonOf(value: Value): string {
  const { kind, of } = value;
  const times = (length: number): number => Math.floor(Math.min(value.size, ROOM) / length);
  switch (kind) {
    case 'text':
      return `"${of.repeat(times(of.length))}"`;
    case 'number':
      return of.repeat(times(of.length)) || '0';
    case 'list':
      return `[${Array.from({ length: times(of.length + 1) }, () => of).join(',')}]`;
    case 'deep':
      return of.repeat(times(of.length));
    case 'map': {
      const members = Array.from({ length: times(of.length + value.value.length + 9) }, (_, i) => {
        return `"${of}${of === 'same' ? '' : i}":${value.value}`;
      });
      return `{${members.join(',')}}`;
    }
  }
}

/** Every member of a body, at any depth, and one that nobody knows. */
function fieldsOf(schema: BodySchema, at: readonly string[] = []): readonly (readonly string[])[] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => fieldsOf(member, [...at, name]));
  const items = schema.items ? fieldsOf(schema.items, [...at, '0']) : [];
  return [at, ...members, ...items, ...(schema.type === 'object' ? [[...at, 'unknown']] : [])];
}

/** What passes the rules, but for the field, which is as given. */
function bodyWith(schema: BodySchema, field: readonly string[], json: string): string {
  const [name, ...rest] = field;
  if (name === undefined) return json;
  if (schema.type === 'array') return `[${bodyWith(schema.items ?? { type: 'string' }, rest, json)}]`;
  const properties = {
    ...schema.properties,
    ...(schema.properties?.[name] ? {} : { [name]: { type: 'string' } as const }),
  };
  const members = Object.entries(properties).map(([key, member]) => {
    return `${JSON.stringify(key)}:${key === name ? bodyWith(member, rest, json) : goodJson(member)}`;
  });
  return `{${members.join(',')}}`;
}

function goodJson(schema: BodySchema): string {
  switch (schema.type) {
    case 'object':
      if (schema.additionalProperties && schema.propertyNames)
        return `{"${goodText(schema.propertyNames)}":${goodJson(schema.additionalProperties)}}`;
      if (schema.additionalProperties) return '{"glusterfs":"info"}';
      return `{${Object.entries(schema.properties ?? {})
        .map(([key, member]) => `"${key}":${goodJson(member)}`)
        .join(',')}}`;
    case 'array':
      return `[${goodJson(schema.items ?? { type: 'string' })}]`;
    case 'string':
      return JSON.stringify(goodText(schema));
    case 'boolean':
      return 'false';
    default:
      return String(Math.max(1, schema.minimum ?? 1));
  }
}

function goodText({ enum: values, pattern = '' }: BodySchema): string {
  if (values) return values.find((text) => text !== '') ?? '';
  if (pattern.startsWith('^vg_')) return `vg_${UNKNOWN_ID}/brick_${UNKNOWN_ID}`;
  if (pattern.includes('{32}')) return UNKNOWN_ID;
  return pattern.startsWith('^/') ? '/dev/sdb' : 'h1';
}

const BODIES = ANSWERED_ROUTES.flatMap(({ method, path, body }) => {
  const url = path.replace('{id}', UNKNOWN_ID);
  return body ? fieldsOf(body.schema).map((field) => ({ method, url, schema: body.schema, field })) : [];
});

it('no size of any field is answered by a defect, or keeps the server busy', { timeout: TIMEOUT_MS }, async () => {
  const api = await startApi();
  const asker = await Asker.of(api.server);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...BODIES), value, async ({ method, url, schema, field }, value) => {
      const payload = bodyWith(schema, field, jsonOf(value)).slice(0, 1024 * 1024);
      await asker.ask({ method, path: url, payload });
      api.calls.length = 0;
    }),
    RUNS,
  );
  await asker.close();
});

it('every body of these tests is accepted when its field is a good one', async () => {
  const api = await startApi();
  for (const { method, path, body } of ANSWERED_ROUTES) {
    if (!body) continue;
    const payload = goodJson(body.schema);
    const answer = await api.server.inject({ method, url: path.replace('{id}', UNKNOWN_ID), payload });
    expect([200, 201, 202, 204, 404, 501], `${method} ${path} ${payload}: ${answer.body}`).toContain(answer.statusCode);
  }
  await api.server.close();
});
