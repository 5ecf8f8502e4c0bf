import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { parseAllDocuments } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../../../..');
const SCHEMAS = join(ROOT, 'test/deployment/schemas');

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export type KubernetesVersion = '1.20' | '1.25' | '1.27' | '1.28' | '1.29' | '1.30' | '1.32';

/** Where `kubectl` and `helm` are. */
function tool(name: 'kubectl' | 'helm'): string {
  return join(run(process.execPath, [join(ROOT, 'scripts/kubernetes-tools.mjs')]).trim(), name);
}

/** Why neither runs here; null when they do. */
export function whyNoTools(): string | null {
  const { platform, arch } = process;
  return platform === 'linux' && arch === 'x64'
    ? null
    : `kubectl and helm are for Linux on x64, not ${platform} on ${arch}`;
}

/** What kustomize makes of a folder below deploy/kubernetes. */
export function kustomized(folder: string): Manifest[] {
  return readManifests(run(tool('kubectl'), ['kustomize', join(ROOT, 'deploy/kubernetes', folder)]));
}

/** The same of a kustomization.yaml that lies beside the folder deploy. */
export function kustomizedFrom(text: string): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-kustomization-'));
  try {
    const fromHere = text.replaceAll('deploy/kubernetes', join(relative(folder, ROOT), 'deploy/kubernetes'));
    writeFileSync(join(folder, 'kustomization.yaml'), fromHere);
    return readManifests(run(tool('kubectl'), ['kustomize', folder]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What Helm makes of the chart, for a release in the namespace glusterfs. */
export function rendered(values: object, version: KubernetesVersion): Manifest[] {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-chart-'));
  try {
    const file = join(folder, 'values.json');
    writeFileSync(file, JSON.stringify(values));
    const release = ['mortar', join(ROOT, 'deploy/helm/mortar'), '--namespace', 'glusterfs'];
    const cache = { HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder, HELM_DATA_HOME: folder };
    return readManifests(
      run(tool('helm'), ['template', ...release, '--values', file, '--kube-version', `${version}.0`], cache),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** All objects of a YAML text, by kind and name in order. */
export function readManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null)
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

interface SchemaFile {
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: object;
}

/** Tells what that version of Kubernetes, with the Prometheus operator in it, would refuse of an object. */
export function refusalsBy(version: KubernetesVersion): (manifest: Manifest) => string[] {
  const validators = new Map<string, ValidateFunction>();
  for (const name of [`kubernetes-${version}`, 'prometheus-operator']) {
    const { kinds, definitions } = JSON.parse(readFileSync(join(SCHEMAS, `${name}.json`), 'utf8')) as SchemaFile;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    ajv.addSchema({ $id: name, definitions });
    for (const [kind, type] of Object.entries(kinds))
      validators.set(kind, ajv.compile({ $ref: `${name}#/definitions/${type}` }));
  }
  return (manifest) => {
    const validate = validators.get(`${manifest.apiVersion} ${manifest.kind}`);
    if (!validate) return [`${version} has no ${manifest.apiVersion} ${manifest.kind}`];
    if (validate(withoutNulls(manifest))) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${nameOf(manifest)}: ${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  };
}

/** For the API server a field that is null is not there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([key, field]) => [key, withoutNulls(field)]));
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
