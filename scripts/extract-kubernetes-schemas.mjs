#!/usr/bin/env node
// Makes the schemas of test/deployment/schemas, one of each version of Kubernetes, from the types of packages that are
// generated from Kubernetes' own API documents. Needed when a manifest uses a kind that is not there yet, or for another
// version; it gets the packages from the registry.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { root } from './prerequisites.mjs';

/** By API version and kind, the types that describe them. */
const KINDS = {
  'v1 ConfigMap': 'V1ConfigMap',
  'v1 Endpoints': 'V1Endpoints',
  'v1 PersistentVolumeClaim': 'V1PersistentVolumeClaim',
  'v1 Pod': 'V1Pod',
  'v1 Secret': 'V1Secret',
  'v1 Service': 'V1Service',
  'v1 ServiceAccount': 'V1ServiceAccount',
  'apps/v1 DaemonSet': 'V1DaemonSet',
  'apps/v1 Deployment': 'V1Deployment',
  'batch/v1 Job': 'V1Job',
  'networking.k8s.io/v1 NetworkPolicy': 'V1NetworkPolicy',
  'policy/v1 PodDisruptionBudget': 'V1PodDisruptionBudget',
  'policy/v1beta1 PodDisruptionBudget': 'V1beta1PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1 ClusterRole': 'V1ClusterRole',
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': 'V1ClusterRoleBinding',
  'rbac.authorization.k8s.io/v1 Role': 'V1Role',
  'rbac.authorization.k8s.io/v1 RoleBinding': 'V1RoleBinding',
  'storage.k8s.io/v1 CSIDriver': 'V1CSIDriver',
  'storage.k8s.io/v1 StorageClass': 'V1StorageClass',
};

const OPERATOR_KINDS = {
  'monitoring.coreos.com/v1 PrometheusRule': 'IPrometheusRule',
  'monitoring.coreos.com/v1 ServiceMonitor': 'IServiceMonitor',
};

/** Of Kubernetes 1.26 and 1.31 no release of the client was generated. */
const CLIENTS = [
  { version: '1.20', client: '0.14.3', folder: 'dist/gen/model' },
  { version: '1.25', client: '0.18.1', folder: 'dist/gen/model' },
  { version: '1.27', client: '0.19.0', folder: 'dist/gen/model' },
  { version: '1.28', client: '0.20.0', folder: 'dist/gen/model' },
  { version: '1.29', client: '0.21.0', folder: 'dist/gen/model' },
  { version: '1.30', client: '0.22.0', folder: 'dist/gen/model' },
  { version: '1.32', client: '1.1.2', folder: 'dist/gen/models' },
];

const SCHEMAS = [
  ...CLIENTS.map(({ version, client, folder }) => ({
    name: `kubernetes-${version}`,
    source: `@kubernetes/client-node@${client}`,
    folder,
    kinds: KINDS,
  })),
  {
    name: 'prometheus-operator',
    source: '@kubernetes-models/prometheus-operator@1.6.3',
    folder: 'monitoring.coreos.com/v1',
    kinds: OPERATOR_KINDS,
  },
];

/** Types of the packages that say less than a schema can, or are described elsewhere. */
const KNOWN_TYPES = {
  any: {},
  object: {},
  IObjectMeta: { type: 'object' },
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date-time' },
  IntOrString: { type: ['integer', 'string'] },
};

for (const { name, source, folder, kinds } of SCHEMAS) {
  const types = unpacked(source, (unpackedAt) => readTypes(path.join(unpackedAt, folder)));
  const known = Object.entries(kinds).filter(([, type]) => types.has(type));
  const definitions = {};
  for (const [, type] of known) define(type, types, definitions);
  const schema = { source, kinds: Object.fromEntries(known), definitions };
  writeFileSync(path.join(root, 'test/deployment/schemas', `${name}.json`), oneLineEach(schema));
}

function unpacked(source, work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mortar-schemas-'));
  try {
    const [{ filename }] = JSON.parse(
      execFileSync('npm', ['pack', '--json', source], { cwd: folder, encoding: 'utf8' }),
    );
    execFileSync('tar', ['xzf', filename], { cwd: folder });
    return work(path.join(folder, 'package'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The declarations of a folder's classes and interfaces by their names, and their properties' names on the wire. */
function readTypes(folder) {
  const types = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.d.ts'))) {
    const source = ts.createSourceFile(file, readFileSync(path.join(folder, file), 'utf8'), ts.ScriptTarget.Latest);
    const wireNames = readWireNames(path.join(folder, file.replace(/\.d\.ts$/, '.js')));
    for (const statement of source.statements)
      if (ts.isClassDeclaration(statement) || ts.isInterfaceDeclaration(statement))
        types.set(statement.name.text, { members: statement.members, source, wireNames });
  }
  return types;
}

/** Words of JavaScript have another name in the types than on the wire. */
function readWireNames(file) {
  const pairs = readFileSync(file, 'utf8').matchAll(/"name": "(\w+)",\s*"baseName": "([^"]+)"/g);
  return new Map([...pairs].map(([, name, wireName]) => [name, wireName]));
}

function define(name, types, definitions) {
  if (name in definitions) return;
  const { members, source, wireNames } = types.get(name);
  definitions[name] = null; // for types that contain themselves
  definitions[name] = objectSchema(members, { source, wireNames, types, definitions });
}

function objectSchema(members, context) {
  const properties = {};
  const required = [];
  for (const member of members) {
    const isStatic = member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
    if (!(ts.isPropertyDeclaration(member) || ts.isPropertySignature(member)) || isStatic) continue;
    const name = context.wireNames.get(member.name.text) ?? member.name.text;
    properties[name] = schemaOf(member.type, context);
    if (!member.questionToken) required.push(name);
  }
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false };
}

function schemaOf(type, context) {
  if (ts.isArrayTypeNode(type)) return { type: 'array', items: schemaOf(type.elementType, context) };
  if (ts.isTypeLiteralNode(type)) {
    const [index] = type.members.filter(ts.isIndexSignatureDeclaration);
    if (!index) return objectSchema(type.members, context);
    return { type: 'object', additionalProperties: schemaOf(index.type, context) };
  }
  if (ts.isUnionTypeNode(type)) return { anyOf: type.types.map((one) => schemaOf(one, context)) };
  if (ts.isLiteralTypeNode(type)) return { const: type.literal.text };
  const text = type.getText(context.source);
  if (text.startsWith('Array<')) return { type: 'array', items: schemaOf(type.typeArguments[0], context) };
  if (text in KNOWN_TYPES) return KNOWN_TYPES[text];
  if (!context.types.has(text)) throw new Error(`what is the type ${text}?`);
  define(text, context.types, context.definitions);
  return { $ref: `#/definitions/${text}` };
}

function oneLineEach({ definitions, ...head }) {
  const lines = Object.entries(definitions).map(
    ([name, schema]) => `    ${JSON.stringify(name)}: ${JSON.stringify(schema)}`,
  );
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "definitions": {\n${lines.sort().join(',\n')}\n  }\n}\n`;
}
