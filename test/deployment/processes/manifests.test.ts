import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parser } from '@prometheus-io/lezer-promql';
import { beforeAll, describe, expect, it } from 'vitest';
import { containerSettings } from '../../../src/app/container/container-settings.js';
import { blocksOf, DOCUMENTS } from '../../docs/documents.js';
import { startApp } from '../../support/app.js';
import {
  kustomized,
  kustomizedFrom,
  type Manifest,
  nameOf,
  readManifests,
  refusalsBy,
  rendered,
  whyNoTools,
} from './support/manifests.js';
import { OVERLAYS, WITH_SERVER } from './support/overlays.js';
import { type Container, type PodSpec, podsIn } from './support/pods.js';

/** How long the disk of a client hangs when a host of the volume is gone (network.ping-timeout). */
const GLUSTER_PING_SECONDS = 42;

/** Kinds whose objects are in no namespace. */
const CLUSTER_WIDE = ['ClusterRole', 'ClusterRoleBinding', 'CSIDriver', 'StorageClass'];

const MANIFESTS = resolve(import.meta.dirname, '../../../deploy/kubernetes');

const whyNot = whyNoTools();
if (whyNot !== null) console.warn(`SKIPPED: the manifests for Kubernetes: ${whyNot}`);

const byOverlay = new Map<string, Manifest[]>();
beforeAll(() => {
  if (whyNot !== null) return;
  for (const { overlay } of OVERLAYS) byOverlay.set(overlay, kustomized(`overlays/${overlay}`));
});

function objectOf(overlay: string, name: string): Manifest {
  const found = byOverlay.get(overlay)?.find((manifest) => nameOf(manifest) === name);
  if (!found) throw new Error(`${overlay} has no ${name}`);
  return found;
}

function podsOf(overlay: string) {
  return podsIn(byOverlay.get(overlay) ?? []);
}

function serverPod(overlay: string): { readonly spec: PodSpec; readonly container: Container } {
  const pod = podsOf(overlay).find(({ labels }) => labels['glusterfs'] === 'heketi-pod');
  const [container] = pod?.spec.containers ?? [];
  if (!pod || !container) throw new Error(`${overlay} has no server`);
  return { spec: pod.spec, container };
}

describe.skipIf(whyNot !== null)('the manifests', () => {
  it('are all tried here', () => {
    expect(OVERLAYS.map(({ overlay }) => overlay).sort()).toEqual(readdirSync(join(MANIFESTS, 'overlays')).sort());
  });

  it.each(OVERLAYS.flatMap(({ overlay, versions }) => versions.map((version) => [overlay, version] as const)))(
    'of the overlay %s are what Kubernetes %s takes',
    (overlay, version) => {
      const manifests = byOverlay.get(overlay) ?? [];
      expect(manifests.length).toBeGreaterThan(5);
      expect(manifests.flatMap(refusalsBy(version))).toEqual([]);
    },
  );

  it('of the maintenance pod are what Kubernetes takes', () => {
    const manifests = readManifests(readFileSync(join(MANIFESTS, 'maintenance-pod.yaml'), 'utf8'));
    for (const version of ['1.20', '1.25', '1.32'] as const) expect(manifests.flatMap(refusalsBy(version))).toEqual([]);
  });

  it('of the documents are what Kubernetes takes', () => {
    const isOfObjects = (lines: readonly string[]) => lines.some((line) => line.startsWith('kind:'));
    const blocks = DOCUMENTS.flatMap(blocksOf).filter(
      ({ language, lines }) => language === 'yaml' && isOfObjects(lines),
    );
    const manifests = blocks.flatMap(({ lines }) => readManifests(lines.join('\n')));
    const isKustomization = ({ kind }: Manifest) => kind === 'Kustomization';
    const own = blocks.filter(({ lines }) => readManifests(lines.join('\n')).some(isKustomization));
    const made = own.flatMap(({ lines }) => kustomizedFrom(lines.join('\n')));
    const objects = [...manifests.filter((manifest) => !isKustomization(manifest)), ...made];
    expect(objects.map(nameOf)).toEqual(expect.arrayContaining(['Role heketi', 'Role heketi-backup']));
    for (const version of ['1.20', '1.25', '1.32'] as const) expect(objects.flatMap(refusalsBy(version))).toEqual([]);
    expect(made.find((manifest) => nameOf(manifest) === 'Deployment heketi')).toMatchObject({
      spec: { template: { spec: { containers: [{ image: 'REGISTRY/mortar:0.1.0' }] } } },
    });
  });

  it('would be refused for a field that there is not, a type that is wrong, or a version that is gone', () => {
    const deployment = objectOf('gluster-pods', 'Deployment heketi');
    const with_ = (spec: object): Manifest => ({ ...deployment, spec: { ...(deployment['spec'] as object), ...spec } });
    for (const version of ['1.20', '1.25', '1.32'] as const) {
      expect(refusalsBy(version)(with_({ replica: 1 }))).toHaveLength(1);
      expect(refusalsBy(version)(with_({ replicas: '1' }))).toHaveLength(1);
      expect(refusalsBy(version)(with_({ selector: undefined }))).toHaveLength(1);
    }
    const budget = objectOf('kubernetes-1.20', 'PodDisruptionBudget glusterfs');
    expect(refusalsBy('1.25')(budget)).toEqual(['1.25 has no policy/v1beta1 PodDisruptionBudget']);
  });

  it.each(
    OVERLAYS.flatMap(({ overlay, versions, values }) =>
      values ? [[overlay, versions[0] as '1.25', values] as const] : [],
    ),
  )('of the overlay %s are what the chart makes', (overlay, version, values) => {
    expect(rendered(values, version)).toEqual(byOverlay.get(overlay));
  });

  it('of the chart are not made for an executor that is none: the server would wait for its settings for ever', () => {
    expect(() => rendered({ executor: 'mock' }, '1.25')).toThrow(/executor/);
  });

  it('of the chart are what Kubernetes 1.32 takes, in another namespace too', () => {
    const on = { enabled: true };
    const values = { databaseClaim: on, monitoring: on, backup: on, csi: on };
    expect(rendered(values, '1.32').flatMap(refusalsBy('1.32'))).toEqual([]);
  });

  it.each(OVERLAYS)('of the overlay $overlay lead to each other', ({ overlay, hasServer }) => {
    const manifests = byOverlay.get(overlay) ?? [];
    const names = new Set(manifests.map(nameOf));
    const pods = podsOf(overlay);
    const selects = (selector: object) =>
      pods.filter(({ labels }) => Object.entries(selector).every(([label, value]) => labels[label] === value)).length;
    for (const { kind, metadata, spec, subjects, roleRef } of manifests as readonly unknown[] as readonly AnyObject[]) {
      const namespace = CLUSTER_WIDE.includes(kind) ? undefined : 'glusterfs';
      expect(metadata.namespace, `${kind} ${metadata.name}`).toBe(namespace);
      if (kind === 'Service') expect(selects(spec.selector)).toBe(1);
      if (kind === 'Deployment' || kind === 'DaemonSet') expect(selects(spec.selector.matchLabels)).toBe(1);
      if (kind === 'NetworkPolicy') expect(selects(spec.podSelector.matchLabels)).toBe(1);
      if (kind === 'PodDisruptionBudget') expect(selects(spec.selector.matchLabels)).toBe(1);
      for (const subject of subjects ?? []) {
        expect(names).toContain(`${subject.kind} ${subject.name}`);
        expect(subject.namespace).toBe('glusterfs');
      }
      if (roleRef) expect(names).toContain(`${roleRef.kind} ${roleRef.name}`);
    }
    for (const { spec } of pods) {
      const volumes = spec.volumes.map(({ name }) => name);
      const mounts = spec.containers.flatMap(({ volumeMounts }) => volumeMounts.map(({ name }) => name));
      expect([...volumes].sort()).toEqual([...new Set(mounts)].sort());
    }
    if (!hasServer) return;
    expect(names).toContain('ServiceAccount heketi-service-account');
    expect(names).toContain('ConfigMap heketi-executor');
  });
});

interface AnyObject {
  readonly kind: string;
  readonly metadata: Manifest['metadata'];
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  readonly spec: any;
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
}

describe.skipIf(whyNot !== null)('a deployment of gk-deploy', () => {
  it('knows the names, labels, ports and mounts', () => {
    const { spec, container } = serverPod('gluster-pods');
    expect(objectOf('gluster-pods', 'Deployment heketi')['spec']).toMatchObject({
      replicas: 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: { glusterfs: 'heketi-pod', heketi: 'pod' } },
    });
    expect(objectOf('gluster-pods', 'Service heketi')['spec']).toMatchObject({
      ports: [{ port: 8080, targetPort: 8080 }],
    });
    expect(spec).toMatchObject({
      serviceAccountName: 'heketi-service-account',
      volumes: expect.arrayContaining([
        { name: 'db', glusterfs: { endpoints: 'heketi-storage-endpoints', path: 'heketidbstorage' } },
      ]) as unknown,
    });
    expect(container).toMatchObject({ name: 'heketi', ports: [{ containerPort: 8080 }] });
    expect(Object.fromEntries(container.volumeMounts.map(({ name, mountPath }) => [mountPath, name]))).toEqual({
      '/var/lib/heketi': 'db',
      '/etc/heketi': 'config',
      '/tmp': 'tmp',
    });
    expect(objectOf('gluster-pods', 'ConfigMap heketi-executor')['data']).toEqual({
      HEKETI_EXECUTOR: 'kubernetes',
      HEKETI_FSTAB: '/var/lib/heketi/fstab',
      HEKETI_KUBE_GLUSTER_DAEMONSET: 'y',
      HEKETI_SNAPSHOT_LIMIT: '14',
    });
    expect(objectOf('gluster-pods', 'DaemonSet glusterfs')['spec']).toMatchObject({
      template: {
        metadata: { labels: { glusterfs: 'pod', 'glusterfs-node': 'pod' } },
        spec: { hostNetwork: true, nodeSelector: { storagenode: 'glusterfs' } },
      },
    });
  });

  it('knows a first server whose database lies in its pod, and which goes by one label', () => {
    const labelled = (byOverlay.get('bootstrap') ?? []).filter(({ metadata }) => metadata.labels?.['deploy-heketi']);
    expect(labelled.map(nameOf)).toEqual(['Deployment deploy-heketi', 'Service deploy-heketi']);
    expect(serverPod('bootstrap').spec.volumes[0]).toEqual({ name: 'db', emptyDir: {} });
  });

  it('has no more rights than the server needs', () => {
    const rules = (overlay: string) =>
      (byOverlay.get(overlay) ?? []).flatMap(({ kind, rules: found }) => {
        expect(kind).not.toMatch(/^ClusterRole/);
        return kind === 'Role' ? (found as unknown[]) : [];
      });
    const pods = [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
    ];
    const secrets = [
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['heketi-db-backup'], verbs: ['get', 'update'] },
    ];
    expect(rules('gluster-pods')).toEqual(pods);
    expect(rules('ssh')).toEqual([]);
    expect(rules('backup')).toEqual([...secrets, ...pods]);
  });

  it.each(WITH_SERVER.map(({ overlay }) => overlay))('runs a server that can write only its mounts: %s', (overlay) => {
    const { spec, container } = serverPod(overlay);
    expect(container).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      startupProbe: { httpGet: { path: '/healthz', port: 8080 } },
      livenessProbe: { httpGet: { path: '/healthz', port: 8080 } },
      readinessProbe: { httpGet: { path: '/readyz', port: 8080 } },
    });
    const isOnClaim = ['database-claim', 'kubernetes-1.26'].includes(overlay);
    expect(spec.securityContext).toMatchObject(isOnClaim ? { runAsNonRoot: true, fsGroup: 10001 } : { runAsUser: 0 });
  });
});

describe.skipIf(whyNot !== null)('a server in a cluster', () => {
  /** Defaults of Kubernetes. */
  const limitSeconds = ({ periodSeconds = 10, failureThreshold = 3 }: Probe): number =>
    periodSeconds * failureThreshold;
  interface Probe {
    readonly periodSeconds?: number;
    readonly failureThreshold?: number;
  }

  it.each(WITH_SERVER.map(({ overlay }) => overlay))('is not ended while it waits for its volume: %s', (overlay) => {
    const { startupProbe, livenessProbe, readinessProbe } = serverPod(overlay).container;
    const { volumeWaitSeconds, lockWaitSeconds } = containerSettings({}, null, []);
    expect(limitSeconds(startupProbe as Probe)).toBeGreaterThan(
      volumeWaitSeconds + lockWaitSeconds + GLUSTER_PING_SECONDS,
    );
    expect(limitSeconds(livenessProbe as Probe)).toBeGreaterThan(GLUSTER_PING_SECONDS);
    // What the operations guide asks for: the server answers with the reason within that time.
    for (const probe of [startupProbe, livenessProbe, readinessProbe])
      expect(probe).toMatchObject({ timeoutSeconds: 5 });
  });

  it('keeps its database when its chart is uninstalled, or gets it another way', () => {
    const isClaim = ({ kind }: Manifest) => kind === 'PersistentVolumeClaim';
    const claims = [
      objectOf('database-claim', 'PersistentVolumeClaim heketi-db'),
      ...rendered({ databaseClaim: { enabled: true } }, '1.32').filter(isClaim),
    ];
    expect(claims).toHaveLength(2);
    for (const { metadata } of claims)
      expect(metadata).toMatchObject({ annotations: { 'helm.sh/resource-policy': 'keep' } });
  });

  it.each(['gluster-pods', 'ssh'])(
    'may ask for names at the port of Kubernetes and at that of OpenShift: %s',
    (overlay) => {
      const { egress } = objectOf(overlay, 'NetworkPolicy heketi-egress')['spec'] as {
        egress: { ports: { protocol: string; port: number }[] }[];
      };
      const names = [53, 5353].flatMap((port) => ['UDP', 'TCP'].map((protocol) => ({ protocol, port })));
      expect(egress.flatMap(({ ports }) => ports)).toEqual(expect.arrayContaining(names));
    },
  );
});

describe.skipIf(whyNot !== null)('the image of the server', () => {
  const text = (file: string) => readFileSync(resolve(MANIFESTS, '../..', file), 'utf8');

  it('is named with the version that this is', () => {
    const { version } = JSON.parse(text('package.json')) as { version: string };
    for (const { overlay } of WITH_SERVER) expect(serverPod(overlay).container.image).toBe(`mortar:${version}`);
  });

  it('has the user that it runs as on a claim', () => {
    const [, uid] = /useradd .*--uid (\d+) .* heketi\b/.exec(text('Dockerfile')) ?? [];
    expect(serverPod('database-claim').spec.securityContext).toMatchObject({
      runAsUser: Number(uid),
      fsGroup: Number(uid),
    });
  });
});

describe.skipIf(whyNot !== null)('the alert rules', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
  }
  let rules: readonly Rule[];
  beforeAll(() => {
    const { groups } = objectOf('monitoring', 'PrometheusRule heketi')['spec'] as { groups: { rules: Rule[] }[] };
    rules = groups.flatMap((group) => group.rules);
  });

  /** The names of metrics in an expression; throws for one that Prometheus could not read. */
  function metricsIn(expr: string): string[] {
    const names: string[] = [];
    parser.parse(expr).iterate({
      enter({ type, from, to }) {
        if (type.isError) throw new Error(`${expr}: not PromQL at ${from}`);
        if (type.name === 'Identifier' && expr[to] !== '(') names.push(expr.slice(from, to));
      },
    });
    return names;
  }

  it('are PromQL about metrics that the server tells', async () => {
    expect(() => metricsIn('mortar_node_up = = 0')).toThrow('not PromQL');
    const app = await startApp();
    const { body } = await app.server.inject('/metrics');
    await app.remove();
    const told = [...body.matchAll(/^# HELP (\S+)/gm)].map(([, name = '']) => name);
    const asked = rules.flatMap(({ expr }) => metricsIn(expr));
    expect(asked).toHaveLength(rules.length);
    expect(asked.filter((name) => !told.includes(name))).toEqual([]);
  });

  it('are those that the document names', () => {
    const document = readFileSync(resolve(MANIFESTS, '../../docs/kubernetes.md'), 'utf8');
    const named = [...document.matchAll(/^\| (Heketi[A-Z]\w+) \|/gm)].map(([, name]) => name);
    expect(rules.map(({ alert }) => alert)).toEqual(named);
  });
});
