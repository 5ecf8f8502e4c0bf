/** A pod of the DaemonSet as the API server shows it: running and ready on `nodeName`, unless `parts` says otherwise. */
export function podObject(
  name: string,
  nodeName: string | null,
  parts: {
    readonly metadata?: object;
    readonly spec?: object;
    readonly status?: object;
    readonly container?: object;
  } = {},
) {
  return {
    metadata: {
      name,
      namespace: 'storage',
      uid: `uid-of-${name}`,
      resourceVersion: '100',
      labels: { 'glusterfs-node': 'pod' } as Record<string, string>,
      creationTimestamp: '2026-11-28T19:02:26Z',
      ...parts.metadata,
    },
    spec: {
      ...(nodeName !== null && { nodeName }),
      hostNetwork: true,
      terminationGracePeriodSeconds: 2,
      volumes: [{ name: 'dev', hostPath: { path: '/dev', type: '' } }],
      containers: [{ name: 'glusterfs', volumeMounts: [{ name: 'dev', mountPath: '/dev' }] }, { name: 'other' }],
      ...parts.spec,
    },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        { name: 'other', ready: true, restartCount: 9, containerID: 'containerd://other', state: { running: {} } },
        {
          name: 'glusterfs',
          ready: true,
          restartCount: 1,
          containerID: `containerd://of-${name}`,
          state: { running: { startedAt: '2026-11-28T19:15:30Z' } },
          ...parts.container,
        },
      ],
      ...parts.status,
    },
  };
}

export const NOT_READY = { conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }] };

/** How a DaemonSet says for which node it has made a pod. */
export function affinityTo(node: string): object {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] };
  return {
    affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
  };
}
