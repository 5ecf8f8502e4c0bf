import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/api/contract/routes.js';
import { containerSettings } from '../../src/app/container/container-settings.js';
import { CONTAINER_VARIABLES } from '../../src/config/container-variables.js';
import { Exposition } from '../../src/metrics/exposition.js';
import { addSharing } from '../../src/metrics/sharing-metrics.js';
import { startApp, type TestApp } from '../support/app.js';
import { DOCUMENTS, ROOT, spansOf, tablesUnder, textOf } from './documents.js';

const inDocuments = DOCUMENTS.flatMap((document) => spansOf(document).map((span) => [document, span] as const));

/** What documents say in code that `pattern` takes and `isTrue` does not. */
function untrue(pattern: RegExp, isTrue: (found: RegExpExecArray) => boolean): string[] {
  return inDocuments.flatMap(([document, span]) => {
    const found = pattern.exec(span);
    return found === null || isTrue(found) ? [] : [`${document}: ${span}`];
  });
}

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name) && !name.includes('node_modules'))
    .map((name) => `${folder}/${name}`);
}

describe('documents name', () => {
  const sources = filesUnder('src', /\.ts$/);

  const tests = filesUnder('test', /\.test\.ts$/);

  it('files and folders that there are', () => {
    const folders = new Set([...sources, ...filesUnder('console', /\.tsx?$/)].map((name) => basename(dirname(name))));
    const isThere = (name: string): boolean =>
      name === 'heketi.json' ||
      (name.includes('*') && tests.some((test) => isLike(test, name))) ||
      ['', 'src'].some((folder) => existsSync(join(ROOT, folder, name))) ||
      sources.some((source) => source.endsWith(`/${name}`)) ||
      (name.endsWith('/') && folders.has(name.slice(0, -1)));
    const isFile = /^(?!https?:)[\w.-]*[\w/.-]*(\.(ts|mjs|cjs|md|sql|yaml)|\w\/)$/;
    expect(untrue(isFile, ([name]) => isThere(name))).toEqual([]);
    expect(
      untrue(/^(test|src|scripts|docs|examples|bench|packaging|bin|deploy|extras)\/\S+$/, ([name]) => isThere(name)),
    ).toEqual([]);
  });

  it('other documents, and headings of them, that there are', () => {
    const broken = DOCUMENTS.flatMap((document) =>
      [...textOf(document).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, file = '', anchor]) => {
        const target = file === '' ? document : join(dirname(document), file);
        if (!existsSync(join(ROOT, target))) return [`${document}: ${link}`];
        return anchor === undefined || anchorsOf(target).includes(anchor) ? [] : [`${document}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it('requests that the server takes', () => {
    // The first is no route of the contract: see registerConsole.
    const served = new Set(['GET /', ...ROUTES.map(({ method, path }) => `${method} ${path}`)]);
    const named = (path: string): string => path.replace(/\/(ID|\{id\})(?=\/|$)/, '/{id}');
    expect(
      untrue(/^(GET|POST|DELETE|PUT|HEAD) (\/\S*)$/, ([, method, path = '']) => served.has(`${method} ${named(path)}`)),
    ).toEqual([]);
    const parts = new Set(
      ROUTES.flatMap(({ path }) => path.split('/').map((_, i, all) => all.slice(0, i + 1).join('/'))),
    );
    const first = new Set(ROUTES.map(({ path }) => path.split('/')[1]));
    expect(untrue(/^(\/([a-z]+)\S*)$/, ([, path = '', start]) => !first.has(start) || parts.has(named(path)))).toEqual(
      [],
    );
  });

  it('variables that something reads', () => {
    const programs = [
      ...sources,
      ...filesUnder('scripts', /\.mjs$/),
      ...filesUnder('test', /\.(ts|mjs)$/),
      'package.json',
      'packaging/heketi-start.sh',
    ]
      .filter((name) => !name.startsWith('test/docs/'))
      .map((name) => readFileSync(join(ROOT, name), 'utf8'));
    const withoutEffect = /Accepted without effect.*?\. Other/s.exec(textOf('docs/configuration.md'))?.[0] ?? '';
    const isRead = (name: string): boolean =>
      withoutEffect.includes(name) || programs.some((text) => text.includes(name));
    expect(untrue(/^((?:HEKETI|MORTAR|SSH)_[A-Z_]*[A-Z])\b/, ([, name = '']) => isRead(name))).toEqual([]);
  });

  it('keys, fields and metrics that are in the program', () => {
    const programs = [...sources, ...filesUnder('deploy', /\.yaml$/), 'openapi.yaml'].map((name) =>
      readFileSync(join(ROOT, name), 'utf8'),
    );
    const isThere = ([name]: RegExpExecArray): boolean =>
      ['known_hosts', 'authorized_keys'].includes(name) || programs.some((text) => text.includes(name));
    expect(untrue(/^[a-z]+(_[a-z]+)+$/, isThere)).toEqual([]);
  });
});

describe('the image', () => {
  const json = (name: string) => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));

  it('has the configuration of the examples, with its database where the start script expects it', () => {
    const { glusterfs, ...rest } = json('examples/heketi.json');
    expect(json('packaging/heketi.json')).toEqual({
      ...rest,
      glusterfs: { ...glusterfs, db: '/var/lib/heketi/heketi.db' },
    });
    expect(containerSettings({}, null, [])).toMatchObject({
      configFile: '/etc/heketi/heketi.json',
      dataFolder: '/var/lib/heketi',
    });
  });

  it('is made from files that there are, and that are let into its build', () => {
    const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    const copied = [...readFileSync(join(ROOT, 'Dockerfile'), 'utf8').matchAll(/^COPY (?!--)(.*) \S+$/gm)];
    for (const source of copied.flatMap(([, sources = '']) => sources.split(' '))) {
      expect(existsSync(join(ROOT, source)), source).toBe(true);
      expect(allowed).toContain(`!${source.split('/')[0]}`);
    }
  });
});

describe('the start of a container', () => {
  it('reads the variables that are told, with their defaults', () => {
    const rows = tablesUnder('docs/container.md', 'Variables');
    const told = new Map(rows.map(({ Variable = '', Default = '' }) => [codeIn(Variable), Default]));
    const asked = new Set<string>();
    const env = new Proxy({}, { get: (_, name) => void asked.add(String(name)) });
    containerSettings(env, null, []);
    expect([...told.keys()].toSorted()).toEqual([...asked].toSorted());
    expect([...told.keys()].filter((name) => name.startsWith('MORTAR_')).toSorted()).toEqual(
      CONTAINER_VARIABLES.toSorted(),
    );
    const values = [...told].filter(([, value]) => value !== 'none' && !value.includes(' '));
    const defaults = Object.fromEntries(values.map(([name, value]) => [name, codeIn(value)]));
    expect(values).toHaveLength(told.size - 2);
    expect(containerSettings(defaults, null, [])).toEqual(containerSettings({}, null, []));
  });
});

describe('the metrics', () => {
  let app: TestApp;
  let names: string[];
  beforeAll(async () => {
    app = await startApp();
    const { body: ofOne } = await app.server.inject('/metrics');
    const body = `${ofOne}\n${await metricsOfSeveralServers()}`;
    names = [...body.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
  });
  afterAll(() => app.remove());

  it('that are named are told', () => {
    expect(untrue(/^((?:mortar|heketi)_[a-z_]*[a-z])(\{\w+\})?$/, ([, name = '']) => names.includes(name))).toEqual([]);
  });

  it("are Heketi's and ours, and none of Go's", () => {
    expect(names.filter((name) => !/^(heketi|mortar)_/.test(name))).toEqual([]);
  });

  it('need no token, as the document of security says', () => {
    const open = ROUTES.filter(({ isOpen }) => isOpen).map(({ path }) => `\`${path}\``);
    expect(textOf('SECURITY.md')).toContain(`${open.slice(0, -1).join(', ')} and ${open.at(-1)} need no token`);
  });
});

/** What a server tells beside the rest where others may be on its database. */
async function metricsOfSeveralServers(): Promise<string> {
  const exposition = new Exposition();
  const sharing = {
    turn: Promise.resolve(),
    otherAtWork: () => null,
    onNews: () => undefined,
    handOver: async () => undefined,
  };
  addSharing(exposition, { sharing, isAlone: () => true });
  let text = '';
  for await (const piece of exposition) text += piece;
  return text;
}

/** Whether a name fits one with a star in it. */
function isLike(name: string, wanted: string): boolean {
  const [start = '', end = ''] = wanted.split('*');
  return name.startsWith(start) && name.endsWith(end);
}

/** What stands in a code span, or all of it where there is none. */
function codeIn(cell: string): string {
  return /`([^`]*)`/.exec(cell)?.[1] ?? cell;
}

/** GitHub's names for headings. */
function anchorsOf(document: string): string[] {
  return textOf(document)
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
}
