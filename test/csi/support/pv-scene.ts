import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterObjects } from '../../../src/csi/migrate-pvs/cluster-objects.js';
import { type Inventory, takeInventory } from '../../../src/csi/migrate-pvs/inventory.js';
import { type KnownVolume, KnownVolumes } from '../../../src/csi/migrate-pvs/known-volume.js';
import { type Entry, PlanFile, type Way } from '../../../src/csi/migrate-pvs/plan-file.js';
import { runPlan } from '../../../src/csi/migrate-pvs/run-plan.js';
import type { Cluster } from '../../../src/kubernetes/cluster.js';
import { KubernetesApi } from '../../../src/kubernetes/kubernetes-api.js';
import { KubernetesServer } from '../../support/kubernetes-server/kubernetes-server.js';
import type { StoredObject } from '../../support/kubernetes-server/object-store.js';

export const DRIVER = 'glusterfs.csi.mortar';
const CLUSTERS = ['a'.repeat(32), 'b'.repeat(32)];
const HOSTS = [
  ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  ['10.0.1.1', 'gl2.example', '10.0.1.3'],
];
const HOSTS_BY_NAME = new Map([['gl2.example', ['10.0.1.2']]]);

interface Member {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly source?: Readonly<Record<string, unknown>>;
  /** Absent: bound to a claim of its own. */
  readonly claim?: 'none' | 'gone' | 'reserved' | 'waiting' | 'elsewhere';
  /** Absent: both the id and the name of a volume of the first cluster. */
  readonly volume?: Partial<KnownVolume> | 'unknown';
  readonly endpoints?: 'none' | readonly string[];
  readonly isStatic?: boolean;
}

interface Called {
  /** Namespace and name of its claim. */
  readonly claim: string;
  /** '': as the server names them. */
  readonly volume: string;
}

/** All that volumes of the in-tree plugin can be; `stuck`: what is said of one that can't be moved. */
export const KINDS: ReadonlyMap<string, Member & { readonly stuck?: RegExp }> = new Map([
  ['dynamic', {}],
  ['retained', { spec: { persistentVolumeReclaimPolicy: 'Retain' } }],
  ['recycled', { spec: { persistentVolumeReclaimPolicy: 'Recycle' } }],
  ['labelled', { labels: { team: 'a' }, annotations: { note: 'b' } }],
  ['grouped', { annotations: { 'pv.beta.kubernetes.io/gid': '2042' } }],
  ['read-only', { source: { readOnly: true }, spec: { accessModes: ['ReadOnlyMany'] } }],
  ['options', { spec: { mountOptions: ['log-level=DEBUG', 'acl'] } }],
  ['old-options', { annotations: { 'volume.beta.kubernetes.io/mount-options': 'acl,log-level=DEBUG' } }],
  ['affine', { spec: { nodeAffinity: { required: { nodeSelectorTerms: [] } } } }],
  ['static', { isStatic: true, spec: { persistentVolumeReclaimPolicy: 'Retain' } }],
  ['static-delete', { isStatic: true }],
  ['slash', { isStatic: true, source: { path: '/PATH/' } }],
  ['by-name', { isStatic: true, volume: { cluster: CLUSTERS[1] as string }, endpoints: ['10.0.1.2'] }],
  ['available', { isStatic: true, claim: 'none' }],
  ['reserved', { isStatic: true, claim: 'reserved' }],
  ['waiting', { isStatic: true, claim: 'waiting' }],
  ['released', { claim: 'gone', spec: { persistentVolumeReclaimPolicy: 'Retain' } }],
  ['protected', { finalizers: ['kubernetes.io/pv-protection', 'kubernetes.io/pv-controller'] }],
  ['without-endpoints', { endpoints: 'none' }],
  ['applied', { isStatic: true, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }],
  [
    'failed',
    { claim: 'gone', isStatic: true, spec: { persistentVolumeReclaimPolicy: 'Recycle' }, stuck: /claim is gone/ },
  ],
  ['static-alone', { isStatic: true, endpoints: 'none', stuck: /Endpoints are missing/ }],
  ['elsewhere', { isStatic: true, endpoints: ['10.9.9.9'], stuck: /no cluster with a volume called .* has the hosts/ }],
  ['folder', { isStatic: true, source: { path: 'PATH/sub' }, stuck: /folder within a volume/ }],
  ['unknown', { volume: 'unknown', stuck: /no server has the volume/ }],
  ['unknown-name', { volume: 'unknown', isStatic: true, stuck: /no server has a volume called/ }],
  ['mistaken', { source: { path: 'vol_other' }, stuck: /its path is vol_other/ }],
  ['block', { spec: { volumeMode: 'Block' }, stuck: /volumeMode: Block/ }],
  ['block-host', { volume: { isBlockHost: true }, stuck: /hosts block volumes/ }],
  ['bad-options', { spec: { mountOptions: ['log-file=/etc/passwd'] }, stuck: /log-file/ }],
  ['held', { finalizers: ['example.com/backup'], stuck: /example.com\/backup/ }],
  [
    'misbound',
    { claim: 'elsewhere', spec: { persistentVolumeReclaimPolicy: 'Retain' }, stuck: /bound to another-volume/ },
  ],
  ['shared-1', { volume: { id: 'c'.repeat(32), name: 'vol_shared' }, stuck: /also that of shared-2/ }],
  ['shared-2', { volume: { id: 'c'.repeat(32), name: 'vol_shared' }, stuck: /also that of shared-1/ }],
]);

/** The tool dies: nothing of it goes on. */
export class Killed extends Error {}

/** An API server with volumes of the in-tree plugin, what servers tell of theirs, and the tool, which may die at any request. */
export class PvScene {
  readonly server: KubernetesServer;
  readonly volumes: KnownVolume[] = [];
  readonly file: string;
  readonly said: string[] = [];
  /** Called around each request of the tool; it may throw. */
  around: (when: 'before' | 'after', method: string, path: string) => void = () => undefined;
  readonly #folder: string;
  #ids = 0;

  private constructor(server: KubernetesServer) {
    this.server = server;
    this.#folder = mkdtempSync(join(tmpdir(), 'mortar-pvs-'));
    this.file = join(this.#folder, 'plan');
  }

  static async up(): Promise<PvScene> {
    const scene = new PvScene(await KubernetesServer.up());
    const { objects } = scene.server;
    objects.put('namespaces', { metadata: { name: 'kube-system' } });
    objects.put('csidrivers', { metadata: { name: DRIVER } });
    objects.put('csinodes', { metadata: { name: 'node-1' }, spec: { drivers: [{ name: DRIVER }] } });
    objects.put('storageclasses', {
      metadata: { name: 'glusterfs', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'kubernetes.io/glusterfs',
      parameters: { resturl: 'http://heketi' },
      allowVolumeExpansion: true,
    });
    return scene;
  }

  async down(): Promise<void> {
    await this.server.down();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** A volume, with its claim and Endpoints, as `KINDS` has it. */
  add(kind: string, name = kind, called: Called = { claim: `default/claim-${name}`, volume: '' }): void {
    const member = KINDS.get(kind);
    if (!member) throw new Error(`no kind ${kind}`);
    const volume = this.#volumeOf(member, called.volume);
    const { objects } = this.server;
    const endpoints = `glusterfs-dynamic-${name}`;
    if (member.endpoints !== 'none') {
      const addresses = (member.endpoints ?? HOSTS[0] ?? []).map((ip) => ({ ip }));
      objects.put('endpoints', { metadata: { name: endpoints, namespace: 'default' }, subsets: [{ addresses }] });
    }
    const given = { endpoints, endpointsNamespace: 'default', path: volume.name, ...member.source };
    const glusterfs = { ...given, path: String(given.path).replace('PATH', volume.name) };
    const claim = this.#claimOf(member, name, called.claim);
    objects.put('persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name,
        annotations: { ...(member.isStatic ? {} : dynamicAnnotations(volume.id)), ...member.annotations },
        ...(member.labels && { labels: member.labels }),
        finalizers: member.finalizers ?? ['kubernetes.io/pv-protection'],
      },
      spec: {
        accessModes: ['ReadWriteMany'],
        capacity: { storage: '2Gi' },
        storageClassName: 'glusterfs',
        persistentVolumeReclaimPolicy: 'Delete',
        volumeMode: 'Filesystem',
        ...(claim && { claimRef: claim }),
        ...member.spec,
        glusterfs,
      },
      status: { phase: claim?.uid === undefined ? 'Available' : 'Bound' },
    });
  }

  #volumeOf({ volume = {} }: Member, called: string): KnownVolume {
    const id = (++this.#ids).toString(16).padStart(32, '0');
    const overrides = volume === 'unknown' ? {} : volume;
    const known = {
      cluster: CLUSTERS[0] as string,
      id,
      name: called || `vol_${id}`,
      sizeGib: 2,
      isBlockHost: false,
      ...overrides,
    };
    const whole = { ...known, hosts: HOSTS[CLUSTERS.indexOf(known.cluster)] ?? [] };
    if (volume !== 'unknown') this.volumes.push(whole);
    return whole;
  }

  #claimOf({ claim }: Member, name: string, called: string): { namespace: string; name: string; uid?: string } | null {
    const [namespace = '', claimName = ''] = called.split('/');
    const ref = { namespace, name: claimName };
    if (claim === 'none') return null;
    if (claim === 'reserved') return ref;
    if (claim === 'gone') return { ...ref, uid: `uid-of-${name}` };
    const { metadata } = this.server.objects.put('persistentvolumeclaims', {
      metadata: {
        ...ref,
        ...(claim !== 'waiting' && { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } }),
      },
      spec: { storageClassName: 'glusterfs', ...this.#volumeName(claim, name) },
      status: { phase: claim === 'waiting' ? 'Pending' : 'Bound' },
    });
    return claim === 'waiting' ? ref : { ...ref, uid: metadata.uid as string };
  }

  #volumeName(claim: Member['claim'], name: string): { readonly volumeName?: string } {
    if (claim === 'waiting') return {};
    if (claim !== 'elsewhere') return { volumeName: name };
    this.server.objects.put('persistentvolumes', { metadata: { name: 'another-volume' }, spec: {} });
    return { volumeName: 'another-volume' };
  }

  get cluster(): ClusterObjects {
    return new ClusterObjects(new WatchedApi(this));
  }

  inventory(): Promise<Inventory> {
    const addressesOf = async (host: string) => HOSTS_BY_NAME.get(host) ?? [];
    return takeInventory(this.cluster, { driver: DRIVER, volumes: new KnownVolumes(this.volumes), addressesOf });
  }

  /** Of all that can be moved, and the class. */
  async plan(): Promise<void> {
    const { rows, classes } = await this.inventory();
    const entries = rows.flatMap(({ pv, verdict }): Entry[] =>
      verdict.is === 'stuck'
        ? []
        : [
            {
              kind: 'PersistentVolume',
              name: pv.metadata.name,
              way: 'move',
              stage: 'planned',
              policy: pv.spec.persistentVolumeReclaimPolicy ?? '',
              driver: DRIVER,
              volume: verdict.volume,
              inTree: pv,
            },
          ],
    );
    const planned = classes.map(({ storageClass }): Entry => {
      const { name } = storageClass.metadata;
      return { kind: 'StorageClass', name, way: 'move', stage: 'planned', driver: DRIVER, inTree: storageClass };
    });
    await PlanFile.create(this.file, await this.cluster.clusterId(), [...entries, ...planned]);
  }

  /** A new process of the tool, which has read the plan now, or as it was in `plan`. */
  run(
    way: Way,
    { dryRun = false, only = [] as readonly string[], plan = PlanFile.open(this.file) } = {},
  ): Promise<boolean> {
    const sleep = async () => {
      this.server.controllers.notice();
    };
    return runPlan(
      { cluster: this.cluster, plan, sleep },
      { way, dryRun, only, say: (line) => void this.said.push(line) },
    );
  }

  /** The same, again and again, until it does not die. */
  async runOn(way: Way): Promise<number> {
    for (let deaths = 0; ; deaths++) {
      try {
        await this.run(way);
        return deaths;
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    }
  }

  /** What counts of all volumes, claims and classes, whatever they are made of. */
  state(): unknown {
    const { objects } = this.server;
    this.server.controllers.sync();
    return {
      volumes: byName(objects.list('persistentvolumes')).map(summary),
      claims: byName(objects.list('persistentvolumeclaims')).map(({ metadata, spec, status }) => ({
        name: metadata.name,
        uid: metadata.uid,
        volume: spec?.['volumeName'],
        class: spec?.['storageClassName'],
        phase: status?.['phase'],
        capacity: status?.['capacity'],
      })),
      classes: objects.list('storageclasses').map(({ metadata, ...rest }) => ({
        ...rest,
        name: metadata.name,
        annotations: metadata.annotations,
        apiVersion: undefined,
        kind: undefined,
      })),
    };
  }
}

function byName(objects: readonly StoredObject[]): readonly StoredObject[] {
  return objects.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

function summary({ metadata, spec, status }: StoredObject): unknown {
  const { name, labels, annotations, finalizers = [] } = metadata;
  const { claimRef, ...rest } = spec ?? {};
  const { namespace, name: claim, uid } = (claimRef ?? {}) as Record<string, unknown>;
  const held = finalizers.filter((finalizer) => !finalizer.endsWith('pv-controller'));
  return { name, labels, annotations, held, claim: { namespace, claim, uid }, spec: rest, phase: status?.['phase'] };
}

function dynamicAnnotations(id: string): Readonly<Record<string, string>> {
  return {
    'gluster.kubernetes.io/heketi-volume-id': id,
    'gluster.org/type': 'file',
    'kubernetes.io/createdby': 'heketi-dynamic-provisioner',
    'pv.beta.kubernetes.io/gid': '2000',
    'pv.kubernetes.io/bound-by-controller': 'yes',
    'pv.kubernetes.io/provisioned-by': 'kubernetes.io/glusterfs',
  };
}

class WatchedApi extends KubernetesApi {
  readonly #scene: PvScene;

  constructor(scene: PvScene) {
    const { url, token } = scene.server;
    const cluster: Cluster = {
      server: new URL(url),
      namespace: null,
      source: 'test',
      credentials: async () => ({ headers: { Authorization: `Bearer ${token}` }, connection: {} }),
    };
    super(cluster);
    this.#scene = scene;
  }

  override async request(request: Parameters<KubernetesApi['request']>[0]): Promise<unknown> {
    const { method, query = {}, body } = request;
    const name = method === 'POST' ? `/${(body as { metadata: { name: string } }).metadata.name}` : '';
    const path = `${request.path.join('/')}${name}${query['dryRun'] ? '?dryRun' : ''}`;
    this.#scene.around('before', method, path);
    const answer = await super.request(request);
    this.#scene.around('after', method, path);
    return answer;
  }
}
