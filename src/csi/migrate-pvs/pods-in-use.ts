import type { ClusterObjects } from './cluster-objects.js';
import { keyOf, type OwnerReference, type Pod } from './kubernetes-objects.js';

const ENDED = ['Succeeded', 'Failed'];
/** Which `kubectl rollout restart` takes. */
const RESTARTABLE = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Pods that have not ended, and how to start them anew. */
export interface PodsInUse {
  /** By the claim that they mount, as `keyOf` writes it. */
  readonly ofClaim: ReadonlyMap<string, readonly Pod[]>;
  /** That mount gluster by themselves, without a claim: there is nothing of them to move. */
  readonly inline: readonly Pod[];
}

export function podsInUse(pods: readonly Pod[]): PodsInUse {
  const ofClaim = new Map<string, Pod[]>();
  const inline: Pod[] = [];
  for (const pod of pods.filter(({ status }) => !ENDED.includes(status?.phase ?? ''))) {
    const volumes = pod.spec.volumes ?? [];
    if (volumes.some(({ glusterfs }) => glusterfs !== undefined)) inline.push(pod);
    const claims = new Set(volumes.flatMap(({ persistentVolumeClaim: claim }) => (claim ? [claim.claimName] : [])));
    for (const name of claims) {
      const key = keyOf({ namespace: pod.metadata.namespace ?? '', name });
      ofClaim.set(key, [...(ofClaim.get(key) ?? []), pod]);
    }
  }
  return { ofClaim, inline };
}

/** A command for each thing that made these pods; pods that nothing made have to be made again by whoever made them. */
export async function restartCommands(pods: readonly Pod[], cluster: ClusterObjects): Promise<readonly string[]> {
  const commands = new Set<string>();
  for (const { metadata } of pods) {
    const { namespace = '', name } = metadata;
    const made = await makerOf(metadata.ownerReferences ?? [], namespace, cluster);
    if (!made) commands.add(`kubectl -n ${namespace} delete pod ${name} # nothing makes it again`);
    else if (RESTARTABLE.includes(made.kind)) {
      commands.add(`kubectl -n ${namespace} rollout restart ${made.kind.toLowerCase()}/${made.name}`);
    } else commands.add(`kubectl -n ${namespace} delete pod ${name} # of ${made.kind}/${made.name}`);
  }
  return [...commands].toSorted();
}

async function makerOf(
  owners: readonly OwnerReference[],
  namespace: string,
  cluster: ClusterObjects,
): Promise<OwnerReference | null> {
  const owner = owners.find(({ controller }) => controller === true);
  if (owner?.kind !== 'ReplicaSet') return owner ?? null;
  const above = await cluster.ownersOfReplicaSet(namespace, owner.name);
  return above.find(({ controller }) => controller === true) ?? owner;
}
