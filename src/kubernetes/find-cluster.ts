import { DomainError } from '../domain/errors.js';
import type { Cluster } from './cluster.js';
import { clusterOfKubeconfig } from './kubeconfig.js';
import { clusterOfPod } from './service-account.js';

/**
 * The cluster of the kubeconfig files (null: none are named), or else the one that this process runs in. Throws
 * DomainError `invalid` when there is neither.
 */
export async function findCluster(
  kubeconfig: string | null,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Cluster> {
  const cluster = kubeconfig === null ? clusterOfPod(env) : await clusterOfKubeconfig(kubeconfig);
  if (cluster) return cluster;
  throw new DomainError(
    'invalid',
    'no Kubernetes API server is known: this process runs in no pod (KUBERNETES_SERVICE_HOST is not set); ' +
      'to try things out from elsewhere, set KUBECONFIG to the file that kubectl uses',
  );
}
