import type { DeviceCondition } from '../domain/device.js';
import { type EventDetails, type EventSubject, type EventType, SERVER } from '../domain/event.js';
import type { Id } from '../domain/ids.js';
import { manageName } from '../domain/node.js';
import type { ReadTx, Store } from '../store/store.js';
import { startTimer } from '../timing/timers.js';
import { Damping } from './damping.js';
import { tell } from './tell.js';

/** Events about one thing among which its last observation is looked for. */
const LOOKED_AT = 200;
/** What was told last is further back than that: then it is told anew, whatever it was. */
const LONG_AGO = '';

interface ObservationLog {
  warn(fields: object, message: string): void;
}

interface Observed {
  readonly type: EventType;
  readonly subject: EventSubject;
  readonly reason?: string | null;
  readonly details?: EventDetails;
}

/** Of one thing, what may be seen of it: each is told when it differs from the last one that was told. */
interface Aspect {
  readonly key: string;
  readonly types: readonly EventType[];
  /** Null: the thing is gone, or what was seen goes without saying at first. */
  find(tx: ReadTx): Promise<Observed | null>;
  /** Not told as the first of its kind: nodes are up, and devices well. */
  readonly isUsual: boolean;
  /** It may change all the time. */
  readonly isDamped?: boolean;
}

/**
 * What was seen and not done: it is in the memory of the process, and an event tells of it when it is not what the last event
 * about the same has told, whichever process wrote that; what changes all the time is told now and then. Nobody waits for it.
 */
export class Observations {
  readonly #store: Store;
  readonly #log: ObservationLog;
  readonly #mayTell: () => boolean;
  readonly #told = new Map<string, string>();
  readonly #damping: Damping;
  /** By what they are of: what was seen last, and what can't be told yet. */
  readonly #latest = new Map<string, Aspect>();
  readonly #later = new Map<string, NodeJS.Timeout>();
  #last: Promise<void> = Promise.resolve();

  /** `mayTell`: false while nothing may be written. `now`: milliseconds of a clock that never jumps. */
  constructor(store: Store, log: ObservationLog, mayTell: () => boolean, now = () => performance.now()) {
    this.#damping = new Damping(now);
    this.#store = store;
    this.#log = log;
    this.#mayTell = mayTell;
  }

  nodeSeen(host: string, isUp: boolean): void {
    const type = isUp ? 'node.up' : 'node.down';
    this.#observe({
      key: `node ${host}`,
      types: ['node.up', 'node.down'],
      isUsual: isUp,
      isDamped: true,
      async find(tx) {
        // Names of imported nodes are not registered.
        const node =
          (await tx.nodes.findByManageName(host)) ??
          (await tx.nodes.list()).find((known) => manageName(known) === host);
        return node ? { type, subject: { kind: 'node', id: node.id, name: host, clusterId: node.clusterId } } : null;
      },
    });
  }

  deviceSeen(id: Id, condition: DeviceCondition, reason: string): void {
    if (condition === 'unknown') return;
    this.#observe({
      key: `device ${id}`,
      types: ['device.condition-changed'],
      isUsual: condition === 'ok',
      isDamped: true,
      async find(tx) {
        const device = await tx.devices.find(id);
        const node = device && (await tx.nodes.find(device.nodeId));
        if (!device) return null;
        return {
          type: 'device.condition-changed',
          subject: { kind: 'device', id, name: device.name, clusterId: node?.clusterId ?? '' },
          reason: reason === '' ? null : reason,
          details: { condition, nodeId: device.nodeId },
        };
      },
    });
  }

  /** Differences between hosts and database. */
  compared(count: number): void {
    this.#observe({
      key: 'differences',
      types: ['state.compared'],
      isUsual: count === 0,
      find: async () => ({ type: 'state.compared', subject: SERVER, details: { count } }),
    });
  }

  /** Mounts or brick processes of a node were mended; each time. */
  nodeRepaired(nodeId: Id, count: number, reason: string): void {
    this.#enqueue(async () => {
      const node = await this.#store.read((tx) => tx.nodes.find(nodeId));
      if (!node) return;
      const subject: EventSubject = { kind: 'node', id: nodeId, name: manageName(node), clusterId: node.clusterId };
      await this.#tell({ type: 'node.repaired', subject, reason, details: { count } });
    });
  }

  backupMade(target: string): void {
    this.#enqueue(() => this.#tell({ type: 'backup.made', subject: SERVER, reason: `to the ${target}` }));
  }

  backupFailed(target: string, reason: string): void {
    this.#enqueue(() => this.#tell({ type: 'backup.failed', subject: SERVER, reason: `to the ${target}: ${reason}` }));
  }

  /** Resolves when all that was seen is written, but for what can't be told yet. */
  settled(): Promise<void> {
    return this.#last;
  }

  /** The same at the end: what could not be told yet is for the next process to see. */
  async close(): Promise<void> {
    await this.settled();
    for (const timer of this.#later.values()) clearTimeout(timer);
    this.#later.clear();
  }

  #observe(aspect: Aspect): void {
    clearTimeout(this.#later.get(aspect.key));
    this.#later.delete(aspect.key);
    this.#latest.set(aspect.key, aspect);
    this.#enqueue(async () => {
      const observed = await this.#store.read((tx) => aspect.find(tx));
      if (!observed) return;
      const now = textOf(observed);
      if (aspect.isDamped) this.#damping.saw(aspect.key, now);
      const before = this.#told.get(aspect.key) ?? (await this.#lastTold(observed, aspect));
      if (before === now || (before === null && aspect.isUsual)) return;
      if (aspect.isDamped) await this.#tellDamped(observed, aspect, now);
      else await this.#tellOnce(observed, aspect, now);
    });
  }

  async #tellDamped(observed: Observed, aspect: Aspect, now: string): Promise<void> {
    const waitMs = this.#damping.waitMs(aspect.key);
    if (waitMs > 0) {
      // Whoever has seen it says nothing more while it stays so; what was seen behind it comes next.
      if (this.#latest.get(aspect.key) === aspect)
        this.#later.set(aspect.key, startTimer(() => this.#observe(aspect), waitMs).unref());
      return;
    }
    const changes = this.#damping.untold(aspect.key);
    const details = changes === 0 ? observed.details : { ...observed.details, changes };
    await this.#tellOnce({ ...observed, ...(details && { details }) }, aspect, now);
    this.#damping.told(aspect.key);
  }

  async #tellOnce(observed: Observed, { key }: Aspect, now: string): Promise<void> {
    await this.#tell(observed);
    this.#told.set(key, now);
  }

  /** Null: nothing was ever told. */
  async #lastTold({ subject }: Observed, { types }: Aspect): Promise<string | null> {
    const events = await this.#store.read((tx) => tx.events.listBefore(Number.MAX_SAFE_INTEGER, LOOKED_AT, subject.id));
    const last = events.find(({ type, subject: { kind } }) => kind === subject.kind && types.includes(type));
    if (last) return textOf(last);
    return events.length < LOOKED_AT ? null : LONG_AGO;
  }

  async #tell({ type, subject, reason = null, details = {} }: Observed): Promise<void> {
    await this.#store.write((tx) => tell(tx, type, subject, { reason, details }), { goesAlong: true });
  }

  /** One after the other, so that the last one told is the last one seen. */
  #enqueue(work: () => Promise<void>): void {
    if (!this.#mayTell()) return;
    this.#last = this.#last
      .then(work)
      .catch((error: unknown) => this.#log.warn({ err: error }, 'an observation could not be written as an event'));
  }
}

function textOf({ type, reason = null, details = {} }: Pick<Observed, 'type' | 'reason' | 'details'>): string {
  return JSON.stringify([type, reason, details.condition ?? null, details.count ?? null]);
}
