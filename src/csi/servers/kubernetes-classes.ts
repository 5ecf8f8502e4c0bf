import type { KubernetesApi } from '../../kubernetes/kubernetes-api.js';
import { KubernetesError } from '../../kubernetes/kubernetes-error.js';
import { CsiError } from '../rpc/csi-error.js';
import type { TextMap } from '../rpc/messages.js';
import type { ClassSource } from './class-source.js';

interface StorageClassList {
  readonly items?: readonly { readonly provisioner?: string; readonly parameters?: TextMap }[];
}

/** Parameters for the external-provisioner and -resizer, which keep them from drivers. */
const SIDECARS_OWN = 'csi.storage.k8s.io/';

/** The StorageClasses and Secrets of the Kubernetes cluster that the driver runs in. */
export class KubernetesClasses implements ClassSource {
  readonly #api: KubernetesApi;
  readonly #driverName: string;

  constructor(api: KubernetesApi, driverName: string) {
    this.#api = api;
    this.#driverName = driverName;
  }

  async listParameters(): Promise<readonly TextMap[]> {
    const list = (await this.#ask(['apis', 'storage.k8s.io', 'v1', 'storageclasses'])) as StorageClassList;
    return (list.items ?? [])
      .filter(({ provisioner }) => provisioner === this.#driverName)
      .map(({ parameters = {} }) =>
        Object.fromEntries(Object.entries(parameters).filter(([name]) => !name.startsWith(SIDECARS_OWN))),
      );
  }

  /** The in-tree provisioner took whichever value the Secret has. */
  async readKey(namespace: string, name: string): Promise<string | null> {
    try {
      const path = ['api', 'v1', 'namespaces', namespace, 'secrets', name];
      const { data = {} } = (await this.#ask(path)) as { readonly data?: TextMap };
      const [only] = Object.values(data);
      const value = Object.hasOwn(data, 'key') ? data['key'] : only;
      return value === undefined ? null : Buffer.from(value, 'base64').toString('utf8');
    } catch (error) {
      if (error instanceof CsiError && error.cause instanceof KubernetesError && error.cause.failure === 'not found')
        return null;
      throw error;
    }
  }

  async #ask(path: readonly string[]): Promise<unknown> {
    try {
      return await this.#api.request({ method: 'GET', path });
    } catch (error) {
      if (error instanceof KubernetesError) throw new CsiError('UNAVAILABLE', error.message, { cause: error });
      throw error;
    }
  }
}
