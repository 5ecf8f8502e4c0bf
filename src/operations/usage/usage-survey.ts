import type { Brick } from '../../domain/brick.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { type BrickUse, type PoolUse, useOfDevice } from '../../domain/usage.js';
import { brickMount } from '../../executors/commands/brick/brick-mount.js';
import { listVolumesCommand } from '../../executors/commands/gluster/brick-users.js';
import { healInfo } from '../../executors/commands/gluster/gluster-volume.js';
import { readBrickOrders } from '../../executors/commands/gluster/gluster-volume-xml.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { readHostUsage } from '../../executors/commands/node/host-usage.js';
import { CommandError, runOne, TransportError } from '../../executors/executor.js';
import type { ReadTx, Store } from '../../store/store.js';
import { within } from '../hosts/within.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports/node-health.js';
import { explainUnreadableHeal } from '../volumes/unreadable-heal.js';
import { brickUseFrom, unknownUse } from './brick-use.js';
import type { PoolWarnings } from './pool-warnings.js';
import type { UsageBooks } from './usage-books.js';

/** For all that a host is asked at a time. */
const HOST_LIMIT_MS = 60_000;

export interface SurveyContext {
  readonly store: Store;
  readonly hosts: Hosts;
  readonly health: NodeHealth;
  readonly log: Logger;
}

/**
 * Asks hosts how full they are: one question at a time, each of which changes nothing and has its time. What gets no answer,
 * or one that can't be, makes what it was about unknown; nothing is thrown for what a host does.
 */
export class UsageSurvey {
  readonly #context: SurveyContext;
  readonly #books: UsageBooks;
  readonly #warnings: Pick<PoolWarnings, 'saw'>;
  /** Hosts that have not answered an earlier question yet. */
  readonly #hanging = new Set<string>();

  constructor(context: SurveyContext, books: UsageBooks, warnings: Pick<PoolWarnings, 'saw'>) {
    this.#context = context;
    this.#books = books;
    this.#warnings = warnings;
  }

  /** All bricks of a node. */
  async askNode(nodeId: Id): Promise<void> {
    const { node, bricks } = await this.#context.store.read((tx) => readNode(tx, nodeId));
    const uses = node === null || bricks.length === 0 ? new Map() : await this.#usesOf(node, bricks);
    this.#books.sawNode(nodeId, uses);
    if (node === null) return;
    for (const deviceId of new Set(bricks.map((brick) => brick.deviceId))) {
      const ofDevice = bricks.filter((brick) => brick.deviceId === deviceId);
      this.#books.sawDevice(deviceId, useOfDevice(ofDevice, this.#books, () => false).usedKib);
      await this.#warnings.saw(deviceId, manageName(node), poolsOf(ofDevice, this.#books));
    }
  }

  /** Which bricks of these volumes of a cluster, by their names, make sets: asked of one of its hosts. */
  async askOrders(nodes: readonly Node[], volumes: ReadonlyMap<string, readonly Brick[]>): Promise<void> {
    const host = this.#anyOf(nodes);
    if (host === null) return;
    const { hosts, log } = this.#context;
    const command = listVolumesCommand(hosts.settings);
    const orders = await this.#ask(host, async (signal) =>
      readBrickOrders(host, command, await runOne(hosts.executor, host, command, signal), new Set(volumes.keys())),
    );
    if (orders instanceof Error) return log.debug({ host, err: orders }, 'the sets of volumes could not be read');
    for (const [name, order] of orders) {
      const bricks = volumes.get(name) ?? [];
      const ids = idsByName(bricks, nodes);
      const known = order.flatMap((brick) => ids.get(brick) ?? []);
      const [first] = bricks;
      if (first && known.length === bricks.length) this.#books.sawOrder(first.volumeId, known);
    }
  }

  /** What waits to be healed of a volume that keeps copies. */
  async askHeal(volumeId: Id): Promise<void> {
    const { volume, bricks, nodes } = await this.#context.store.read((tx) => readVolume(tx, volumeId));
    if (volume === null || volume.pendingId !== null) return;
    const holders = new Set(bricks.map(({ nodeId }) => nodeId));
    const host = this.#anyOf(nodes.filter(({ id }) => holders.has(id)));
    const entries = new Map<Id, number | null>(bricks.map(({ id }) => [id, null]));
    const saw = (reason: string | null) => this.#books.sawHeal(volumeId, { at: Date.now(), entries, reason });
    if (host === null) return saw('none of its hosts can be asked what waits to be healed');
    const told = await this.#ask(host, (signal) => healInfo(this.#context.hosts, host, volume.name, signal));
    if (told instanceof Error)
      return saw(told instanceof CommandError ? explainUnreadableHeal(told, volume.name) : told.message);
    const ids = idsByName(bricks, nodes);
    for (const brick of told) {
      const id = ids.get(brick.name);
      if (id !== undefined) entries.set(id, brick.entries);
    }
    const untold = [...entries.values()].filter((count) => count === null).length;
    saw(untold === 0 ? null : `gluster does not tell what waits to be healed on ${untold} of ${bricks.length} bricks`);
  }

  async #usesOf(node: Node, bricks: readonly Brick[]): Promise<ReadonlyMap<Id, BrickUse>> {
    const host = manageName(node);
    const refusal = this.#whyNotAsked(node);
    const at = Date.now();
    const mountPoints = bricks.map((brick) => brickMount(brick).mountPoint);
    const answer =
      refusal ?? (await this.#ask(host, (signal) => readHostUsage(this.#context.hosts, host, mountPoints, signal)));
    const reason = answer instanceof Error ? answer.message : answer;
    return new Map(
      bricks.map((brick) => [
        brick.id,
        typeof reason === 'string' ? unknownUse(reason) : brickUseFrom(brick, host, at, reason),
      ]),
    );
  }

  #whyNotAsked(node: Node): string | null {
    if (node.state !== 'online') return `its node is ${node.state}: its host is left alone`;
    return this.#context.health.isUp(manageName(node)) ? null : `its host ${manageName(node)} is down`;
  }

  #anyOf(nodes: readonly Node[]): string | null {
    const names = nodes.filter((node) => this.#whyNotAsked(node) === null).map(manageName);
    return names.find((name) => !this.#hanging.has(name)) ?? null;
  }

  /** The error, where there is no answer that can be read. */
  async #ask<T extends object>(host: string, question: (signal: AbortSignal) => Promise<T>): Promise<T | Error> {
    if (this.#hanging.has(host)) return new Error(`${host} has not answered an earlier question yet`);
    this.#hanging.add(host);
    const ended = (): void => void this.#hanging.delete(host);
    try {
      return await within(HOST_LIMIT_MS, host, (signal) => question(signal).finally(ended));
    } catch (error) {
      const isOfHost = error instanceof CommandError || error instanceof TransportError;
      if (!isOfHost) this.#context.log.warn({ host, err: error }, 'what a host tells of its use could not be read');
      return error as Error;
    }
  }
}

/** Bricks that are not being made or removed. */
async function readNode(
  tx: ReadTx,
  nodeId: Id,
): Promise<{ readonly node: Node | null; readonly bricks: readonly Brick[] }> {
  const node = await tx.nodes.find(nodeId);
  return { node, bricks: (await tx.bricks.listByNode(nodeId)).filter(({ pendingId }) => pendingId === null) };
}

async function readVolume(tx: ReadTx, volumeId: Id) {
  const volume = await tx.volumes.find(volumeId);
  return {
    volume,
    bricks: await tx.bricks.listShownByVolume(volumeId),
    nodes: volume ? await tx.nodes.listByCluster(volume.clusterId) : [],
  };
}

/** By gluster's names of them, `host:path`: a node may have several. */
function idsByName(bricks: readonly Brick[], nodes: readonly Node[]): ReadonlyMap<string, Id> {
  const names = new Map(nodes.map(({ id, storageNames }) => [id, storageNames]));
  return new Map(
    bricks.flatMap(({ id, nodeId, path }) =>
      (names.get(nodeId) ?? []).map((name): [string, Id] => [`${name}:${path}`, id]),
    ),
  );
}

function poolsOf(bricks: readonly Brick[], books: UsageBooks): ReadonlyMap<string, PoolUse> {
  return new Map(
    bricks.flatMap(({ id }) => {
      const { pool } = books.brick(id);
      return pool ? [[pool.name, pool] as const] : [];
    }),
  );
}
