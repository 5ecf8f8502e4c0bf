import { describe, expect, it } from 'vitest';
import { isSameLife, type Pod, readPod, readPodList } from '../../../../src/executors/kubernetes/pod.js';
import { choosePod } from '../../../../src/executors/kubernetes/pod-choice.js';
import { affinityTo, NOT_READY, podObject } from './pods.js';

const pod = (...args: Parameters<typeof podObject>) => readPod(podObject(...args)) as Pod;

describe('a pod', () => {
  it('is read with the state of its first container', () => {
    expect(pod('glusterfs-a', 'n1')).toEqual({
      name: 'glusterfs-a',
      uid: 'uid-of-glusterfs-a',
      nodeName: 'n1',
      glusterLabel: 'pod',
      createdAt: '2026-11-28T19:02:26Z',
      isBeingDeleted: false,
      isOver: false,
      isReady: true,
      graceSeconds: 2,
      hasOwnProcesses: true,
      container: {
        name: 'glusterfs',
        id: 'containerd://of-glusterfs-a',
        restartCount: 1,
        isReady: true,
        state: 'running',
        reason: null,
      },
      mounts: [{ path: '/dev', isOfNode: true }],
    });
  });

  it('counts as being on the node that its DaemonSet has made it for', () => {
    expect(pod('a', null, { spec: affinityTo('n2') }).nodeName).toBe('n2');
    expect(pod('a', null).nodeName).toBeNull();
  });

  it('shares folders with its node only through volumes of the node, which it may write to', () => {
    const spec = {
      volumes: [
        { name: 'a', hostPath: { path: '/x' } },
        { name: 'b', emptyDir: {} },
      ],
      containers: [
        {
          name: 'glusterfs',
          volumeMounts: [
            { name: 'a', mountPath: '/a' },
            { name: 'a', mountPath: '/r', readOnly: true },
            { name: 'b', mountPath: '/b' },
          ],
        },
      ],
    };
    expect(pod('a', 'n1', { spec }).mounts).toEqual([
      { path: '/a', isOfNode: true },
      { path: '/r', isOfNode: false },
      { path: '/b', isOfNode: false },
    ]);
  });

  it('does not end the programs of its container with it where it shares processes', () => {
    expect(pod('a', 'n1', { spec: { hostPID: true } }).hasOwnProcesses).toBe(false);
    expect(pod('a', 'n1', { spec: { shareProcessNamespace: true } }).hasOwnProcesses).toBe(false);
  });

  it.each([
    null,
    3,
    {},
    { metadata: { name: 'x', uid: 'y' } },
    { ...podObject('a', 'n1'), spec: { containers: [{}] } },
  ])('is none when it is %j', (value) => {
    expect(readPod(value)).toBeNull();
  });

  it('lives on while uid, container id and restart count are the same', () => {
    const before = pod('a', 'n1');
    expect(
      isSameLife(
        before,
        pod('a', 'n1', { status: { ...NOT_READY, containerStatuses: podObject('a', 'n1').status.containerStatuses } }),
      ),
    ).toBe(true);
    expect(isSameLife(before, pod('a', 'n1', { metadata: { uid: 'other' } }))).toBe(false);
    expect(isSameLife(before, pod('a', 'n1', { container: { containerID: 'containerd://next' } }))).toBe(false);
    expect(isSameLife(before, pod('a', 'n1', { container: { restartCount: 2 } }))).toBe(false);
  });

  it('comes in lists, which name their version', () => {
    const list = readPodList({ metadata: { resourceVersion: '7' }, items: [podObject('a', 'n1'), 'no pod'] });
    expect([list.version, list.pods.map(({ name }) => name)]).toEqual(['7', ['a']]);
    expect(() => readPodList({ items: [] })).toThrow('no list of pods');
  });
});

describe('the pod of a host', () => {
  const choose = (host: string, pods: readonly Pod[], namedBy: 'node' | 'label' | 'pod' = 'node') =>
    choosePod(namedBy, host, pods, 'storage');
  const label = (value: string) => ({ metadata: { labels: { 'glusterfs-node': value } } });

  it('is the one on the node of that name, with the label', () => {
    const unlabelled = pod('b', 'n1', { metadata: { labels: {} } });
    expect(choose('n1', [unlabelled, pod('a', 'n1'), pod('c', 'n2')])).toMatchObject({ pod: { name: 'a' } });
  });

  it('is the one with that label, and no second one', () => {
    const pods = [pod('a', 'x', label('n1')), pod('b', 'y', label('n2'))];
    expect(choose('n2', pods, 'label')).toMatchObject({ pod: { name: 'b' } });
    expect(choose('n1', [...pods, pod('c', 'z', label('n1'))], 'label')).toEqual({
      pod: null,
      why: 'the pods a and c both have the label glusterfs-node=n1: only one may have it',
      hope: 'none',
    });
  });

  it('is the one of that name, whatever its labels and node', () => {
    expect(choose('a', [pod('a', 'n9', { metadata: { labels: {} } })], 'pod')).toMatchObject({ pod: { name: 'a' } });
  });

  it('is never one that is being deleted, though commands would still run in it', () => {
    const deleted = pod('a', 'n1', { metadata: { deletionTimestamp: '2026-11-28T19:25:33Z' } });
    expect(choose('n1', [deleted])).toEqual({ pod: null, why: 'the pod a is being deleted', hope: 'likely' });
    const successor = pod('b', null, {
      spec: affinityTo('n1'),
      status: { phase: 'Pending', conditions: [], containerStatuses: [] },
    });
    expect(choose('n1', [deleted, successor])).toMatchObject({
      why: expect.stringMatching(/container glusterfs of the pod b does not run;/) as string,
      hope: 'likely',
    });
    expect(choose('n1', [deleted, pod('b', 'n1')])).toMatchObject({ pod: { name: 'b' } });
  });

  it('is the younger one of two that are ready', () => {
    const younger = pod('b', 'n1', { metadata: { creationTimestamp: '2026-11-28T19:25:38Z' } });
    expect(choose('n1', [younger, pod('a', 'n1')])).toMatchObject({ pod: { name: 'b' } });
  });

  const waiting = { ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } };
  it.each([
    [
      'its container does not run',
      { status: NOT_READY, container: waiting },
      /does not run \(CrashLoopBackOff\); kubectl describe pod a shows why/,
      'likely',
    ],
    [
      'it is not ready',
      { status: NOT_READY, container: { ready: false } },
      /is not ready: does gluster run in it\?/,
      'likely',
    ],
    // Nobody has heard of the kubelet for a while: what it said of its containers stays.
    ['its node is not heard of', { status: NOT_READY }, /the node n1 of the pod a is not ready: is it up/, 'none'],
    ['it was evicted', { status: { phase: 'Failed', conditions: [] } }, /has ended/, 'likely'],
  ] as const)('is none when %s', (_what, parts, why, hope) => {
    const status = {
      ...podObject('a', 'n1', { container: 'container' in parts ? parts.container : {} }).status,
      ...parts.status,
    };
    expect(choose('n1', [pod('a', 'n1', { status })])).toMatchObject({
      pod: null,
      why: expect.stringMatching(why) as string,
      hope,
    });
  });

  it('is missed with the names that there are', () => {
    const pods = [pod('a', 'n2', label('l2')), pod('b', 'n1', label('l1')), pod('c', null, label('l1'))];
    expect(choose('storage-1', pods)).toMatchObject({
      why: expect.stringMatching(/^no gluster pod is on a Kubernetes node named storage-1 .* are on n1, n2$/) as string,
      hope: 'perhaps',
    });
    expect(choose('n1', pods, 'label')).toMatchObject({ why: expect.stringMatching(/have l1, l2$/) as string });
    expect(choose('n1', pods, 'pod')).toMatchObject({
      why: expect.stringMatching(/^no pod named n1 is in the namespace storage/) as string,
    });
    expect(choose('n1', [])).toMatchObject({
      why: expect.stringMatching(/^there are no pods with the label .*HEKETI_KUBE_NAMESPACE/) as string,
    });
    const many = Array.from({ length: 25 }, (_, i) => pod(`p${i}`, `m${i}`));
    expect(choose('n1', many)).toMatchObject({ why: expect.stringMatching(/ and 5 more$/) as string });
  });
});
