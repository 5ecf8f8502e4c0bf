import { NotStartedError, type Runtime } from './container.js';
import { Pod, type RuntimeMaker } from './pod.js';
import type { PodBook } from './pod-book.js';

/** A container that is just being ended: programs are taken, and not started any more. */
const STOPPING: Runtime = {
  async start() {
    throw new NotStartedError('cannot exec in a stopped state: unknown', 'create');
  },
  kill: () => undefined,
  remove: () => undefined,
};

export interface NodeOptions {
  readonly address?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly containerNames?: readonly string[];
  readonly podName?: string;
}

const LABELS = {
  'controller-revision-hash': '5b679c575d',
  glusterfs: 'pod',
  'glusterfs-node': 'pod',
  'pod-template-generation': '1',
};

/**
 * The pods of a DaemonSet, one per node. Each thing that happens to one is told to those that watch, as the recorded
 * cluster told it, and all at once: how long it takes is not modelled.
 */
export class ClusterPods {
  readonly #book: PodBook;
  readonly #makeRuntime: RuntimeMaker;
  /** By node; the last one is the pod of now. */
  readonly #pods: Pod[] = [];
  readonly #stopping = new Set<Pod>();
  readonly #lingering: Pod[] = [];
  /** Out of the books; their files are still there. */
  readonly #gone: Pod[] = [];

  constructor(book: PodBook, makeRuntime: RuntimeMaker) {
    this.#book = book;
    this.#makeRuntime = makeRuntime;
  }

  /** A node, with a pod that runs and is ready. */
  add(nodeName: string, options: NodeOptions = {}): Pod {
    this.addUnscheduled(nodeName, options);
    return this.start(nodeName);
  }

  addUnscheduled(nodeName: string, options: NodeOptions = {}): Pod {
    const pod = new Pod(
      {
        nodeName,
        address: options.address ?? nodeName,
        namespace: options.namespace ?? 'default',
        labels: options.labels ?? LABELS,
        containerNames: options.containerNames ?? ['glusterfs'],
        name: options.podName ?? null,
      },
      this.#makeRuntime,
    );
    this.#pods.push(pod);
    this.#book.put(pod.toObject());
    return pod;
  }

  /** The youngest pod of the node. */
  on(nodeName: string): Pod {
    const pod = this.#pods.findLast(({ identity }) => identity.nodeName === nodeName);
    if (!pod) throw new Error(`there is no pod on ${nodeName}`);
    return pod;
  }

  find(namespace: string, name: string): Pod | null {
    return this.#pods.find(({ identity }) => identity.namespace === namespace && identity.name === name) ?? null;
  }

  /** Null: it does not run. */
  runtimeOf(pod: Pod, containerName: string): Runtime | null {
    return this.#stopping.has(pod) ? STOPPING : pod.runtimeOf(containerName);
  }

  /** A pod that was put on its node, and waits there for this reason. */
  keepWaiting(nodeName: string, waiting: { readonly reason: string; readonly message?: string }): void {
    const pod = this.on(nodeName);
    this.#change(pod, () => pod.schedule());
    this.#change(pod, () => pod.create(waiting));
  }

  /** The pod gets its node and its containers, which run and are ready. */
  start(nodeName: string): Pod {
    const pod = this.on(nodeName);
    this.#change(pod, () => pod.schedule());
    this.#change(pod, () => pod.create());
    this.#change(pod, () => pod.start());
    return pod;
  }

  /** Deleted with grace 0: what runs is killed, the pod is gone at once, and the next one waits for `start`. */
  forceDelete(nodeName: string): Pod {
    const pod = this.on(nodeName);
    this.#markDeleted(pod, 0);
    const next = this.#succeed(pod);
    pod.stop();
    return next;
  }

  /** As `forceDelete`, but that what runs runs on beside the next pod until `endLingering`: nobody may have told the node. */
  forget(nodeName: string): Pod {
    const pod = this.on(nodeName);
    this.#markDeleted(pod, 0);
    this.#lingering.push(pod);
    return this.#succeed(pod);
  }

  endLingering(): void {
    for (const pod of this.#lingering.splice(0)) pod.stop();
  }

  /** Another pod in its place, ready, as soon as can be. */
  replace(nodeName: string): Pod {
    this.forceDelete(nodeName);
    return this.start(nodeName);
  }

  /** Deleted with a grace period that process 1 makes use of: programs run on, and new ones start. */
  beginDeletion(nodeName: string, graceSeconds: number): void {
    this.#markDeleted(this.on(nodeName), graceSeconds);
  }

  /** Process 1 has ended, and all else is killed; new programs are taken and not started. */
  stop(nodeName: string): void {
    const pod = this.on(nodeName);
    this.#stopping.add(pod);
    this.#change(pod, () => pod.stop(0));
  }

  /** The container is not found any more. */
  removeContainers(nodeName: string): void {
    this.#stopping.delete(this.on(nodeName));
  }

  /** The pod is gone from the books; the next one waits for `start`. */
  finishDeletion(nodeName: string): Pod {
    const pod = this.on(nodeName);
    pod.stop();
    this.#markDeleted(pod, 0);
    return this.#succeed(pod);
  }

  /** Process 1 dies: what runs is killed. The container comes again in the same pod. */
  restartContainers(nodeName: string): void {
    this.killContainers(nodeName);
    this.startContainers(nodeName);
  }

  killContainers(nodeName: string): void {
    const pod = this.on(nodeName);
    this.#change(pod, () => pod.stop());
  }

  /** Those that have ended come again. */
  startContainers(nodeName: string): void {
    const pod = this.on(nodeName);
    this.#change(pod, () => pod.restart());
  }

  /** The pod was to run once and has; a code but 0 is a failure. */
  finish(nodeName: string, exitCode: number): void {
    const pod = this.on(nodeName);
    this.#change(pod, () => pod.finish(exitCode));
  }

  /** The control plane has not heard of the node for a while, or hears of it again. */
  setNodeReady(nodeName: string, isReady: boolean): void {
    const pod = this.on(nodeName);
    this.#change(pod, () => pod.setNodeReady(isReady));
  }

  /** All that runs is killed, and nothing is left. */
  removeAll(): void {
    for (const pod of [...this.#pods, ...this.#gone]) pod.remove();
  }

  #markDeleted(pod: Pod, graceSeconds: number): void {
    this.#change(pod, () => pod.markDeleted(graceSeconds));
  }

  #succeed(pod: Pod): Pod {
    this.#stopping.delete(pod);
    this.#book.remove(pod.toObject());
    this.#pods.splice(this.#pods.indexOf(pod), 1);
    this.#gone.push(pod);
    const { nodeName, address, namespace, labels, containerNames } = pod.identity;
    return this.addUnscheduled(nodeName, { address, namespace, labels, containerNames });
  }

  #change(pod: Pod, change: () => void): void {
    change();
    this.#book.put(pod.toObject());
  }
}
