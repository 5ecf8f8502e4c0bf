import { rmSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BodySchema } from '../../src/api/contract/route.js';
import { dumpDatabase } from '../../src/interchange/dump.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import { startApp, type TestApp } from '../support/app.js';
import { makeMemoryFolder } from '../support/memory-folder.js';
import { ANSWERED_ROUTES } from './answered-routes.js';
import { Asker, MOST_CPU_WITH_HOSTS_MS, RUNS, TIMEOUT_MS } from './fuzz-support.js';

/** Every record of the database by its id, as JSON; without the mount hosts of volumes, which follow their cluster's nodes. */
type Records = ReadonlyMap<string, string>;

const MAX = 2 ** 31 - 1;
/** Which of the ids that are there. */
const pick = fc.integer({ min: 0, max: MAX });
/** How a path may be written: C is the route as it stands, with its id, E with encoded slashes, I another id. */
const SPELLINGS = [
  'C,C,C,C,C,E,E,E?C,/C,/./C,/clusters/..C,C/,C/.,C?x=/../volumes/I,C#I,http://other.invalidC'.split(','),
  'C/../I,C%2f..%2fI,C%2F,C/%2e%2e/I,%2fC,C%00,C;I,C\\I,C%5c..%5cI,C//,C/I,C%20,/queue/..C'.split(','),
  ['/volumes/I/../..C', '/clusters/I%2f..%2f..C', `C/${'./'.repeat(4_000)}`, `C/${'a'.repeat(14_000)}`],
].flat();

const answers = fc.array(fc.tuple(fc.boolean(), pick), { minLength: 24, maxLength: 24 });

interface Draw {
  next(): readonly [boolean, number];
}

function drawing(from: readonly (readonly [boolean, number])[]): Draw {
  let at = 0;
  return { next: () => from[at++ % from.length] ?? [true, 0] };
}

/** An id that is there: mostly one of the kind that is meant, by the word before it. */
function idFor(word: string, draw: Draw, records: Records): string {
  const [, n] = draw.next();
  const kind = `${word.replace(/s$/, '')}entries`;
  const all = [...records].filter(([id]) => id.length === 32);
  const meant = n % 4 === 0 ? [] : all.filter(([, text]) => text.startsWith(kind));
  const chosen = meant.length > 0 ? meant : all;
  return chosen[n % chosen.length]?.[0] ?? '';
}

/** Mostly good, with ids that are there. */
function bodyOf(schema: BodySchema, draw: Draw, records: Records, word = ''): unknown {
  const [isGiven, n] = draw.next();
  switch (schema.type) {
    case 'object':
      if (schema.additionalProperties) return { [`k${n % 3}`]: `v${n % 5}` };
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          .filter(([name]) => schema.required?.includes(name) || draw.next()[0])
          .map(([name, member]) => [name, bodyOf(member, draw, records, name)]),
      );
    case 'array':
      return isGiven ? [bodyOf(schema.items ?? { type: 'string' }, draw, records, word)] : [];
    case 'string':
      return textOf(schema, n, () => idFor(word, draw, records));
    case 'boolean':
      return isGiven;
    default:
      return 1 + (n % 3);
  }
}

function textOf({ enum: values, pattern = '', format }: BodySchema, n: number, id: () => string): string {
  if (values) return values[n % values.length] ?? '';
  if (pattern.startsWith('^vg_')) return `vg_${id()}/brick_${id()}`;
  if (pattern.includes('{32}')) return id();
  if (pattern.startsWith('^/')) return `/dev/sd${'bcdefghij'[n % 9]}`;
  if (format === 'host') return `host${n % 50}`;
  return pattern === '' ? id() : `name${n % 40}`;
}

async function recordsOf({ store }: TestApp): Promise<Records> {
  const dump = await store.read(dumpDatabase);
  const withoutHosts = (key: string, value: unknown): unknown => (key === 'mount' ? undefined : value);
  return new Map(
    Object.entries(dump).flatMap(([kind, entries]) =>
      Object.entries(entries as Record<string, unknown>).map(([id, entry]) => [
        id,
        `${kind} ${JSON.stringify(entry, withoutHosts)}`,
      ]),
    ),
  );
}

/**
 * A record that is new, changed or gone is one that the request names, or one that refers to such a one, or to one that
 * came or went with it, and only then if a named one may do so (bricks of a volume, the device of a brick).
 */
function expectNamed(before: Records, after: Records, named: ReadonlySet<string>, what: string): void {
  const touched = [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id));
  const gone = touched.filter((id) => !after.has(id));
  const born = touched.filter((id) => !before.has(id));
  const text = (id: string): string => `${before.get(id) ?? ''} ${after.get(id) ?? ''}`;
  const refersTo = (id: string, others: Iterable<string>): boolean =>
    [...others].some((other) => text(id).includes(other));
  for (const id of gone) {
    if (!named.has(id)) expect(refersTo(id, named), `${what} removed ${id}: ${text(id)}`).toBe(true);
  }
  const known = new Set([...named, ...born, ...gone]);
  for (const id of touched) {
    if (!known.has(id)) expect(refersTo(id, known), `${what} changed ${id}: ${text(id)}`).toBe(true);
  }
}

const HEX = /[0-9a-f]{32}/g;

/** Nothing for a path that is not what it seems. */
function namedBy(path: string, payload: string): ReadonlySet<string> | null {
  const [bare = ''] = path.replace(/^http:\/\/[^/]*/, '').split('?');
  const isDisguised = /%2f|(^|\/)(\.|%2e){1,2}(\/|$)/i.test(bare);
  return isDisguised ? null : new Set([...(bare.match(HEX) ?? []), ...(payload.match(HEX) ?? [])]);
}

async function replenish(app: TestApp): Promise<void> {
  const counts = await app.store.read(async (tx) => ({
    nodes: (await tx.nodes.list()).length,
    devices: (await tx.devices.list()).length,
    volumes: (await tx.volumes.list()).length,
  }));
  const post = async (url: string, payload: object): Promise<string> => {
    const answer = await app.post(url, payload);
    if (answer.statusCode === 201) return answer.json<{ id: string }>().id;
    const location = String((await app.server.inject({ url: String(answer.headers.location) })).headers.location ?? '');
    return location.slice(location.lastIndexOf('/') + 1);
  };
  if (counts.nodes < 3 || counts.devices < 6) {
    const cluster = await post('/clusters', { block: true, file: true });
    for (const n of [1, 2, 3]) {
      const host = `m${cluster.slice(0, 8)}${n}`;
      const node = await post('/nodes', { cluster, zone: n, hostnames: { manage: [host], storage: [host] } });
      for (const name of ['/dev/sdb', '/dev/sdc', '/dev/sdd']) await post('/devices', { node, name });
    }
  }
  if (counts.volumes < 3)
    await post('/volumes', { size: 10, durability: { type: 'replicate', replicate: { replica: 3 } } });
}

const MOSTLY_CHANGES = [...ANSWERED_ROUTES, ...ANSWERED_ROUTES.filter(({ method }) => method !== 'GET')];

it('what a request changes is what its path and body name, and nothing when it is refused', {
  timeout: TIMEOUT_MS,
}, async () => {
  const folder = makeMemoryFolder('mortar-fuzz-');
  const app = await startApp({ db: join(folder, 'heketi.db') });
  // 500 is what the original answers where there is no space, for example.
  const asker = await Asker.of(app.server, [500, 501], MOST_CPU_WITH_HOSTS_MS);
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...MOSTLY_CHANGES),
      fc.constantFrom(...SPELLINGS),
      answers,
      async (route, spelling, drawn) => {
        app.admin.set('normal');
        await replenish(app);
        const before = await recordsOf(app);
        const draw = drawing(drawn);
        const id = (): string => idFor(route.path.split('/')[1] ?? '', draw, before);
        const clean = route.path.replace('{id}', id());
        const encoded = `/${clean.slice(1).replaceAll('/', '%2f')}`;
        const path = spelling.replace('C', clean).replace('E', encoded).replaceAll('I', id);
        const payload = route.body ? JSON.stringify(bodyOf(route.body.schema, draw, before)) : '';
        const what = `${route.method} ${path.slice(0, 300)} ${payload}`;
        const { statusCode } = await asker.ask({ method: route.method, path, payload });
        await app.settled();
        const after = await recordsOf(app);
        const named = namedBy(path, payload);
        const mayChange =
          (route.method !== 'GET' || route.operationId === 'deviceResync') && named !== null && statusCode < 300;
        expectNamed(before, after, named ?? new Set(), what);
        if (!mayChange) expect([...after], what).toEqual([...before]);
        else if (stringifyJson([...after]) !== stringifyJson([...before])) changes += 1;
      },
    ),
    RUNS,
  );
  console.log(`fuzz: ${changes} requests changed something`);
  expect(changes).toBeGreaterThan(RUNS.numRuns / 50);
  await asker.close();
  await app.remove();
  rmSync(folder, { recursive: true, force: true });
});
