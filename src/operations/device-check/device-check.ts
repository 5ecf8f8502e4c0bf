import pLimit, { type LimitFunction } from 'p-limit';
import { inGib } from '../../domain/allocator/verdicts.js';
import { counted } from '../../domain/counted.js';
import { DomainError, idNotFound } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { tell } from '../../events/tell.js';
import { findBrickTrouble } from '../../executors/commands/brick/brick-health.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import { brickProcesses } from '../../executors/commands/gluster/gluster-volume.js';
import { LvmReportError } from '../../executors/commands/lvm/lvm-report.js';
import { type NodeGroups, readNodeGroups } from '../../executors/commands/node/node-groups.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import type { Store } from '../../store/store.js';
import { ofDevice } from '../engine/event-subjects.js';
import type { EngineContext, OperationContext } from '../engine/operation.js';
import type { DeviceHealth } from '../ports/devices.js';
import { keepSizes, type SizeChange } from './device-books.js';
import type { DeviceConditions, SeenDevice } from './device-conditions.js';
import { type GroupVerdict, judgeGroup } from './group-verdict.js';
import { type CheckedDevice, type HostBooks, type NamedBrick, readHostBooks } from './host-books.js';
import { commandFor } from './what-to-do.js';

/**
 * Looks at the devices of a host: whether LVM shows their groups, whether gluster serves their bricks, and whether
 * their recorded sizes are the real ones. Destroys nothing and starts nothing.
 */
export class DeviceCheck {
  readonly conditions: DeviceConditions;
  readonly #store: Store;
  readonly #context: OperationContext;
  readonly #onSeen: EngineContext['onDeviceSeen'];
  /** One look at a time per node: an older one must not come after a newer one. */
  readonly #perNode = new Map<Id, LimitFunction>();

  constructor(
    store: Store,
    context: OperationContext,
    conditions: DeviceConditions,
    onSeen: EngineContext['onDeviceSeen'],
  ) {
    this.#store = store;
    this.#context = context;
    this.conditions = conditions;
    this.#onSeen = onSeen;
  }

  /**
   * All devices of a node. `mayCorrect`: what was read goes into the books, but for devices on which something is being
   * changed. Whatever the host does, it never throws for it. `signal` ends it: nothing is written any more.
   */
  run(nodeId: Id, mayCorrect: boolean, signal?: AbortSignal): Promise<void> {
    let limit = this.#perNode.get(nodeId);
    if (!limit) {
      limit = pLimit(1);
      this.#perNode.set(nodeId, limit);
    }
    return limit(() => this.#run(nodeId, mayCorrect, signal));
  }

  /** As it was last seen; throws `not_found`. */
  async healthOf(deviceId: Id): Promise<DeviceHealth> {
    const [health] = await this.health(deviceId);
    if (!health) throw idNotFound();
    return health;
  }

  /** Of one device, or of all, as they were last seen. */
  async health(deviceId: Id | null): Promise<readonly DeviceHealth[]> {
    const { devices, nodes } = await this.#store.read(async (tx) => ({
      devices: deviceId === null ? await tx.devices.list() : [await tx.devices.find(deviceId)],
      nodes: new Map((await tx.nodes.list()).map((node) => [node.id, node])),
    }));
    return devices.map((device) => {
      if (!device) throw idNotFound();
      const seen = this.conditions.of(device.id);
      return {
        deviceId: device.id,
        deviceName: device.name,
        nodeId: device.nodeId,
        host: nodes.get(device.nodeId)?.manageNames[0] ?? '',
        ...seen,
        command: commandFor(device, seen.condition),
      };
    });
  }

  /** Asks the device's host now. */
  async healthNow(deviceId: Id): Promise<DeviceHealth> {
    const device = await this.#store.read((tx) => tx.devices.find(deviceId));
    if (!device) throw idNotFound();
    await this.run(device.nodeId, false);
    return this.healthOf(deviceId);
  }

  async #run(nodeId: Id, mayCorrect: boolean, signal: AbortSignal | undefined): Promise<void> {
    const books = await this.#store.read((tx) => readHostBooks(tx, nodeId));
    if (books.devices.length === 0) return;
    let groups: NodeGroups;
    try {
      groups = await readNodeGroups(this.#context.hosts, books.host, signal);
    } catch (error) {
      if (!isOfHost(error)) throw error;
      for (const one of books.devices) this.#saw(books, one, unknown((error as Error).message));
      return;
    }
    const down = await this.#bricksDown(books);
    for (const one of books.devices) {
      if (signal?.aborted) return;
      if (one.busy === 'device') continue;
      const verdict = judgeGroup(one, groups, this.#context.settings.reserveSpareMetadata);
      const seen = await this.#seenFrom(books, one, verdict, down);
      if (seen) this.#saw(books, one, seen);
      if (mayCorrect && verdict.kind === 'sizes' && one.busy === null) await this.#correct(books, one, verdict.sizes);
    }
  }

  /** Null: the group was changing, so that nothing new is known. */
  async #seenFrom(
    { host }: HostBooks,
    { busy, settledBricks }: CheckedDevice,
    verdict: GroupVerdict,
    down: ReadonlySet<string>,
  ): Promise<SeenDevice | null> {
    if (verdict.kind === 'unsteady') return null;
    const bricks = settledBricks.filter(({ glusterName }) => down.has(glusterName));
    const seen = { bricksDown: bricks.map(({ id }) => id), notes: [], checkedAt: new Date().toISOString() };
    if (verdict.kind === 'away') return { ...seen, condition: 'broken', reason: verdict.reason };
    // While bricks come and go, sizes and books need not fit together.
    if (verdict.kind === 'doubtful' && busy === null) return { ...seen, condition: 'doubtful', reason: verdict.reason };
    const notes = verdict.kind === 'sizes' && busy === null ? verdict.notes : [];
    const [first] = bricks;
    if (!first) return { ...seen, notes, condition: 'ok', reason: '' };
    const trouble = await this.#diskError(host, first);
    if (trouble !== null)
      return { ...seen, notes, condition: 'broken', reason: `the disk answers with errors: ${trouble}` };
    const names = bricks.map(({ glusterName }) => glusterName).join(', ');
    const reason = `gluster shows ${counted(bricks.length, 'brick')} as down, though LVM has the disk: ${names}`;
    return { ...seen, notes, condition: 'bricks-down', reason };
  }

  async #diskError(host: string, brick: NamedBrick): Promise<string | null> {
    try {
      const found = await findBrickTrouble(this.#context.hosts, host, brickMount(brick), brick.path);
      return found?.isNow ? found.text : null;
    } catch (error) {
      if (!isOfHost(error)) throw error;
      return null;
    }
  }

  /** gluster's names of bricks that it shows as down; none where it does not tell. */
  async #bricksDown({ host, devices }: HostBooks): Promise<ReadonlySet<string>> {
    if (devices.every(({ settledBricks }) => settledBricks.length === 0)) return new Set();
    try {
      const processes = await brickProcesses(this.#context.hosts, host, 'all');
      return new Set(processes.filter(({ isRunning }) => !isRunning).map(({ name }) => name));
    } catch (error) {
      if (!isOfHost(error)) throw error;
      return new Set();
    }
  }

  async #correct({ host }: HostBooks, seen: CheckedDevice, sizes: Parameters<typeof keepSizes>[2]): Promise<void> {
    try {
      const change = await this.#store.write(async (tx) => {
        const kept = await keepSizes(tx, seen, sizes);
        if (kept) await tell(tx, 'device.resynced', await ofDevice(tx, kept.after));
        return kept;
      });
      if (change) this.#tell(host, change);
    } catch (error) {
      // Something began on the device meanwhile, or it is gone: it is looked at again in the next round.
      if (!(error instanceof DomainError)) throw error;
    }
  }

  #tell(host: string, { before, after }: SizeChange): void {
    const fields = {
      host,
      device: after.id,
      before: `${inGib(before.freeKib)} of ${inGib(before.totalKib)}`,
      after: `${inGib(after.freeKib)} of ${inGib(after.totalKib)}`,
    };
    const isLess = after.freeKib < before.freeKib;
    if (isLess) this.#context.log.warn(fields, 'a device has less free space than was recorded: its host is believed');
    else this.#context.log.info(fields, 'the free space of a device was read anew');
  }

  /** Tells what has changed, once. */
  #saw({ node, host }: HostBooks, { device }: CheckedDevice, seen: SeenDevice): void {
    const before = this.conditions.saw(device.id, seen);
    if (!before) return;
    this.#onSeen?.(device.id, seen.condition, seen.reason);
    const { log } = this.#context;
    const command = commandFor(device, seen.condition);
    const fields = { node: node.id, host, device: device.id, condition: seen.condition, reason: seen.reason, command };
    if (seen.condition === 'broken') log.error(fields, 'a device is broken: it takes no new bricks');
    else if (seen.condition === 'doubtful')
      log.error(fields, 'a device is not as it was recorded: it takes no new bricks');
    else if (seen.condition === 'bricks-down') log.warn(fields, 'bricks of a device are down');
    else if (before.condition !== 'unknown')
      log.info(fields, seen.condition === 'ok' ? 'a device is well again' : 'nothing is known of a device any more');
  }
}

function unknown(reason: string): SeenDevice {
  return { condition: 'unknown', reason, bricksDown: [], notes: [], checkedAt: null };
}

function isOfHost(error: unknown): boolean {
  return error instanceof CommandError || error instanceof TransportError || error instanceof LvmReportError;
}
