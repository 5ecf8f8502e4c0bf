import { isRefusedAs } from './secret-refusals.js';

/** What a backup needs of KubernetesApi. */
export interface SecretRequests {
  /** The parsed answer. Throws KubernetesError. */
  request(call: SecretCall): Promise<unknown>;
}

export interface SecretCall {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: readonly string[];
  readonly body?: Secret;
  readonly deadlineMs: number;
}

/** As the API has it; fields that are not named here are kept as they are. */
export interface Secret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly type?: string;
  readonly metadata: SecretMetadata;
  /** Base64. */
  readonly data?: Readonly<Record<string, string>>;
}

export interface SecretMetadata {
  readonly name: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const DEADLINE_MS = 10_000;

/** The secrets of one namespace. */
export class Secrets {
  readonly #api: SecretRequests;
  readonly #collection: readonly string[];

  constructor(api: SecretRequests, namespace: string) {
    this.#api = api;
    this.#collection = ['api', 'v1', 'namespaces', namespace, 'secrets'];
  }

  /** Null: there is none. */
  async find(name: string): Promise<Secret | null> {
    try {
      return (await this.#request('GET', [name])) as Secret;
    } catch (error) {
      if (isRefusedAs(error, 'not found')) return null;
      throw error;
    }
  }

  async create(secret: Secret): Promise<void> {
    await this.#request('POST', [], secret);
  }

  /** `conflict` when it was changed since it was found; one without a resourceVersion replaces whatever is there. */
  async replace(secret: Secret): Promise<void> {
    await this.#request('PUT', [secret.metadata.name], secret);
  }

  #request(method: SecretCall['method'], name: readonly string[], body?: Secret): Promise<unknown> {
    const path = [...this.#collection, ...name];
    return this.#api.request({ method, path, deadlineMs: DEADLINE_MS, ...(body && { body }) });
  }
}
