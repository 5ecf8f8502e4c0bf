import type { Brick } from '../../domain/brick.js';
import { bricksPerSet } from '../../domain/durability.js';
import type { Id } from '../../domain/ids.js';
import type { Node } from '../../domain/node.js';
import type { Volume } from '../../domain/volume.js';
import { forEachPage } from '../../store/pages.js';
import type { ReadTx, Store } from '../../store/store.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import type { PoolWarnings } from './pool-warnings.js';
import type { UsageBooks } from './usage-books.js';
import type { UsageSurvey } from './usage-survey.js';

/** Of one cluster in a round: each goes over the indices of all bricks of a volume. */
const HEALS_PER_ROUND = 120;
/** A server that has just been started knows nothing yet: its first round does not take its time. */
const FIRST_ROUND_SECONDS = 30;

/** What one host is asked. */
type Question = () => Promise<void>;

/** A volume that keeps copies, and what is known of its healing. */
interface Healing {
  readonly id: Id;
  /** See UsageBooks. */
  readonly turn: number;
  readonly waits: boolean;
}

interface ClusterQuestions {
  readonly healing: Healing[];
  /** Bricks of volumes of which nobody knows which of them make a set, by the volumes' names. */
  readonly orders: Map<string, readonly Brick[]>;
}

/**
 * Keeps what is known of the use of bricks fresh: in each round every host is asked once, one after the other, and gluster
 * for the sets of volumes where that is not known yet, and for what some of the volumes have to heal. The questions are
 * spread over the round, and the next one begins when the last has ended.
 */
export class UsageMonitor {
  readonly #store: Store;
  readonly #books: UsageBooks;
  readonly #survey: UsageSurvey;
  readonly #warnings: Pick<PoolWarnings, 'forgetGone'>;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(
    store: Store,
    books: UsageBooks,
    survey: UsageSurvey,
    warnings: Pick<PoolWarnings, 'forgetGone'>,
    log: Logger,
  ) {
    this.#store = store;
    this.#books = books;
    this.#survey = survey;
    this.#warnings = warnings;
    this.#log = log;
  }

  start(startSeconds: number, refreshSeconds: number): void {
    void this.#live(startSeconds * 1000, refreshSeconds * 1000);
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  /** A whole round without pauses. */
  runOnce(): Promise<void> {
    return this.#round(async () => undefined);
  }

  async #live(startMs: number, refreshMs: number): Promise<void> {
    await this.#pause(startMs);
    for (let roundMs = Math.min(FIRST_ROUND_SECONDS * 1000, refreshMs); !this.#isStopped; roundMs = refreshMs) {
      const endsAt = performance.now() + roundMs;
      try {
        await this.#round((count) => this.#pause(roundMs / count));
      } catch (error) {
        this.#log.error({ err: error }, 'the use of bricks could not be surveyed');
      }
      // Where there was little to ask; a round that took longer is followed by the next one at once.
      await this.#pause(Math.max(0, endsAt - performance.now()));
    }
  }

  /** `pause`: after each of so many questions. */
  async #round(pause: (count: number) => Promise<void>): Promise<void> {
    const questions = await this.#questions();
    for (const ask of questions) {
      if (this.#isStopped) return;
      await ask();
      await pause(questions.length);
    }
    if (this.#isStopped) return;
    await forEachPage(this.#store, volumesAfter, async (volumes, tx) => {
      for (const [volume, bricks] of await withBricks(tx, volumes)) this.#books.keep(volume, bricks);
    });
  }

  /** Never resolves once it is stopped. */
  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isStopped) this.#timer = startTimer(resolve, ms).unref();
    });
  }

  /** What there is to be asked now; what is gone is forgotten. */
  async #questions(): Promise<readonly Question[]> {
    await this.#warnings.forgetGone();
    const { nodes, devices } = await this.#store.read(async (tx) => ({
      nodes: await tx.nodes.list(),
      devices: await tx.devices.list(),
    }));
    const clusters = new Map<Id, ClusterQuestions>();
    const volumeIds = new Set<Id>();
    await forEachPage(this.#store, volumesAfter, async (volumes, tx) => {
      for (const [volume, bricks] of await withBricks(tx, volumes)) {
        volumeIds.add(volume.id);
        if (volume.pendingId === null && bricksPerSet(volume.durability) > 1)
          this.#askOf(volume, bricks, ofCluster(clusters, volume.clusterId));
      }
    });
    this.#books.keepOnly({ nodes: idsOf(nodes), devices: idsOf(devices), volumes: volumeIds });
    return [
      ...nodes.map(
        ({ id }) =>
          () =>
            this.#survey.askNode(id),
      ),
      ...[...clusters].flatMap(([clusterId, { healing, orders }]) => [
        ...(orders.size > 0 ? [() => this.#survey.askOrders(nodesOf(nodes, clusterId), orders)] : []),
        ...chosen(healing).map(
          ({ id }) =>
            () =>
              this.#survey.askHeal(id),
        ),
      ]),
    ];
  }

  #askOf(volume: Volume, bricks: readonly Brick[], { healing, orders }: ClusterQuestions): void {
    const heal = this.#books.heal(volume.id);
    const waits = heal !== null && [...heal.entries.values()].some((count) => count !== 0);
    healing.push({ id: volume.id, turn: this.#books.healTurn(volume.id), waits });
    if (bricks.length === bricksPerSet(volume.durability)) return;
    const known = new Set(this.#books.order(volume.id));
    const isKnown = known.size === bricks.length && bricks.every(({ id }) => known.has(id));
    if (!isKnown) orders.set(volume.name, bricks);
  }
}

/** Those that have something to heal, in half of the places, and those that were not asked for the longest time. */
function chosen(healing: readonly Healing[]): readonly Healing[] {
  const byAge = healing.toSorted((a, b) => a.turn - b.turn);
  const first = byAge.filter(({ waits }) => waits).slice(0, HEALS_PER_ROUND / 2);
  const taken = new Set(first);
  return [...first, ...byAge.filter((one) => !taken.has(one))].slice(0, HEALS_PER_ROUND);
}

function ofCluster(clusters: Map<Id, ClusterQuestions>, clusterId: Id): ClusterQuestions {
  const known = clusters.get(clusterId) ?? { healing: [], orders: new Map() };
  clusters.set(clusterId, known);
  return known;
}

function nodesOf(nodes: readonly Node[], cluster: Id): readonly Node[] {
  return nodes.filter(({ clusterId }) => clusterId === cluster);
}

function idsOf(rows: readonly { readonly id: Id }[]): ReadonlySet<Id> {
  return new Set(rows.map(({ id }) => id));
}

function volumesAfter(tx: ReadTx, after: Id, limit: number): Promise<readonly Volume[]> {
  return tx.volumes.listAfter(after, limit);
}

async function withBricks(
  tx: ReadTx,
  volumes: readonly Volume[],
): Promise<readonly (readonly [Volume, readonly Brick[]])[]> {
  const bricks = new Map<Id, Brick[]>(volumes.map(({ id }) => [id, []]));
  for (const brick of await tx.bricks.listShownByVolumes([...bricks.keys()])) bricks.get(brick.volumeId)?.push(brick);
  return volumes.map((volume) => [volume, bricks.get(volume.id) ?? []] as const);
}
