import type { PodObject } from './pod-object.js';

export interface PodEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: PodObject;
  /** As it was before; null for a new one. */
  readonly previous: PodObject | null;
}

/** Where the recorded cluster stood. */
const FIRST_VERSION = 15_000;

/** The pods that the API server knows of, with every change of them. */
export class PodBook {
  readonly #pods = new Map<string, PodObject>();
  readonly #listeners = new Set<(event: PodEvent) => void>();
  #history: PodEvent[] = [];
  #version = FIRST_VERSION;
  #oldestVersion = FIRST_VERSION;

  get version(): number {
    return this.#version;
  }

  /** Changes up to this one are forgotten. */
  get oldestVersion(): number {
    return this.#oldestVersion;
  }

  /** What is counted as well changes something else in the cluster. */
  nextVersion(): number {
    return ++this.#version;
  }

  find(namespace: string, name: string): PodObject | null {
    return this.#pods.get(`${namespace}/${name}`) ?? null;
  }

  /** By name; of all namespaces when it is null. */
  list(namespace: string | null): readonly PodObject[] {
    return [...this.#pods.values()]
      .filter(({ metadata }) => namespace === null || metadata.namespace === namespace)
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  put(pod: PodObject): void {
    const previous = this.find(pod.metadata.namespace, pod.metadata.name);
    this.#record(previous ? 'MODIFIED' : 'ADDED', pod, previous);
  }

  remove(pod: PodObject): void {
    this.#record('DELETED', pod, this.find(pod.metadata.namespace, pod.metadata.name));
  }

  changesAfter(version: number): readonly PodEvent[] {
    return this.#history.filter((event) => event.version > version);
  }

  /** Who watches from an earlier version than now is told that it is too old. */
  forget(): void {
    this.#history = [];
    this.#oldestVersion = this.#version;
  }

  /** Answers how to stop listening. */
  listen(listener: (event: PodEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #record(type: PodEvent['type'], pod: PodObject, previous: PodObject | null): void {
    const version = this.nextVersion();
    const object = { ...pod, metadata: { ...pod.metadata, resourceVersion: String(version) } };
    const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (type === 'DELETED') this.#pods.delete(key);
    else this.#pods.set(key, object);
    const event = { type, version, object, previous };
    this.#history.push(event);
    for (const listener of [...this.#listeners]) listener(event);
  }
}
