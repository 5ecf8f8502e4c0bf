import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONTAINER_VARIABLES } from '../../../src/config/container-variables.js';
import { MORTAR_VARIABLES } from '../../../src/config/environment.js';
import { HEKETI_JSON_SCHEMA, type KeySchema } from '../../../src/config/heketi-json.schema.js';

const root = new URL('../../../', import.meta.url);
const documentation = readFileSync(new URL('docs/configuration.md', root), 'utf8');
const container = readFileSync(new URL('docs/container.md', root), 'utf8');

function keysOf(schema: KeySchema): string[] {
  if (schema.type !== 'object') return [];
  return Object.entries(schema.properties).flatMap(([key, member]) => [key, ...keysOf(member)]);
}

function variablesInSource(): string[] {
  const folder = new URL('src/config/', root);
  const source = readdirSync(folder)
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n');
  return [...new Set(source.match(/'(HEKETI_|MORTAR_|SSH_)[A-Z_]+'/g) ?? [])].map((name) => name.slice(1, -1));
}

describe('docs/configuration.md', () => {
  it('describes every key', () => {
    const missing = keysOf(HEKETI_JSON_SCHEMA).filter((key) => !new RegExp(`[\`.]${key}[\`.]`).test(documentation));
    expect(missing).toEqual([]);
  });

  it('and that of the container describe every variable that is read', () => {
    const variables = variablesInSource();
    expect(variables.length).toBeGreaterThan(30);
    const told = `${documentation}${container}`;
    expect(variables.filter((name) => !told.includes(`\`${name}\``))).toEqual([]);
  });

  it('and the list of our own variables has those that are read', () => {
    expect(
      variablesInSource()
        .filter((name) => name.startsWith('MORTAR_'))
        .sort(),
    ).toEqual([...MORTAR_VARIABLES, ...CONTAINER_VARIABLES].sort());
  });
});
