import { isObject, number, text } from '../../kubernetes/status-object.js';

/** The label by which gluster pods are found. */
export const GLUSTER_LABEL = 'glusterfs-node';

/** What is looked at in a pod, as the API server showed it last: it may lag behind the node. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  /** Null until it is placed. The pods of a DaemonSet are made for a node, and count as placed. */
  readonly nodeName: string | null;
  /** The value of `GLUSTER_LABEL`; null without it. */
  readonly glusterLabel: string | null;
  /** RFC 3339, in UTC: its text sorts by time. */
  readonly createdAt: string;
  readonly isBeingDeleted: boolean;
  /** It will not run (again). */
  readonly isOver: boolean;
  /** Its condition Ready: false too when its node is not heard of, which its containers don't show. */
  readonly isReady: boolean;
  /** How long its programs may take to end before they are killed. */
  readonly graceSeconds: number;
  /** A program that is left in a container ends with it. */
  readonly hasOwnProcesses: boolean;
  /** The first container: the one that is used. */
  readonly container: Container;
  /** Where folders of the node are mounted in it, whatever is mounted below them. */
  readonly mounts: readonly Mount[];
}

export interface Container {
  readonly name: string;
  /** Null before its first start. Another one after each. */
  readonly id: string | null;
  readonly restartCount: number;
  readonly isReady: boolean;
  readonly state: 'running' | 'terminated' | 'waiting';
  /** Kubernetes' word for the state, such as `CrashLoopBackOff`; null: none. */
  readonly reason: string | null;
}

interface Mount {
  readonly path: string;
  readonly isOfNode: boolean;
}

/** Kubernetes' own default. */
const GRACE_SECONDS = 30;

type Json = Readonly<Record<string, unknown>>;

/** Null for what is no pod. */
export function readPod(value: unknown): Pod | null {
  if (!isObject(value)) return null;
  const metadata = object(value['metadata']);
  const spec = object(value['spec']);
  const status = object(value['status']);
  const name = text(metadata['name']);
  const uid = text(metadata['uid']);
  const container = objects(spec['containers'])[0];
  const containerName = text(container?.['name']);
  if (name === null || uid === null || !container || containerName === null) return null;
  const phase = text(status['phase']);
  return {
    name,
    uid,
    nodeName: text(spec['nodeName']) ?? nodeOfAffinity(spec),
    glusterLabel: labelOf(metadata),
    createdAt: text(metadata['creationTimestamp']) ?? '',
    isBeingDeleted: text(metadata['deletionTimestamp']) !== null,
    isOver: phase === 'Succeeded' || phase === 'Failed',
    isReady: objects(status['conditions']).some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    graceSeconds: number(spec['terminationGracePeriodSeconds']) ?? GRACE_SECONDS,
    hasOwnProcesses: spec['hostPID'] !== true && spec['shareProcessNamespace'] !== true,
    container: readContainer(containerName, status),
    mounts: readMounts(spec, container),
  };
}

/** What a list of pods holds, and the version from which a watch goes on. Throws for what is none. */
export function readPodList(value: unknown): { readonly pods: readonly Pod[]; readonly version: string } {
  const list = object(value);
  const version = text(object(list['metadata'])['resourceVersion']);
  if (version === null) throw new Error('the API server answered no list of pods');
  return { pods: objects(list['items']).flatMap((item) => readPod(item) ?? []), version };
}

/** One life of a container is told from the next by its id, and by a count where a runtime gives none. */
export function isSameLife(one: Pod, other: Pod): boolean {
  const [a, b] = [one.container, other.container];
  return one.uid === other.uid && a.id === b.id && a.restartCount === b.restartCount;
}

function readContainer(name: string, status: Json): Container {
  const facts = objects(status['containerStatuses']).find((one) => one['name'] === name) ?? {};
  const state = object(facts['state']);
  const kind = 'running' in state ? 'running' : 'terminated' in state ? 'terminated' : 'waiting';
  return {
    name,
    id: text(facts['containerID']),
    restartCount: number(facts['restartCount']) ?? 0,
    isReady: facts['ready'] === true,
    state: kind,
    reason: text(object(state[kind])['reason']),
  };
}

/** A pod that its DaemonSet has just made names its node only there. */
function nodeOfAffinity(spec: Json): string | null {
  const affinity = object(object(spec['affinity'])['nodeAffinity']);
  const terms = objects(object(affinity['requiredDuringSchedulingIgnoredDuringExecution'])['nodeSelectorTerms']);
  for (const { key, values } of terms.flatMap((term) => objects(term['matchFields'])))
    if (key === 'metadata.name' && Array.isArray(values)) return text(values[0]);
  return null;
}

function labelOf(metadata: Json): string | null {
  const labels = object(metadata['labels']);
  const value = Object.hasOwn(labels, GLUSTER_LABEL) ? labels[GLUSTER_LABEL] : null;
  return typeof value === 'string' ? value : null;
}

function readMounts(spec: Json, container: Json): readonly Mount[] {
  const ofNode = new Set(objects(spec['volumes']).flatMap(({ name, hostPath }) => (isObject(hostPath) ? [name] : [])));
  return objects(container['volumeMounts']).flatMap(({ name, mountPath, readOnly }) => {
    const path = text(mountPath);
    return path === null ? [] : [{ path, isOfNode: ofNode.has(name) && readOnly !== true }];
  });
}

function object(value: unknown): Json {
  return isObject(value) ? value : {};
}

function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
