import { randomBytes, randomUUID } from 'node:crypto';
import type { Runtime } from './container.js';
import {
  apiTime,
  type ContainerStatus,
  containerStatus,
  type PodIdentity,
  type PodObject,
  type PodSituation,
  podObject,
} from './pod-object.js';

/** Where a new container's programs will run. */
export type RuntimeMaker = (nodeName: string, containerName: string) => Runtime;

export interface PodOptions {
  readonly nodeName: string;
  /** Of the node, and so of the pod. */
  readonly address: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly containerNames: readonly string[];
  /** Null: drawn. */
  readonly name: string | null;
}

/** One container in one of its lives. */
interface Container {
  readonly name: string;
  readonly id: string;
  readonly restartCount: number;
  readonly startedAt: string;
  readonly runtime: Runtime;
  /** Null while it runs. */
  readonly end: { readonly exitCode: number; readonly reason: string; readonly at: string } | null;
  /** The life before. */
  readonly lastState: object;
}

type Stage = 'unscheduled' | 'scheduled' | 'creating' | 'started';

/** A pod and what runs in it. What the API shows of it is `toObject`; nobody is told of changes here. */
export class Pod {
  readonly identity: PodIdentity;
  readonly #makeRuntime: RuntimeMaker;
  readonly #pastRuntimes: Runtime[] = [];
  #stage: Stage = 'unscheduled';
  #containers: readonly Container[] = [];
  #phase: 'Running' | 'Succeeded' | 'Failed' = 'Running';
  #isNodeReady = true;
  #deletion: PodSituation['deletion'] = null;
  /** Why containers wait that are not there. */
  #waiting: { readonly reason: string; readonly message?: string } = { reason: 'ContainerCreating' };

  constructor(options: PodOptions, makeRuntime: RuntimeMaker) {
    const suffix = randomBytes(8).toString('hex').slice(0, 5);
    this.identity = {
      ...options,
      name: options.name ?? `glusterfs-${suffix}`,
      uid: randomUUID(),
      createdAt: apiTime(),
    };
    this.#makeRuntime = makeRuntime;
  }

  get isScheduled(): boolean {
    return this.#stage !== 'unscheduled';
  }

  schedule(): void {
    this.#stage = 'scheduled';
  }

  /** Its containers are being made; or they wait, for this reason. */
  create(waiting: { readonly reason: string; readonly message?: string } = { reason: 'ContainerCreating' }): void {
    this.#stage = 'creating';
    this.#waiting = waiting;
  }

  start(): void {
    this.#stage = 'started';
    this.#containers = this.identity.containerNames.map((name) => this.#startContainer(name, 0, {}));
  }

  /** Process 1 of each container has ended, and with it all that ran there. */
  stop(exitCode = 137): void {
    this.#containers = this.#containers.map((container) => {
      if (container.end) return container;
      container.runtime.kill();
      return { ...container, end: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', at: apiTime() } };
    });
  }

  /** It was to run once, and has. */
  finish(exitCode: number): void {
    this.stop(exitCode);
    this.#phase = exitCode === 0 ? 'Succeeded' : 'Failed';
  }

  /** Containers that have ended come again, in the same pod. */
  restart(): void {
    this.#containers = this.#containers.map((container) => {
      if (!container.end) return container;
      return this.#startContainer(container.name, container.restartCount + 1, stateOf(container));
    });
  }

  markDeleted(graceSeconds: number): void {
    this.#deletion = { graceSeconds, at: apiTime(Date.now() + graceSeconds * 1000) };
  }

  /** Its node has not been heard of for a while, or is heard of again. */
  setNodeReady(isReady: boolean): void {
    this.#isNodeReady = isReady;
  }

  /** Null: the container does not run. */
  runtimeOf(containerName: string): Runtime | null {
    const container = this.#containers.find(({ name }) => name === containerName);
    return container && !container.end ? container.runtime : null;
  }

  toObject(): PodObject {
    const containers = this.#stage === 'started' || this.#stage === 'creating' ? this.#statuses() : null;
    const areReady = containers?.every(({ ready }) => ready) ?? false;
    return podObject(this.identity, {
      isScheduled: this.isScheduled,
      phase: this.#stage === 'started' ? this.#phase : 'Pending',
      containers,
      isReady: areReady && this.#isNodeReady,
      deletion: this.#deletion,
    });
  }

  /** Nothing of it is left. */
  remove(): void {
    this.stop();
    for (const runtime of this.#pastRuntimes) runtime.remove();
  }

  #startContainer(name: string, restartCount: number, lastState: object): Container {
    const runtime = this.#makeRuntime(this.identity.nodeName, name);
    this.#pastRuntimes.push(runtime);
    const id = randomBytes(32).toString('hex');
    return { name, id, restartCount, startedAt: apiTime(), runtime, end: null, lastState };
  }

  #statuses(): readonly ContainerStatus[] {
    if (this.#stage === 'creating')
      return this.identity.containerNames.map((name) => containerStatus(name, 0, null, { waiting: this.#waiting }));
    return this.#containers.map((container) =>
      containerStatus(container.name, container.restartCount, container.id, stateOf(container), container.lastState),
    );
  }
}

function stateOf({ id, startedAt, end }: Container): object {
  if (!end) return { running: { startedAt } };
  const { exitCode, reason, at } = end;
  return { terminated: { exitCode, reason, startedAt, finishedAt: at, containerID: `containerd://${id}` } };
}
