import { expect } from 'vitest';
import type { RecordedEvent } from '../../../src/domain/event.js';
import type { Id } from '../../../src/domain/ids.js';
import type { ReadTx, Store } from '../../../src/store/store.js';

const ALL = 100_000;

/**
 * Fails unless the events, played one after the other, lead to what the database holds: whatever is there was told to come
 * about exactly once, nothing is told that was taken back, and each operation has come to one outcome.
 */
export async function expectToldOnce(store: Store): Promise<void> {
  await store.read(async (tx) => {
    const events = await tx.events.listAfter(0, ALL);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => i + 1));
    const played = new Played();
    for (const event of events) played.take(event);
    expect(played.wrong).toEqual([]);
    expect(played.state()).toEqual(await stateOf(tx));
    for (const [id, told] of byOperation(events)) {
      const outcomes = told.map(({ type }) => type);
      // A failure may be followed by what became of it, and that by what it left, each once.
      expect(new Set(outcomes).size, `operation ${id}: ${outcomes}`).toBe(outcomes.length);
      const isPending = (await tx.operations.find(id)) !== null;
      expect(told.at(-1)?.details.isComplete ?? true, `operation ${id}: ${outcomes}`).toBe(!isPending);
    }
  });
}

/** Fails unless the answer at /queue is what events tell of its operation. */
export async function expectAnswerTold(store: Store, queueId: Id): Promise<void> {
  await store.read(async (tx) => {
    const entry = await tx.queue.find(queueId);
    if (!entry || entry.state === 'pending' || entry.operationId === null) return;
    const told = byOperation(await tx.events.listAfter(0, ALL)).get(entry.operationId) ?? [];
    const failed = told.find(({ type }) => type === 'operation.failed' || type === 'operation.superseded');
    if (entry.state === 'done') expect(told.length).toBeGreaterThan(0);
    expect(failed?.reason ?? null).toBe(entry.error);
  });
}

function byOperation(events: readonly RecordedEvent[]): ReadonlyMap<Id, readonly RecordedEvent[]> {
  const found = new Map<Id, RecordedEvent[]>();
  for (const event of events) {
    if (!event.operation) continue;
    found.set(event.operation.id, [...(found.get(event.operation.id) ?? []), event]);
  }
  return found;
}

/** By ids: what clients see, without what no event tells. */
async function stateOf(tx: ReadTx) {
  const sorted = (texts: readonly string[]) => texts.toSorted();
  return {
    clusters: sorted((await tx.clusters.list()).map(({ id }) => id)),
    nodes: sorted((await tx.nodes.list()).map(({ id, state }) => `${id} ${state}`)),
    devices: sorted((await tx.devices.list()).map(({ id, nodeId, state }) => `${id} of ${nodeId} ${state}`)),
    volumes: sorted((await tx.volumes.list()).map(({ id, sizeGib }) => `${id} ${sizeGib}`)),
    blockVolumes: sorted((await tx.blockVolumes.list()).map(({ id }) => id)),
  };
}

/** The pool as somebody knows it who has heard of nothing but events. */
class Played {
  readonly wrong: string[] = [];
  readonly #clusters = new Map<Id, null>();
  readonly #nodes = new Map<Id, string>();
  readonly #devices = new Map<Id, { readonly nodeId: Id; readonly state: string }>();
  readonly #volumes = new Map<Id, number>();
  readonly #blockVolumes = new Map<Id, null>();

  state(): Awaited<ReturnType<typeof stateOf>> {
    return {
      clusters: [...this.#clusters.keys()].sort(),
      nodes: [...this.#nodes].map(([id, state]) => `${id} ${state}`).sort(),
      devices: [...this.#devices].map(([id, { nodeId, state }]) => `${id} of ${nodeId} ${state}`).sort(),
      volumes: [...this.#volumes].map(([id, sizeGib]) => `${id} ${sizeGib}`).sort(),
      blockVolumes: [...this.#blockVolumes.keys()].sort(),
    };
  }

  take(event: RecordedEvent): void {
    const { type, subject, details } = event;
    const { id } = subject;
    // A sequence that only tests have is about nothing that there is.
    if (subject.kind === 'operation') return;
    const { sizeGib = 0, nodeId = '', state = '' } = details;
    switch (type) {
      case 'cluster.created':
        this.#comes(this.#clusters, event, null);
        break;
      case 'cluster.deleted':
        this.#goes(this.#clusters, event);
        break;
      case 'node.added':
        this.#comes(this.#nodes, event, 'online');
        break;
      case 'node.deleted':
        this.#goes(this.#nodes, event);
        break;
      case 'node.forgotten':
        for (const [deviceId, device] of this.#devices) if (device.nodeId === id) this.#devices.delete(deviceId);
        this.#goes(this.#nodes, event);
        break;
      case 'node.state-changed':
        this.#changes(this.#nodes, event, state);
        break;
      case 'node.reinstated':
        this.#changes(this.#nodes, event, 'online');
        break;
      case 'node.removed':
        for (const [deviceId, device] of this.#devices)
          if (device.nodeId === id) this.#devices.set(deviceId, { ...device, state: 'failed' });
        this.#changes(this.#nodes, event, 'failed');
        break;
      case 'device.added':
        this.#comes(this.#devices, event, { nodeId, state: 'online' });
        break;
      case 'device.deleted':
        this.#goes(this.#devices, event);
        break;
      case 'device.state-changed':
        this.#changes(this.#devices, event, { nodeId: this.#devices.get(id)?.nodeId ?? '', state });
        break;
      case 'device.removed':
        this.#changes(this.#devices, event, { nodeId, state: 'failed' });
        break;
      case 'volume.created':
      case 'volume.cloned':
      case 'volume.adopted':
        this.#comes(this.#volumes, event, sizeGib);
        break;
      case 'volume.expanded':
        this.#changes(this.#volumes, event, sizeGib);
        break;
      case 'volume.deleted':
        this.#goes(this.#volumes, event);
        break;
      case 'block-volume.created':
        this.#comes(this.#blockVolumes, event, null);
        break;
      case 'block-volume.deleted':
        this.#goes(this.#blockVolumes, event);
        break;
    }
  }

  #comes<T>(known: Map<Id, T>, { type, subject }: RecordedEvent, value: T): void {
    if (known.has(subject.id)) this.wrong.push(`${type} ${subject.id}: it is there already`);
    known.set(subject.id, value);
  }

  #changes<T>(known: Map<Id, T>, { type, subject }: RecordedEvent, value: T): void {
    if (!known.has(subject.id)) this.wrong.push(`${type} ${subject.id}: there is none`);
    known.set(subject.id, value);
  }

  #goes<T>(known: Map<Id, T>, { type, subject }: RecordedEvent): void {
    if (!known.delete(subject.id)) this.wrong.push(`${type} ${subject.id}: there is none`);
  }
}
