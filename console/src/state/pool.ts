import type { ApiClient } from '../api/client.js';
import type { Brick, Device, Node, Schema, ServerEvent, Volume } from '../api/contract.js';
import { isNotFound } from '../api/failures.js';
import { pause } from '../api/pause.js';
import { Store } from './store.js';

export interface PoolCluster {
  readonly id: string;
  readonly file: boolean;
  readonly block: boolean;
}

/** All that the server knows of its clusters, by id. Never changed: a new one takes its place. */
export interface Pool {
  readonly clusters: ReadonlyMap<string, PoolCluster>;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly volumes: ReadonlyMap<string, Volume>;
}

/** `failure`: why it could not be read the last time; what was read before stays. */
export interface PoolState {
  readonly pool: Pool | null;
  readonly failure: unknown;
}

/** Events come in bursts: what they are about is read once. */
const GATHER_MS = 250;
/** Reading everything takes the server and the page a while where there is much. */
const GATHER_ALL_MS = 3_000;
/** More than this, and all is read anew. */
const MOST_SINGLE_READS = 40;

/**
 * Reads the pool once and keeps it up to date by events: what an event is about is read again, alone. The whole is read
 * again only where an event does not tell what it has changed.
 */
export class PoolKeeper {
  readonly state = new Store<PoolState>({ pool: null, failure: null });
  readonly #client: ApiClient;
  #work: Promise<void> = Promise.resolve();
  #dirty = new Set<string>();
  #isAllDirty = false;
  #isWaiting = false;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Reads everything; resolves when it is there, or could not be had. */
  reload(): Promise<void> {
    this.#isAllDirty = true;
    return this.#gather(0);
  }

  /** An event tells that something is no longer as it was read. */
  heard(event: ServerEvent): void {
    const marks = marksOf(event, this.state.get().pool);
    if (marks === 'all') this.#isAllDirty = true;
    else for (const mark of marks) this.#dirty.add(mark);
    if (marks === 'all') void this.#gather(GATHER_ALL_MS);
    else if (marks.length > 0) void this.#gather(GATHER_MS);
  }

  /** What a change of this page has left is shown without waiting for its event. */
  touched(path: string): void {
    const mark = /^\/(nodes|volumes)\/([0-9a-f]{32})$/.exec(path);
    if (!mark) return;
    this.#dirty.add(`${mark[1]}/${mark[2]}`);
    void this.#gather(0);
  }

  #gather(afterMs: number): Promise<void> {
    if (this.#isWaiting) return this.#work;
    this.#isWaiting = true;
    this.#work = this.#work.then(async () => {
      if (afterMs > 0) await pause(afterMs);
      this.#isWaiting = false;
      await this.#refresh();
    });
    return this.#work;
  }

  async #refresh(): Promise<void> {
    const marks = [...this.#dirty];
    const { pool } = this.state.get();
    const readsAll = this.#isAllDirty || pool === null || marks.length > MOST_SINGLE_READS;
    this.#dirty = new Set();
    this.#isAllDirty = false;
    try {
      const fresh = readsAll ? await this.#readAll() : await this.#readSome(pool, marks);
      this.state.set({ pool: fresh, failure: null });
    } catch (failure) {
      this.#isAllDirty = true;
      this.state.update((state) => ({ ...state, failure }));
    }
  }

  async #readAll(): Promise<Pool> {
    const { clusters } = await this.#client.get<Schema<'TopologyInfo'>>('/topology');
    return {
      clusters: new Map(clusters.map(({ id, file, block }) => [id, { id, file, block }])),
      nodes: new Map(clusters.flatMap(({ nodes }) => nodes.map((node) => [node.id, node] as const))),
      volumes: new Map(clusters.flatMap(({ volumes }) => volumes.map((volume) => [volume.id, volume] as const))),
    };
  }

  /** The marked objects, and the nodes whose devices hold bricks of a marked volume, before or now. */
  async #readSome(pool: Pool, marks: readonly string[]): Promise<Pool> {
    const volumes = new Map(pool.volumes);
    const nodes = new Map(pool.nodes);
    const nodeIds = new Set(marks.flatMap((mark) => (mark.startsWith('nodes/') ? [mark.slice(6)] : [])));
    for (const mark of marks) {
      if (!mark.startsWith('volumes/')) continue;
      const id = mark.slice(8);
      const volume = await this.#find<Volume>(`/volumes/${id}`);
      for (const brick of [...(volumes.get(id)?.bricks ?? []), ...(volume?.bricks ?? [])]) nodeIds.add(brick.node);
      if (volume) volumes.set(id, volume);
      else volumes.delete(id);
    }
    for (const id of nodeIds) {
      const node = await this.#find<Node>(`/nodes/${id}`);
      if (node) nodes.set(id, node);
      else nodes.delete(id);
    }
    return { clusters: pool.clusters, nodes, volumes };
  }

  async #find<T>(path: string): Promise<T | null> {
    try {
      return await this.#client.get<T>(path);
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }
}

/** Nothing in the pool is changed by these. */
const ONLY_TOLD =
  /^(backup\.|state\.compared|node\.(up|down)|device\.condition-changed|brick\.pool-|operation\.superseded)/;

/** `nodes/ID` and `volumes/ID` of what an event has changed; `all` where it doesn't tell. */
function marksOf({ type, subject, details }: ServerEvent, pool: Pool | null): readonly string[] | 'all' {
  if (ONLY_TOLD.test(type)) return [];
  if (subject.kind === 'node') return [`nodes/${subject.id}`];
  if (subject.kind === 'volume') return [`volumes/${subject.id}`];
  if (subject.kind === 'device') {
    const node = details?.node ?? (pool && nodeOfDevice(pool, subject.id)?.id);
    return node ? [`nodes/${node}`] : 'all';
  }
  if (subject.kind === 'block-volume' && pool !== null) {
    return [...pool.volumes.values()].flatMap(({ id, block }) => (block ? [`volumes/${id}`] : []));
  }
  if (subject.kind === 'brick' && details?.volume !== undefined) return [`volumes/${details.volume}`];
  return 'all';
}

export function nodeOfDevice(pool: Pool, deviceId: string): Node | null {
  for (const node of pool.nodes.values()) if (node.devices.some(({ id }) => id === deviceId)) return node;
  return null;
}

/** A device with the node that it is in. */
export interface PlacedDevice {
  readonly node: Node;
  readonly device: Device;
}

export function findDevice(pool: Pool, deviceId: string): PlacedDevice | null {
  const node = nodeOfDevice(pool, deviceId);
  const device = node?.devices.find(({ id }) => id === deviceId);
  return node && device ? { node, device } : null;
}

/** As people call a node. */
export function nodeName(node: Pick<Node, 'hostnames' | 'id'>): string {
  return node.hostnames.manage[0] ?? node.id;
}

export function bricksOf(node: Node): readonly Brick[] {
  return node.devices.flatMap(({ bricks }) => bricks);
}
