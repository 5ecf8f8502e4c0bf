import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AdminState } from '../../src/api/admin-state.js';
import type { BodySchema } from '../../src/api/contract/route.js';
import { DEFECT_TEXT } from '../../src/api/errors.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import type { Store } from '../../src/store/store.js';
import { ANSWERED_ROUTES } from './answered-routes.js';

/** A server to be fuzzed. Authentication is off. */
export interface FuzzTarget {
  readonly server: FastifyInstance;
  readonly store: Store;
  readonly admin: AdminState;
  /** Ids of objects that exist, so that requests get past the first lookup. */
  readonly ids: readonly string[];
  /** Resolves when no operation is running. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

interface Operation {
  readonly responses: Readonly<Record<string, ContractResponse>>;
}

interface ContractResponse {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; readonly schema: object }>>;
  readonly content?: Readonly<Record<string, { readonly schema: object }>>;
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, ContractResponse>> };
}

const ANSWER_LIMIT_MS = 10_000;
const CONTRACT_ID = 'https://contract.invalid/openapi';

const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as Document;
const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: { host: true, int64: true, float: true, binary: true },
});
ajv.addSchema({ $id: CONTRACT_ID, ...document });

/** Wherever text is read: what shells, parsers, terminals and file systems stumble over. */
const HOSTILE_TEXTS = [
  '',
  ' ',
  "'; touch /tmp/owned; '",
  '$(reboot)',
  '`id`',
  'a\nb',
  'a\u0000b',
  '\u001b[2J',
  '../../etc/passwd',
  '-rf',
  '--force',
  'é☃ 日本 \u{1f600}',
  '\u202e',
  '\ud800',
  '%s%n',
  '__proto__',
  'constructor',
  '"\\',
  '<script>&',
  'a'.repeat(300),
  '1e10',
  'null',
];

const hostileText = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));
const hugeInteger = fc.constantFrom(
  0n,
  -1n,
  2n ** 31n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  -(2n ** 63n),
  2n ** 64n,
  10n ** 40n,
);
const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  hostileText,
  hugeInteger,
  fc.double(),
  fc.constantFrom(null, true, [], {}, [[[[[]]]]], '1', 1.5),
);

/** Mostly what the schema describes, at any place sometimes something else. */
function anyValueOf(schema: BodySchema, ids: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: meantBy(schema, ids) }, { weight: 1, arbitrary: anyJson });
}

function meantBy(schema: BodySchema, ids: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return schema.properties
        ? objectOf(schema, ids)
        : fc.dictionary(fc.stringMatching(/^[a-z.]{1,5}$/), fc.oneof(fc.string(), hostileText), { maxKeys: 3 });
    case 'array':
      return fc.array(anyValueOf(schema.items ?? { type: 'string' }, ids), { maxLength: 3 });
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 30 }) }, hugeInteger);
    case 'number':
      return fc.oneof(fc.double({ min: 0, max: 120, noNaN: true }), hugeInteger);
    case 'string':
      return fc.oneof(
        {
          weight: 4,
          arbitrary: schema.pattern
            ? fc.stringMatching(new RegExp(schema.pattern))
            : fc.stringMatching(/^[a-z0-9./-]{1,12}$/),
        },
        { weight: 3, arbitrary: fc.constantFrom(...ids, '/dev/sdx') },
        { weight: 1, arbitrary: hostileText },
      );
  }
}

function objectOf(schema: BodySchema, ids: readonly string[]): fc.Arbitrary<unknown> {
  const properties = schema.properties ?? {};
  const model = Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, anyValueOf(member, ids)]));
  const requiredKeys = fc.constantFrom(true, true, true, false);
  return requiredKeys.chain((complete) =>
    fc.record(model, { requiredKeys: complete ? [...(schema.required ?? [])] : [] }),
  );
}

interface FuzzRequest {
  readonly id: string;
  readonly payload: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

function requestsOf(schema: BodySchema | undefined, ids: readonly string[]): fc.Arbitrary<FuzzRequest> {
  const json = (value: unknown): string => stringifyJson(value);
  const body = schema
    ? fc.oneof(
        { weight: 10, arbitrary: anyValueOf(schema, ids).map(json) },
        { weight: 1, arbitrary: anyJson.map(json) },
        { weight: 1, arbitrary: hostileText },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            '{"a":'.repeat(5000),
            `${'['.repeat(900)}${']'.repeat(900)}`,
            '{} x',
            'null',
            '\ufeff{}',
          ),
        },
        { weight: 1, arbitrary: fc.constant(undefined) },
      )
    : fc.constantFrom(undefined, '{}', '{bad', '\u0000');
  return fc.record({
    id: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...ids) },
      { weight: 2, arbitrary: fc.stringMatching(/^[A-Fa-f0-9]{1,40}$/) },
      { weight: 1, arbitrary: hostileText },
    ),
    payload: body,
    headers: fc.oneof(
      { weight: 3, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          { 'content-type': 'application/json' },
          { 'content-type': ';;' },
          { 'content-type': 'text/xml' },
        ),
      },
      { weight: 1, arbitrary: fc.stringMatching(/^[ -~]{1,20}$/).map((key) => ({ 'idempotency-key': key })) },
    ) as fc.Arbitrary<Readonly<Record<string, string>>>,
  });
}

function resolveResponse(response: ContractResponse): ContractResponse {
  const name = response.$ref?.split('/').at(-1);
  const resolved = name === undefined ? response : document.components.responses[name];
  if (!resolved) throw new Error(`openapi.yaml has no response ${name}`);
  return resolved;
}

/** The schemas of the document refer to each other from its root. */
function fromRoot(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${CONTRACT_ID}#/`)) as object;
}

const validators = new Map<object, ReturnType<typeof ajv.compile>>();

function expectToMatch(schema: object, value: unknown): void {
  const validate = validators.get(schema) ?? ajv.compile(fromRoot(schema));
  validators.set(schema, validate);
  validate(value);
  expect(validate.errors ?? []).toEqual([]);
}

/** Their length is not known when they begin. */
const SENT_IN_PIECES = new Set([
  '/usage',
  '/metrics',
  '/topology',
  '/db/dump',
  '/db/check',
  '/internal/state/examine/gluster',
]);

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Headers are texts, of which some are numbers. */
function asDeclared(schema: object, value: unknown): unknown {
  const isNumber = 'type' in schema && schema.type === 'integer' && /^\d+$/.test(String(value));
  return isNumber ? Number(value) : value;
}

/** Status, headers and body are as openapi.yaml says. */
function expectDeclared(pathTemplate: string, method: string, answer: Answer): void {
  const declared = document.paths[pathTemplate]?.[method.toLowerCase()]?.responses ?? {};
  expect(Object.keys(declared), answer.body.slice(0, 500)).toContain(String(answer.statusCode));
  expect(answer.body).not.toContain(DEFECT_TEXT);
  const response = resolveResponse(declared[String(answer.statusCode)] ?? {});
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const value = answer.headers[name.toLowerCase()];
    if (header.required) expect(value, name).toBeDefined();
    if (value !== undefined) expectToMatch(header.schema, asDeclared(header.schema, value));
  }
  const isInPieces = answer.statusCode === 200 && SENT_IN_PIECES.has(pathTemplate);
  const hasLength = Number(answer.headers['content-length']) >= 0;
  if (answer.statusCode !== 204) expect(hasLength).toBe(!isInPieces);
  if (!isInPieces) expect(answer.headers['transfer-encoding']).toBeUndefined();
  if (!response.content) {
    expect(answer.body).toBe('');
    return;
  }
  const type = String(answer.headers['content-type']).split(';')[0] ?? '';
  expect(Object.keys(response.content)).toContain(type);
  const value = type === 'application/json' ? JSON.parse(answer.body) : answer.body;
  expectToMatch(response.content[type]?.schema ?? {}, value);
  if (answer.statusCode >= 400) {
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.body).toMatch(/\S.*\n$/s);
  }
}

async function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`)), ANSWER_LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Statuses of a path that is not the route's after all, because the id in it is none. */
const OUTSIDE = [301, 400, 404, 405];

/**
 * Throws anything at every route of openapi.yaml. No answer may be missing, undeclared, or of another shape than
 * declared; 5xx are those the contract names; and what is refused leaves the database as it was.
 */
export function fuzzContract(name: string, build: () => Promise<FuzzTarget>, runsPerRoute: number): void {
  describe(`${name}, at anything`, () => {
    it.each(ANSWERED_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
      'answers %s as declared, and changes nothing when it refuses or is no change',
      async (_title, route) => {
        const target = await build();
        const dump = async (): Promise<string> => stringifyJson(await target.store.read(dumpDatabase));
        try {
          await fc.assert(
            fc.asyncProperty(requestsOf(route.body?.schema, target.ids), async ({ id, payload, headers }) => {
              target.admin.set('normal');
              await target.settle();
              const before = await dump();
              const url = route.path.replace('{id}', () => encodeURIComponent(wellFormed(id)));
              const answer = await within(
                target.server.inject({ method: route.method, url, headers, ...(payload !== undefined && { payload }) }),
              );
              if (route.path.includes('{id}') && !/^[A-Fa-f0-9]+$/.test(id)) {
                if (!OUTSIDE.includes(answer.statusCode))
                  expectDeclared(route.path.replace('/{id}', ''), route.method, answer);
              } else {
                expectDeclared(route.path, route.method, answer);
              }
              if (answer.statusCode >= 400 || route.changesNothing) {
                await target.settle();
                expect(await dump()).toBe(before);
              }
            }),
            { numRuns: runsPerRoute },
          );
        } finally {
          await target.close();
        }
      },
    );
  });
}

/** encodeURIComponent throws at half a surrogate pair. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
