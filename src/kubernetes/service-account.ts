import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Cluster } from './cluster.js';
import { KubernetesError } from './kubernetes-error.js';

/** Where Kubernetes mounts the credentials of a pod's service account. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The cluster in one of whose pods this process runs; null when it runs in none. Token and authority are read for each
 * request: the kubelet replaces both, an hour before a token ends or sooner.
 */
export function clusterOfPod(
  env: Readonly<Record<string, string | undefined>>,
  folder: string = SERVICE_ACCOUNT_FOLDER,
): Cluster | null {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) return null;
  return {
    server: new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`),
    namespace: readNamespace(folder),
    source: `the service account of this pod (${folder})`,
    async credentials() {
      const [token, ca] = await Promise.all([read(folder, 'token'), read(folder, 'ca.crt')]);
      return { headers: { Authorization: `Bearer ${token.trim()}` }, connection: { ca } };
    },
  };
}

function readNamespace(folder: string): string | null {
  try {
    return readFileSync(join(folder, 'namespace'), 'utf8').trim() || null;
  } catch {
    return null;
  }
}

async function read(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new KubernetesError(
      'unauthorized',
      `the credentials of this pod's service account can't be read: ${(cause as Error).message}; ` +
        'the pod needs a service account, and automountServiceAccountToken must not be false',
      { status: null },
      { cause },
    );
  }
}
