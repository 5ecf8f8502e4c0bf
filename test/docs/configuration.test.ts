import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { MORTAR_VARIABLES } from '../../src/config/environment.js';
import { HEKETI_JSON_SCHEMA, type KeySchema } from '../../src/config/heketi-json.schema.js';
import { loadConfig } from '../../src/config/load-config.js';
import { readInjectionRules } from '../../src/executors/inject/injection-rules.js';
import { blocksOf, ROOT, spansOf, tablesUnder, textOf } from './documents.js';

const GUIDE = 'docs/configuration.md';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mortar-config-docs-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A key of the tables, by its whole path. */
interface Key {
  readonly path: string;
  readonly type: string;
  readonly fallback: string;
  /** Empty when there is none. */
  readonly variable: string;
  readonly isIgnored: boolean;
  /** Read, and used for nothing. */
  readonly isUnused: boolean;
  readonly executor: 'mock' | 'ssh' | 'kubernetes';
}

const KEYS: readonly Key[] = [
  ...keysUnder('Top level', ''),
  ...keysUnder('`events`', 'events.'),
  ...keysUnder('`audit`', 'audit.'),
  ...keysUnder('`glusterfs`', 'glusterfs.'),
  ...keysUnder('`sshexec` and `kubeexec`', 'glusterfs.sshexec.'),
];

const VARIABLES = [...tablesUnder(GUIDE, 'Variables without a key'), ...tablesUnder(GUIDE, 'Our own variables')].map(
  (row) => ({ name: bare(row.Variable), fallback: bare(row.Default) }),
);

/** A row may tell of two keys, with two variables. */
function keysUnder(heading: string, prefix: string): Key[] {
  return tablesUnder(GUIDE, heading).flatMap((row) => {
    const names = codes(row.Key ?? '');
    const variables = codes(row.Variable ?? '');
    return names.map((name, i) => ({
      path: `${isKube(name) ? 'glusterfs.kubeexec.' : prefix}${name}`,
      type: (row.Type ?? '').split(',')[0] ?? '',
      // A default in code is the whole of it; others go on with what differs
      fallback: /^`[^`]*`|^[^,]*/.exec(row.Default ?? '')?.[0] ?? '',
      variable: variables[i] ?? '',
      isIgnored: /\bignored\b/.test(row.Effect ?? '') && !/another value acts/.test(row.Effect ?? ''),
      isUnused: /\*\*not yet\*\*|without effect/.test(row.Effect ?? ''),
      executor: isKube(name) ? 'kubernetes' : prefix.endsWith('sshexec.') ? 'ssh' : 'mock',
    }));
  });
}

function isKube(name: string): boolean {
  return [
    'namespace',
    'gluster_daemonset',
    'use_pod_names',
    'max_connections',
    'disable_timeout_prefix',
    'kubeconfig',
  ].includes(name);
}

function codes(cell: string): string[] {
  return cell.split('`').filter((_, i) => i % 2 === 1);
}

function bare(cell = ''): string {
  return cell.replaceAll('`', '').split(',')[0] ?? '';
}

/** The keys of the schema that are looked at, or are named as old ones, by their paths. */
function schemaKeys(schema: KeySchema, path: string): [path: string, type: string][] {
  if (schema.type === 'object' && Object.keys(schema.properties).length > 0)
    return Object.entries(schema.properties).flatMap(([name, member]) =>
      schemaKeys(member, path === '' ? name : `${path}.${name}`),
    );
  return [[path, schema.type ?? '']];
}

interface Given {
  readonly key?: string;
  readonly value?: unknown;
  readonly env?: Record<string, string>;
  readonly executor?: Key['executor'];
}

/** With what every start needs, one key, and variables. */
function load({ key, value, env = {}, executor = 'mock' }: Given): Config {
  const json = {
    jwt: { admin: { key: 'A' }, user: { key: 'U' } },
    cert_file: 'cert',
    key_file: 'key',
    glusterfs: { executor, sshexec: { keyfile: '/key' }, kubeexec: {} },
  };
  if (key !== undefined) setAt(json, key.split('.'), value);
  const file = join(folder, 'heketi.json');
  writeFileSync(file, JSON.stringify(json));
  return loadConfig({ file, env, flags: { disableAuth: false } }).config;
}

function setAt(target: object, [name = '', ...rest]: readonly string[], value: unknown): void {
  const members = target as Record<string, unknown>;
  if (rest.length === 0) members[name] = value;
  else {
    members[name] ??= {};
    setAt(members[name] as object, rest, value);
  }
}

/** A text that its key takes and that is no default. Others take any. */
const OTHER_TEXTS: Readonly<Record<string, string>> = {
  port: '8181',
  default_state: 'read-only',
  'glusterfs.executor': 'inject/mock',
  'glusterfs.loglevel': 'debug',
  'glusterfs.zone_checking': 'strict',
  'glusterfs.device_check': 'off',
  'glusterfs.node_repair': 'off',
  'glusterfs.usage_survey': 'off',
  'glusterfs.sshexec.fstab': '/other/fstab',
  'glusterfs.sshexec.mountopts': 'rw',
  'glusterfs.sshexec.pv_data_alignment': '512K',
  'glusterfs.sshexec.vg_physicalextentsize': '8M',
  'glusterfs.sshexec.lv_chunksize': '512K',
  'glusterfs.sshexec.lvm_wrapper': '/usr/sbin/exec-on-host',
  'glusterfs.sshexec.port': '2222',
  'glusterfs.sshexec.keyfile': '/other/key',
};

function other({ path, type, fallback }: Key): unknown {
  if (type === 'bool') return fallback !== 'true';
  if (type === 'int') return 7;
  return OTHER_TEXTS[path] ?? 'other';
}

/** What the table says is used when nothing is given. */
function toldValue({ type, fallback }: Pick<Key, 'type' | 'fallback'>): unknown {
  const text = fallback.replaceAll('`', '');
  if (fallback.startsWith('`')) return text;
  if (type === 'bool') return text === 'true';
  if (type === 'int' && text !== 'none') return Number(text);
  if (!['a free port', 'none', "that of the server's pod"].includes(text))
    throw new Error(`an unknown default: ${text}`);
  return type === 'int' ? 0 : '';
}

/** The sources of everything that a configuration is made for. */
const PROGRAM_TEXT = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.startsWith('config/') && !name.endsWith('host-settings.ts'))
  .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));

/** By the names under which they are read; those of block hosting are called like others elsewhere. */
function changedFields(before: object, after: object): { name: string }[] {
  const old = new Map(Object.entries(before));
  return Object.entries(after).flatMap(([name, value]) => {
    const was: unknown = old.get(name);
    if (JSON.stringify(was) === JSON.stringify(value)) return [];
    if (typeof value !== 'object' || value === null || was === null) return [{ name }];
    const inner = changedFields(was as object, value);
    return name === 'blockHosting' ? inner.map((field) => ({ name: `${name}.${field.name}` })) : inner;
  });
}

const NOT_LOADED = ['events', 'audit', 'glusterfs', 'glusterfs.sshexec', 'glusterfs.kubeexec', 'glusterfs.injectexec'];
const LOADED = KEYS.filter(({ path }) => !NOT_LOADED.includes(path));
const HAS_DEFAULT = LOADED.filter(
  ({ path, isIgnored, fallback }) => !(isIgnored || fallback === 'required' || path.startsWith('jwt.')),
);

describe('the keys of configuration.md', () => {
  it('are those of the program, with their types', () => {
    const types: Record<string, string> = { integer: 'int', boolean: 'bool', '': '' };
    const shared = (path: string): string => path.replace('.kubeexec.', '.sshexec.');
    const known = schemaKeys(HEKETI_JSON_SCHEMA, '').map(([path, type]) => [path, types[type] ?? type] as const);
    const told = new Map(KEYS.map(({ path, type }) => [path, type]));
    const oldKeys = /The old keys (.*?) are ignored/s.exec(textOf(GUIDE))?.[1] ?? '';
    for (const [path, type] of known) {
      if (codes(oldKeys).some((name) => path === `glusterfs.kubeexec.${name}`)) expect(type).toBe('');
      else if (path !== 'glusterfs.injectexec')
        expect([path, told.get(path) ?? told.get(shared(path))]).toEqual([path, type]);
    }
    const paths = new Set(known.flatMap(([path]) => [path, shared(path)]));
    expect(LOADED.filter(({ path }) => !paths.has(path))).toEqual([]);
  });

  it.each(HAS_DEFAULT.map((key) => [key.path, key] as const))('%s has the default that is told', (_path, key) => {
    const { path, executor } = key;
    const unset = { executor, key: path, value: null };
    expect(load({ ...unset, value: toldValue(key) })).toEqual(load(unset));
    if (path.startsWith('cert_') || path.startsWith('key_')) return;
    expect(load({ ...unset, value: other(key) })).not.toEqual(load(unset));
  });

  it.each(LOADED.filter(({ isIgnored }) => isIgnored).map((key) => [key.path, key] as const))(
    '%s is ignored',
    (_path, key) => {
      for (const value of [true, false])
        expect(load({ key: key.path, value, executor: key.executor })).toEqual(load({ executor: key.executor }));
    },
  );

  it.each(['glusterfs', 'glusterfs.sshexec.keyfile', 'jwt.admin.key', 'jwt.user.key'])('%s is required', (key) => {
    expect(() => load({ key, value: null, executor: 'ssh' })).toThrow(key.split('.').at(-1));
  });

  it.each(['cert_file', 'key_file'])('%s is needed for TLS', (key) => {
    const file = join(folder, 'tls.json');
    const json = { enable_tls: true, cert_file: 'c', key_file: 'k', glusterfs: { executor: 'mock' }, [key]: null };
    writeFileSync(file, JSON.stringify(json));
    expect(() => loadConfig({ file, env: {}, flags: { disableAuth: true } })).toThrow(key);
  });

  it.each(HAS_DEFAULT.filter(({ path }) => !/^(cert|key)_/.test(path)).map((key) => [key.path, key] as const))(
    '%s is used by the program, or told to be without effect',
    (_path, { path, executor, isUnused, ...key }) => {
      const value = other({ path, executor, isUnused, ...key });
      const [field] = changedFields(load({ executor }), load({ executor, key: path, value }));
      expect(PROGRAM_TEXT.some((text) => text.includes(field?.name ?? '?'))).toBe(!isUnused);
    },
  );

  it.each(
    LOADED.filter(({ variable }) => variable.startsWith('HEKETI_') || variable.startsWith('MORTAR_')).map(
      (key) => [key.variable, key.path, key] as const,
    ),
  )('%s wins over %s', (variable, path, key) => {
    const { executor, isIgnored } = key;
    if (isIgnored) {
      expect(load({ executor, env: { [variable]: 'false' } })).not.toEqual(load({ executor }));
      return;
    }
    const value = other(key);
    const text =
      variable.startsWith('HEKETI_KUBE_GLUSTER') || variable.endsWith('USE_POD_NAMES') ? 'yes' : String(value);
    const expected = load({ executor, key: path, value });
    expect(load({ executor, env: { [variable]: text } })).toEqual(expected);
    expect(expected).not.toEqual(load({ executor }));
  });
});

describe('the variables of configuration.md', () => {
  const OTHER_VALUES: Readonly<Record<string, string>> = {
    MORTAR_LOG_FORMAT: 'text',
    MORTAR_MOCK_MODE: 'strict',
    MORTAR_DEVICE_CHECK: 'off',
    MORTAR_NODE_REPAIR: 'off',
    MORTAR_USAGE_SURVEY: 'off',
    MORTAR_DATABASE_URL: 'postgres://u@db/d',
  };
  /** Without which they have no effect. */
  const COMPANIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    MORTAR_DATABASE_PASSWORD_FILE: { MORTAR_DATABASE_URL: 'postgres://u@db/d' },
  };

  it.each(VARIABLES.map(({ name, fallback }) => [name, fallback] as const))(
    '%s has the default %s',
    (name, fallback) => {
      const env = COMPANIONS[name] ?? {};
      if (fallback !== 'none') expect(load({ env: { ...env, [name]: fallback } })).toEqual(load({ env }));
      expect(load({ env: { ...env, [name]: OTHER_VALUES[name] ?? '7' } })).not.toEqual(load({ env }));
    },
  );

  it('are all that are ours', () => {
    const told = VARIABLES.map(({ name }) => name).filter((name) => name.startsWith('MORTAR_'));
    expect(told.toSorted()).toEqual([...MORTAR_VARIABLES].toSorted());
  });

  it('are all that the program reads, and those that it does not are told to have no effect', () => {
    const sources = readdirSync(join(ROOT, 'src/config')).map((name) =>
      readFileSync(join(ROOT, 'src/config', name), 'utf8'),
    );
    const quoted = sources.flatMap((text) =>
      [...text.matchAll(/'((?:HEKETI_|SSH_)[A-Z_]+)'/g)].map(([, name]) => name),
    );
    const withoutEffect = /Accepted without effect.*?:(.*?)\. Other/s.exec(textOf(GUIDE))?.[1] ?? '';
    const told = new Set(spansOf(GUIDE).filter((span) => /^(HEKETI|SSH)_[A-Z_]+[A-Z]$/.test(span)));
    for (const name of codes(withoutEffect)) {
      expect(load({ env: { [name]: 'other' } })).toEqual(load({}));
      told.delete(name);
    }
    expect([...told].toSorted()).toEqual([...new Set(quoted)].toSorted());
  });
});

describe('the examples of configuration.md', () => {
  const [smallest, faults] = blocksOf(GUIDE).filter(({ language }) => language === 'json');

  it('have a smallest file that is read without a warning', () => {
    const file = join(folder, 'smallest.json');
    writeFileSync(file, smallest?.lines.join('\n') ?? '');
    expect(loadConfig({ file, env: {}, flags: { disableAuth: false } }).warnings).toEqual([]);
  });

  it('have faults that are understood', () => {
    const file = join(folder, 'faults.json');
    writeFileSync(file, `{"glusterfs": {${faults?.lines.join('\n')}}}`);
    const { config, warnings } = loadConfig({ file, env: {}, flags: { disableAuth: true } });
    expect(warnings).toEqual([]);
    expect(readInjectionRules(config.injection?.raw)).toMatchObject({ commands: [{}], results: [{}] });
  });
});
