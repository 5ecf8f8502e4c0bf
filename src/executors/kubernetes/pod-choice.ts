import { GLUSTER_LABEL, type Pod } from './pod.js';

/** What a manage name of a node is the name of. */
export type NamedBy = 'node' | 'label' | 'pod';

/** The pod in which commands for a host run, or why there is none. */
export type Choice =
  | { readonly pod: Pod }
  | {
      readonly pod: null;
      readonly why: string;
      /**
       * `likely`: it is being replaced or started. `perhaps`: if there was one before, another one follows. `none`:
       * somebody has to do something first.
       */
      readonly hope: Hope;
    };

type Hope = 'likely' | 'perhaps' | 'none';

const SHOWN_NAMES = 20;

/** Chooses among all gluster pods of the namespace. */
export function choosePod(namedBy: NamedBy, host: string, pods: readonly Pod[], namespace: string): Choice {
  const meant = pods.filter((pod) => isMeant(namedBy, host, pod));
  const living = meant.filter(({ isBeingDeleted, isOver }) => !isBeingDeleted && !isOver);
  const usable = living.filter(({ isReady }) => isReady).toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
  const pod = usable.at(-1);
  if (pod && namedBy === 'label' && usable.length > 1) {
    const names = usable.map(({ name }) => name).join(' and ');
    return none(`the pods ${names} both have the label ${GLUSTER_LABEL}=${host}: only one may have it`, 'none');
  }
  if (pod) return { pod };
  return unusable(living[0] ?? meant[0]) ?? none(unknownName(namedBy, host, pods, namespace), 'perhaps');
}

function isMeant(namedBy: NamedBy, host: string, { name, nodeName, glusterLabel }: Pod): boolean {
  if (namedBy === 'pod') return name === host;
  return namedBy === 'node' ? nodeName === host && glusterLabel !== null : glusterLabel === host;
}

function unusable(pod: Pod | undefined): Choice | null {
  if (!pod) return null;
  const { name, nodeName, container } = pod;
  const look = `kubectl describe pod ${name} shows why`;
  if (pod.isBeingDeleted) return none(`the pod ${name} is being deleted`, 'likely');
  if (pod.isOver) return none(`the pod ${name} has ended and does not run any more; ${look}`, 'likely');
  if (nodeName === null) return none(`the pod ${name} has not been given a node; ${look}`, 'likely');
  if (container.state !== 'running') {
    const reason = container.reason === null ? '' : ` (${container.reason})`;
    return none(`the container ${container.name} of the pod ${name} does not run${reason}; ${look}`, 'likely');
  }
  // The node's own word is old then: nobody has heard of its kubelet for a while.
  if (container.isReady)
    return none(`the node ${nodeName} of the pod ${name} is not ready: is it up, and does its kubelet run?`, 'none');
  return none(`the pod ${name} is not ready: does gluster run in it? ${look}`, 'likely');
}

function unknownName(namedBy: NamedBy, host: string, pods: readonly Pod[], namespace: string): string {
  const labelled = `pods with the label ${GLUSTER_LABEL} in the namespace ${namespace}`;
  if (namedBy === 'pod')
    return `no pod named ${host} is in the namespace ${namespace} (use_pod_names: the manage name is the name of a pod)`;
  if (pods.length === 0) {
    return (
      `there are no ${labelled}: is that the namespace of the gluster pods (HEKETI_KUBE_NAMESPACE), ` +
      'and have the storage nodes the label that their DaemonSet selects?'
    );
  }
  if (namedBy === 'node') {
    return (
      `no gluster pod is on a Kubernetes node named ${host} (gluster_daemonset: the manage name is the name of a node, ` +
      `as kubectl get nodes shows it); the ${labelled} are on ${listed(pods.map(({ nodeName }) => nodeName))}`
    );
  }
  return (
    `no pod has the label ${GLUSTER_LABEL}=${host} (the manage name is the value of that label; ` +
    `gluster_daemonset makes it the name of a node); the ${labelled} have ${listed(pods.map(({ glusterLabel }) => glusterLabel))}`
  );
}

function listed(names: readonly (string | null)[]): string {
  const distinct = [...new Set(names.flatMap((name) => name ?? []))].sort();
  const rest = distinct.length - SHOWN_NAMES;
  return distinct.slice(0, SHOWN_NAMES).join(', ') + (rest > 0 ? ` and ${rest} more` : '') || 'none yet';
}

function none(why: string, hope: Hope): Choice {
  return { pod: null, why, hope };
}
