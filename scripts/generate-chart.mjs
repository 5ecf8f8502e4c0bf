#!/usr/bin/env node
// Makes the Helm chart of deploy/helm/mortar from the manifests of deploy/kubernetes, so that both are the same.
// A line there that ends with `# chart: .Values.NAME` is a value of the chart: what stands there is its default, and the
// comment above it describes it; `# chart: .Values.NAME/REST` is a path of which REST is always the same. `# chart:
// .Release.Namespace` is what Helm knows by itself.
// With --check it writes nothing and fails when a file is not what it would write.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Document, isMap, isSeq, parse, parseDocument, stringify } from 'yaml';
import { root } from './prerequisites.mjs';

const SOURCE = path.join(root, 'deploy/kubernetes');
const CHART = path.join(root, 'deploy/helm/mortar');
const NOTICE = '# Made by scripts/generate-chart.mjs from deploy/kubernetes: change it there.\n';

/** Which folders a release has objects of, and the values that say so, with their defaults. */
const FOLDERS = {
  base: {
    condition: '.Values.server.enabled',
    switches: {
      'server.enabled': [true, 'The server; without it, with csi.enabled, the CSI driver of one that is elsewhere.'],
      executor: ['kubernetes', 'How hosts are reached: kubernetes (pods/exec) or ssh.'],
    },
  },
  'components/kubernetes-executor': { condition: 'and .Values.server.enabled (eq .Values.executor "kubernetes")' },
  'components/ssh-executor': { condition: 'and .Values.server.enabled (eq .Values.executor "ssh")' },
  'components/gluster-pods': {
    condition: '.Values.gluster.enabled',
    switches: { 'gluster.enabled': [true, 'GlusterFS on every node with the label storagenode=glusterfs.'] },
  },
  'components/disruption-budget': {
    condition: 'and .Values.gluster.enabled (semverCompare ">=1.21-0" .Capabilities.KubeVersion.Version)',
  },
  'components/disruption-budget-v1beta1': {
    condition: 'and .Values.gluster.enabled (semverCompare "<1.21-0" .Capabilities.KubeVersion.Version)',
  },
  'components/storage-class': {
    condition: '.Values.storageClass.enabled',
    switches: {
      'storageClass.enabled': [
        true,
        'A class of the in-tree provisioner, which Kubernetes 1.26 and later do not have.',
      ],
    },
  },
  'components/backup': {
    condition: '.Values.backup.enabled',
    switches: { 'backup.enabled': [false, 'A copy of the database in the secret heketi-db-backup after changes.'] },
  },
  'components/monitoring': {
    condition: '.Values.monitoring.enabled',
    switches: { 'monitoring.enabled': [false, 'A ServiceMonitor and alert rules for the Prometheus operator.'] },
  },
  'components/database-claim': {
    condition: '.Values.databaseClaim.enabled',
    switches: {
      'databaseClaim.enabled': [
        false,
        'The database on a claim in place of databaseVolume, and the server as a user without rights in place of\npodSecurityContext: for Kubernetes 1.26 and later.',
      ],
    },
  },
  'components/csi-driver': {
    condition: '.Values.csi.enabled',
    switches: {
      'csi.enabled': [false, 'The CSI driver, for Kubernetes 1.26 and later. One release in a cluster has it.'],
    },
  },
  'components/csi-storage-class': {
    condition: 'and .Values.csi.enabled .Values.csi.storageClass.enabled',
    switches: {
      'csi.storageClass.enabled': [true, 'A class of the CSI driver, with the parameters of storageClass.'],
    },
  },
  'components/csi-mounts-in-container': {
    condition: '.Values.csi.mountsInContainer',
    switches: {
      'csi.mountsInContainer': [
        false,
        "For nodes without systemd or gluster's client. Mounts end with the driver's pod, which a changed image does not\nreplace by itself then.",
      ],
    },
  },
};

/** Kinds whose objects are in no namespace. */
const CLUSTER_WIDE = ['ClusterRole', 'ClusterRoleBinding', 'CSIDriver', 'StorageClass'];

/** A line of the template among those of a manifest: a comment until the manifest has been read. */
const ACTION = '#action ';

const MARKED =
  /^(?<indent>\s*)(?<item>- )?(?<key>[\w.]+):(?<inline>.*?)\s*# chart: (?<expression>\.[\w.]+)(?<rest>\/[\w./-]+)?$/;

/** Texts of the chart's files, by their paths in it. */
function chartFiles() {
  const folders = Object.entries(FOLDERS).map(([folder, { condition, switches = {} }]) => {
    const { resources = [], patches = [] } = parse(read(folder, 'kustomization.yaml'));
    return { folder, condition, switches, resources, patches: patches.map((patch) => ({ ...patch, condition })) };
  });
  const patches = folders.flatMap((folder) => folder.patches);
  const values = new Map();
  const files = {};
  for (const { folder, condition, switches, resources } of folders) {
    for (const [name, [fallback, description]] of Object.entries(switches)) values.set(name, { fallback, description });
    for (const resource of resources) {
      const text = read(folder, resource);
      collectValues(text, values);
      const template = templateOf(patched(text, patches));
      const name = folder === 'base' ? resource : `${path.basename(folder)}-${resource}`;
      files[`templates/${name}`] = NOTICE + (condition ? `{{- if ${condition} }}\n${template}{{- end }}\n` : template);
    }
  }
  return { 'Chart.yaml': chartText(), ...files, 'values.schema.json': schemaText(), 'values.yaml': valuesText(values) };
}

/**
 * What Helm refuses: with another executor nothing would tell the server how to reach its hosts, and a role that names no
 * Secret is one for all.
 */
function schemaText() {
  const components = Object.keys(FOLDERS).map((folder) => /^components\/(.+)-executor$/.exec(folder)?.[1]);
  const executor = { enum: components.filter((name) => name !== undefined) };
  const secrets = { type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } };
  const csi = { type: 'object', required: ['secrets'], properties: { secrets } };
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', properties: { executor, csi } };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function read(folder, file) {
  return readFileSync(path.join(SOURCE, folder, file), 'utf8');
}

/** The manifest with both forms of whatever a component replaces in it. */
function patched(text, patches) {
  const { kind, metadata } = parse(text);
  let lines = text.split('\n');
  for (const { target, patch, condition } of patches) {
    if (target.kind !== kind || target.name !== metadata.name) continue;
    for (const { op, path: pointer, value } of parse(patch)) {
      if (op !== 'replace') throw new Error(`a chart can't be made from ${op} ${pointer}`);
      const { first, end, indent, form } = placeOf(lines.join('\n'), pointer.split('/').slice(1));
      const replacement = stringify(form(value), { indentSeq: true }).trimEnd().split('\n');
      lines = [
        ...lines.slice(0, first),
        `${ACTION}if ${condition}`,
        ...replacement.map((line) => ' '.repeat(indent) + line),
        `${ACTION}else`,
        ...lines.slice(first, end),
        `${ACTION}end`,
        ...lines.slice(end),
      ];
    }
  }
  return lines.join('\n');
}

/** The lines that a JSON pointer names: from `first` to before `end`. */
function placeOf(text, steps) {
  const document = parseDocument(text, { uniqueKeys: false });
  const parent = document.getIn(steps.slice(0, -1));
  const last = steps.at(-1);
  const isItem = isSeq(parent);
  if (!isItem && !isMap(parent)) throw new Error(`nothing is at ${steps.join('/')}`);
  const at = isItem ? parent.items[Number(last)] : parent.items.find(({ key }) => key.value === last);
  const [start] = (isItem ? at : at.key).range;
  const [, valueEnd] = (isItem ? at : at.value).range;
  const lineOf = (offset) => text.slice(0, offset).split('\n').length - 1;
  const first = lineOf(start);
  const line = text.split('\n')[first];
  return {
    first,
    end: lineOf(valueEnd - 1) + 1,
    indent: line.length - line.trimStart().length,
    form: (value) => (isItem ? [value] : { [last]: value }),
  };
}

/** The defaults and descriptions of a manifest's marked values. */
function collectValues(text, values) {
  const lines = text.split('\n');
  for (const { at, expression, fallback } of marksOf(lines)) {
    const name = /^\.Values\.(.+)$/.exec(expression)?.[1];
    if (name === undefined) continue;
    const known = values.get(name);
    if (known && JSON.stringify(known.fallback) !== JSON.stringify(fallback))
      throw new Error(`${expression} has two defaults`);
    if (!known) values.set(name, { fallback, description: commentAbove(lines, at) });
  }
}

/** The template: expressions in place of marked values, and the namespace of the release. */
function templateOf(text) {
  const { kind } = parse(text, { uniqueKeys: false });
  const lines = text.split('\n').map(templateLine);
  for (const { at, end, start, depth, expression, rest, fallback } of marksOf(lines).reverse()) {
    const indent = depth + 2;
    const text = rest === '' ? expression : `printf "%s${rest}" ${expression}`;
    const value =
      typeof fallback === 'object'
        ? `\n${' '.repeat(indent)}{{- toYaml ${expression} | nindent ${indent} }}`
        : ` {{ ${text} | toJson }}`;
    lines.splice(at, end - at, `${start}${value}`);
  }
  if (!CLUSTER_WIDE.includes(kind))
    lines.splice(lines.indexOf('metadata:') + 1, 0, '  namespace: {{ .Release.Namespace }}');
  return lines.join('\n');
}

/** The marked values: the lines from `at` to before `end`, and what stands there. */
function marksOf(lines) {
  return lines.flatMap((line, at) => {
    const { indent, item = '', key, inline, expression, rest = '' } = MARKED.exec(line)?.groups ?? {};
    if (expression === undefined) return [];
    const depth = indent.length + item.length;
    const end = lines.findIndex((below, i) => i > at && !below.startsWith(' '.repeat(depth + 1)));
    const whole = parse([`value:${inline}`, ...lines.slice(at + 1, end)].join('\n')).value;
    if (rest !== '' && !whole.endsWith(rest)) throw new Error(`${whole} does not end with ${rest}`);
    const fallback = rest === '' ? whole : whole.slice(0, -rest.length);
    return [{ at, end, start: `${indent}${item}${key}:`, depth, expression, rest, fallback }];
  });
}

/** Braces of a manifest are its own; Prometheus has templates too. */
function templateLine(line) {
  return line.startsWith(ACTION) ? `{{- ${line.slice(ACTION.length)} }}` : line.replaceAll('{{', '{{ "{{" }}');
}

function commentAbove(lines, at) {
  let first = at;
  while (/^\s*#/.test(lines[first - 1] ?? '')) first--;
  return lines
    .slice(first, at)
    .map((line) => line.trim().slice(2))
    .join('\n');
}

function valuesText(values) {
  const document = new Document({}, { compat: 'yaml-1.1' });
  for (const [name, { fallback, description }] of values) {
    const steps = name.split('.');
    document.setIn(steps, document.createNode(fallback));
    if (description === '') continue;
    const parent = document.getIn(steps.slice(0, -1));
    const pair = (isMap(parent) ? parent : document.contents).items.find(
      ({ key }) => (key.value ?? key) === steps.at(-1),
    );
    pair.key = document.createNode(steps.at(-1));
    pair.key.commentBefore = description.replaceAll(/^/gm, ' ');
  }
  return NOTICE + document.toString({ indentSeq: true, lineWidth: 0 });
}

function chartText() {
  const { version, description } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return (
    NOTICE +
    stringify({
      apiVersion: 'v2',
      name: 'mortar',
      description,
      type: 'application',
      version,
      appVersion: version,
      kubeVersion: '>=1.20.0-0',
    })
  );
}

function writtenFiles() {
  const names = readdirSync(CHART, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map(({ parentPath, name }) => path.join(parentPath, name));
  return Object.fromEntries(paths.map((file) => [path.relative(CHART, file), readFileSync(file, 'utf8')]));
}

const files = chartFiles();
if (process.argv.includes('--check')) {
  const written = writtenFiles();
  const stale = [...new Set([...Object.keys(files), ...Object.keys(written)])].filter(
    (name) => files[name] !== written[name],
  );
  if (stale.length > 0) {
    console.error(`out of date: ${stale.join(', ')}; run: node scripts/generate-chart.mjs`);
    process.exit(1);
  }
} else {
  rmSync(CHART, { recursive: true, force: true });
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(CHART, name)), { recursive: true });
    writeFileSync(path.join(CHART, name), text);
  }
}
