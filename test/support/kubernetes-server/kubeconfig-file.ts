import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesServer } from './kubernetes-server.js';

/** How a server of ours gets to an API server from outside a cluster: by a kubeconfig. */
export class KubeconfigFile {
  readonly path: string;
  readonly #folder: string;

  constructor({ url, token }: Pick<KubernetesServer, 'url' | 'token'>, namespace = 'default') {
    this.#folder = mkdtempSync(join(tmpdir(), 'mortar-kubeconfig-'));
    this.path = join(this.#folder, 'config');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
      clusters: [{ name: 'test', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: { token } }],
    };
    writeFileSync(this.path, JSON.stringify(config), { mode: 0o600 }); // JSON is YAML
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
