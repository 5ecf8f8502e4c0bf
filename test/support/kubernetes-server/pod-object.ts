import { randomUUID } from 'node:crypto';

/** A pod as the API shows it: what clients look at, and enough of the rest. */
export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly generateName: string;
    readonly namespace: string;
    readonly uid: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences: readonly object[];
  };
  readonly spec: {
    readonly nodeName?: string;
    readonly hostNetwork: boolean;
    readonly affinity: object;
    readonly containers: readonly { readonly name: string }[];
    readonly [other: string]: unknown;
  };
  readonly status: {
    readonly phase: string;
    readonly conditions?: readonly Condition[];
    readonly hostIP?: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly [other: string]: unknown;
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastProbeTime: null;
  readonly lastTransitionTime: string;
  readonly reason?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly state: object;
  readonly lastState: object;
  readonly ready: boolean;
  readonly started: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
}

/** What a pod is made from; it stays the same for the pod's life. */
export interface PodIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly nodeName: string;
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containerNames: readonly string[];
  readonly createdAt: string;
}

export interface PodSituation {
  readonly isScheduled: boolean;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  /** The kubelet has told of them. */
  readonly containers: readonly ContainerStatus[] | null;
  /** The condition Ready; a node that is down takes it from pods whose containers still show as ready. */
  readonly isReady: boolean;
  readonly deletion: { readonly graceSeconds: number; readonly at: string } | null;
}

const IMAGE = 'registry.example/gluster:1';
const IMAGE_ID = 'sha256:ac87c38402e48d1e107039a07e81fbd8d59b790620c3d46de6d24121eb38cd56';
/** Some of those of gk-deploy's gluster pods. */
const VOLUMES = [
  { name: 'glusterfs-heketi', path: '/var/lib/heketi', source: { hostPath: { path: '/var/lib/heketi', type: '' } } },
  { name: 'glusterfs-run', path: '/run', source: { emptyDir: {} } },
  { name: 'glusterfs-dev', path: '/dev', source: { hostPath: { path: '/dev', type: '' } } },
];
const DAEMON_SET = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  name: 'glusterfs',
  uid: randomUUID(),
  controller: true,
  blockOwnerDeletion: true,
};

/** RFC 3339 with seconds, as all times of the API. */
export function apiTime(ms = Date.now()): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function podObject(identity: PodIdentity, situation: PodSituation): PodObject {
  const { name, namespace, uid, labels, createdAt } = identity;
  const { deletion } = situation;
  return {
    metadata: {
      name,
      generateName: 'glusterfs-',
      namespace,
      uid,
      creationTimestamp: createdAt,
      ...(deletion && { deletionTimestamp: deletion.at, deletionGracePeriodSeconds: deletion.graceSeconds }),
      labels,
      ownerReferences: [DAEMON_SET],
    },
    spec: podSpec(identity, situation),
    status: podStatus(identity, situation),
  };
}

function podSpec({ nodeName, containerNames }: PodIdentity, { isScheduled }: PodSituation): PodObject['spec'] {
  // As long as a pod of a DaemonSet has no node, only this says where it will be.
  const wanted = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [nodeName] }] };
  return {
    volumes: VOLUMES.map(({ name, source }) => ({ name, ...source })),
    containers: containerNames.map((name) => ({
      name,
      image: IMAGE,
      volumeMounts: VOLUMES.map((volume) => ({ name: volume.name, mountPath: volume.path })),
      securityContext: { privileged: true },
    })),
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 2,
    nodeSelector: { storagenode: 'glusterfs' },
    ...(isScheduled && { nodeName }),
    hostNetwork: true,
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [wanted] } },
    },
    schedulerName: 'default-scheduler',
  };
}

function podStatus(identity: PodIdentity, situation: PodSituation): PodObject['status'] {
  const { isScheduled, phase, containers, isReady } = situation;
  if (!isScheduled) return { phase, qosClass: 'BestEffort' };
  const condition = (type: string, isMet: boolean, reason?: string): Condition => ({
    type,
    status: isMet ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: identity.createdAt,
    ...(reason !== undefined && { reason }),
  });
  const scheduled = condition('PodScheduled', true);
  if (!containers) return { phase, conditions: [scheduled], qosClass: 'BestEffort' };
  const areReady = containers.every(({ ready }) => ready);
  const why = areReady ? undefined : 'ContainersNotReady';
  return {
    phase,
    conditions: [
      condition('Initialized', true),
      condition('Ready', isReady, why),
      condition('ContainersReady', areReady, why),
      scheduled,
    ],
    hostIP: identity.address,
    podIP: identity.address,
    podIPs: [{ ip: identity.address }],
    startTime: identity.createdAt,
    containerStatuses: containers,
    qosClass: 'BestEffort',
  };
}

export function containerStatus(
  name: string,
  restartCount: number,
  containerId: string | null,
  state: object,
  lastState: object = {},
): ContainerStatus {
  const isRunning = 'running' in state;
  return {
    name,
    state,
    lastState,
    ready: isRunning,
    restartCount,
    image: IMAGE,
    imageID: containerId === null ? '' : IMAGE_ID,
    ...(containerId !== null && { containerID: `containerd://${containerId}` }),
    started: isRunning,
  };
}
