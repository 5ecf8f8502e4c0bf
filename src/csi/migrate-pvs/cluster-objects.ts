import type { ApiRequest, KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import { KubernetesError } from '../../kubernetes/kubernetes-error.js';
import type {
  CsiNode,
  Endpoints,
  Metadata,
  OwnerReference,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
} from './kubernetes-objects.js';

const CORE = ['api', 'v1'];
const STORAGE = ['apis', 'storage.k8s.io', 'v1'];
const APPS = ['apis', 'apps', 'v1'];
const PAGE = '500';
const MERGE_PATCH = 'application/merge-patch+json';

interface Page<T> {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly T[];
}

/** What is read and changed in the cluster. Each method throws KubernetesError when the API server refuses or is silent. */
export class ClusterObjects {
  readonly #api: KubernetesApi;

  constructor(api: KubernetesApi) {
    this.#api = api;
  }

  /** The one thing of a cluster that stays the same: the uid of its namespace kube-system. */
  async clusterId(): Promise<string> {
    const { metadata } = (await this.#get([...CORE, 'namespaces', 'kube-system'])) as { readonly metadata: Metadata };
    return metadata.uid ?? '';
  }

  volumes(): Promise<readonly PersistentVolume[]> {
    return this.#list([...CORE, 'persistentvolumes']);
  }

  claims(): Promise<readonly PersistentVolumeClaim[]> {
    return this.#list([...CORE, 'persistentvolumeclaims']);
  }

  pods(): Promise<readonly Pod[]> {
    return this.#list([...CORE, 'pods']);
  }

  classes(): Promise<readonly StorageClass[]> {
    return this.#list([...STORAGE, 'storageclasses']);
  }

  csiNodes(): Promise<readonly CsiNode[]> {
    return this.#list([...STORAGE, 'csinodes']);
  }

  async hasDriver(name: string): Promise<boolean> {
    return (await this.#find([...STORAGE, 'csidrivers', name])) !== null;
  }

  findVolume(name: string): Promise<PersistentVolume | null> {
    return this.#find(volumePath(name));
  }

  findClaim(namespace: string, name: string): Promise<PersistentVolumeClaim | null> {
    return this.#find([...CORE, 'namespaces', namespace, 'persistentvolumeclaims', name]);
  }

  findClass(name: string): Promise<StorageClass | null> {
    return this.#find(classPath(name));
  }

  findEndpoints(namespace: string, name: string): Promise<Endpoints | null> {
    return this.#find([...CORE, 'namespaces', namespace, 'endpoints', name]);
  }

  /** What made a ReplicaSet; none: nothing did, or it is gone. */
  async ownersOfReplicaSet(namespace: string, name: string): Promise<readonly OwnerReference[]> {
    const path = [...APPS, 'namespaces', namespace, 'replicasets', name];
    return (await this.#find<{ readonly metadata: Metadata }>(path))?.metadata.ownerReferences ?? [];
  }

  /** As all changes of a volume here: refused (conflict) unless it still is as `volume` was read. */
  setPolicy(volume: PersistentVolume, policy: string): Promise<void> {
    return this.#patch(volume, { spec: { persistentVolumeReclaimPolicy: policy } });
  }

  setFinalizers(volume: PersistentVolume, finalizers: readonly string[]): Promise<void> {
    return this.#patch(volume, { metadata: { finalizers } });
  }

  deleteVolume(volume: PersistentVolume): Promise<void> {
    return this.#delete(volumePath(volume.metadata.name), volume.metadata);
  }

  async createVolume(manifest: PersistentVolume): Promise<void> {
    await this.#api.request({ method: 'POST', path: volumePath(), body: manifest });
  }

  /** Throws as `createVolume` would, and makes nothing. `manifest` may have the name of a volume that there is. */
  tryVolume(manifest: PersistentVolume): Promise<void> {
    return this.#tryMaking(volumePath(), manifest);
  }

  deleteClass({ metadata }: StorageClass): Promise<void> {
    return this.#delete(classPath(metadata.name), metadata);
  }

  async createClass(manifest: StorageClass): Promise<void> {
    await this.#api.request({ method: 'POST', path: classPath(), body: manifest });
  }

  /** As `tryVolume`, of `createClass`. */
  tryClass(manifest: StorageClass): Promise<void> {
    return this.#tryMaking(classPath(), manifest);
  }

  async #tryMaking(path: readonly string[], manifest: PersistentVolume | StorageClass): Promise<void> {
    const name = `check-${manifest.metadata.name.slice(0, 200).replaceAll('.', '-')}-0`;
    const body = { ...manifest, metadata: { ...manifest.metadata, name } };
    try {
      await this.#api.request({ method: 'POST', path, query: { dryRun: 'All' }, body });
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.failure !== 'already exists') throw error;
    }
  }

  async #patch({ metadata }: PersistentVolume, change: { readonly metadata?: object; readonly spec?: object }) {
    const { uid, resourceVersion } = metadata;
    const body = { ...change, metadata: { ...change.metadata, uid, resourceVersion } };
    const request: ApiRequest = { method: 'PATCH', path: volumePath(metadata.name), body, contentType: MERGE_PATCH };
    await this.#api.request(request);
  }

  async #delete(path: readonly string[], { uid, resourceVersion }: Metadata): Promise<void> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid, resourceVersion } };
    await this.#api.request({ method: 'DELETE', path, body });
  }

  #get(path: readonly string[], query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return this.#api.request({ method: 'GET', path, query });
  }

  async #find<T>(path: readonly string[]): Promise<T | null> {
    try {
      return (await this.#get(path)) as T;
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  async #list<T>(path: readonly string[]): Promise<readonly T[]> {
    const all: T[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = (await this.#get(path, { limit: PAGE, ...(next !== '' && { continue: next }) })) as Page<T>;
      all.push(...(page.items ?? []));
      next = page.metadata?.continue || undefined;
    }
    return all;
  }
}

/** Only a Status object of the API server says so: a proxy's 404 proves nothing. */
function isGone(error: unknown): boolean {
  return error instanceof KubernetesError && error.failure === 'not found' && error.reason === 'NotFound';
}

function volumePath(name?: string): readonly string[] {
  return [...CORE, 'persistentvolumes', ...(name === undefined ? [] : [name])];
}

function classPath(name?: string): readonly string[] {
  return [...STORAGE, 'storageclasses', ...(name === undefined ? [] : [name])];
}
