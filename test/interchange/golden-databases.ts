import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { JsonFloat } from '../../src/json/json-value.js';
import { parseJson } from '../../src/json/parse-json.js';

const ROOTS = [join(import.meta.dirname, '../golden'), join(import.meta.dirname, '../../../shared/golden')];

/** Recordings of the original; the copies in test/golden come first. */
function goldenPath(name: string): string {
  const root = ROOTS.find((directory) => existsSync(join(directory, name)));
  if (root === undefined) throw new Error(`test/golden/${name} is missing`);
  return join(root, name);
}

export function goldenNames(ending: string): readonly string[] {
  return readdirSync(dirname(goldenPath('db/empty-new.export.json')))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
}

/** An exported database. */
export function readGolden(name: string): unknown {
  return parseJson(readFileSync(goldenPath(`db/${name}`), 'utf8'));
}

interface Scenario {
  readonly server: { readonly preload?: unknown };
  readonly steps: readonly Step[];
}

interface Step {
  readonly name: string;
  readonly expect: { readonly json?: unknown };
}

/** The database that a recorded scenario starts with. */
export function goldenPreload(name: string): unknown {
  return scenario(name).server.preload;
}

export function goldenStep(name: string, stepName: string): Step {
  const step = scenario(name).steps.find((candidate) => candidate.name === stepName);
  if (step === undefined) throw new Error(`${name} has no step ${stepName}`);
  return step;
}

function scenario(name: string): Scenario {
  return JSON.parse(readFileSync(goldenPath(name), 'utf8')) as Scenario;
}

/** The members in which two dumps of one database may differ: the order of lists of ids, and the generation id. */
export function comparable(document: unknown): unknown {
  return simplify(document, '');
}

const ID_LISTS = new Set(['nodes', 'volumes', 'blockvolumes', 'Devices', 'Bricks', 'blockvolume', 'clusters']);

function simplify(value: unknown, name: string): unknown {
  if (Array.isArray(value)) {
    const list = value.map((item) => simplify(item, ''));
    return ID_LISTS.has(name) ? list.sort() : list;
  }
  if (value instanceof JsonFloat) return value.value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'DB_GENERATION_ID');
  return Object.fromEntries(entries.map(([key, member]) => [key, simplify(member, key)]));
}
