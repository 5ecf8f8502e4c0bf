import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../../src');

/** Whatever follows from a transition (an event, an audit line) hooks in there and would be missed elsewhere. */
const TRANSITIONS = 'operations/engine/transitions/';
const WRITERS = ['interchange/import.ts', TRANSITIONS];

it('records of operations are written by transitions alone, and by an import, which brings its own', () => {
  // What an import has in memory before it writes is no record yet.
  const write = /(?<!\bimported)\.operations\.(insert|update|delete|setStatus|mark\w+)\(/;
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => write.test(readFileSync(file, 'utf8')));
  const writers = files.map((file) => relative(SRC, file));
  const places = writers.map((file) => (file.startsWith(TRANSITIONS) ? TRANSITIONS : file));
  expect([...new Set(places)].sort()).toEqual(WRITERS);
});
