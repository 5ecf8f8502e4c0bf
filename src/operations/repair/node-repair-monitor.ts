import pLimit, { type LimitFunction } from 'p-limit';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { askGlusterState, type GlusterState } from '../../executors/commands/node/gluster-state.js';
import type { Store } from '../../store/store.js';
import { startTimer } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import type { NodeHealth } from '../ports/node-health.js';
import { clusterExpectations, type NodeExpectations } from './node-expectations.js';
import type { NodeRepair } from './node-repair.js';

const NODES_AT_ONCE = 4;
/** What the store knows of their volumes is in memory meanwhile. */
const CLUSTERS_AT_ONCE = 2;
/** Of one cluster, for what its gluster says; each may take minutes to give up. */
const HOSTS_ASKED = 5;

const NOTHING_EXPECTED: NodeExpectations = { volumes: [], busy: [] };

/**
 * Compares every online node with the store from time to time, and mends it unless told only to report. Nodes that
 * an administrator took offline are left alone.
 */
export class NodeRepairMonitor {
  readonly #store: Store;
  readonly #hosts: Hosts;
  readonly #repair: NodeRepair;
  readonly #health: NodeHealth;
  readonly #log: Logger;
  readonly #isReportOnly: boolean;
  /** Whose gluster told last time, by cluster: one that hangs is not asked first again. */
  readonly #told = new Map<Id, Id>();
  #timer: NodeJS.Timeout | null = null;

  constructor(
    {
      store,
      hosts,
      health,
      log,
    }: { readonly store: Store; readonly hosts: Hosts; readonly health: NodeHealth; readonly log: Logger },
    repair: NodeRepair,
    isReportOnly: boolean,
  ) {
    this.#store = store;
    this.#hosts = hosts;
    this.#repair = repair;
    this.#health = health;
    this.#log = log;
    this.#isReportOnly = isReportOnly;
  }

  start(startSeconds: number, refreshSeconds: number): void {
    const tick = async () => {
      await this.runOnce().catch((error: unknown) => this.#log.error({ err: error }, 'nodes could not be compared'));
      if (this.#timer) this.#timer = startTimer(() => void tick(), refreshSeconds * 1000).unref();
    };
    this.#timer = startTimer(() => void tick(), startSeconds * 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** One comparison of all online nodes; a node that can't be asked is logged. */
  async runOnce(): Promise<void> {
    const clusters = new Map<Id, Node[]>();
    for (const node of await this.#store.read((tx) => tx.nodes.list())) {
      if (node.state !== 'online' || !this.#health.isUp(manageName(node))) continue;
      clusters.set(node.clusterId, [...(clusters.get(node.clusterId) ?? []), node]);
    }
    const ofNodes = pLimit(NODES_AT_ONCE);
    const ofClusters = pLimit(CLUSTERS_AT_ONCE);
    await Promise.all(
      [...clusters].map(([clusterId, nodes]) => ofClusters(() => this.#compareCluster(clusterId, nodes, ofNodes))),
    );
  }

  async #compareCluster(clusterId: Id, nodes: readonly Node[], limit: LimitFunction): Promise<void> {
    try {
      const expected = await clusterExpectations(this.#store, clusterId);
      const gluster = await this.#askGluster(clusterId, nodes);
      this.#repair.sawRunning(gluster);
      await Promise.all(
        nodes.map((node) => limit(() => this.#compare(node, expected.get(node.id) ?? NOTHING_EXPECTED, gluster))),
      );
    } catch (error) {
      this.#log.error({ cluster: clusterId, err: error }, 'nodes could not be compared');
    }
  }

  /** Never throws. */
  async #compare(node: Node, expected: NodeExpectations, gluster: GlusterState): Promise<void> {
    const host = manageName(node);
    try {
      const report = await this.#repair.runInRound(node.id, expected, gluster, this.#isReportOnly);
      const { findings, isHealthy } = report;
      if (findings.length > 0) this.#log.warn({ node: node.id, host, isHealthy, findings }, 'node was compared');
    } catch (error) {
      this.#log.warn({ node: node.id, host, err: error }, 'node could not be compared');
    }
  }

  /** The whole pool's state, once for all its nodes: by the first of them that can tell all of it. */
  async #askGluster(clusterId: Id, nodes: readonly Node[]): Promise<GlusterState> {
    const last = this.#told.get(clusterId);
    const inOrder = [...nodes].sort((a, b) => Number(b.id === last) - Number(a.id === last));
    const unreadable: string[] = [];
    let best: GlusterState | null = null;
    for (const node of inOrder.slice(0, HOSTS_ASKED)) {
      try {
        const state = await askGlusterState(this.#hosts, manageName(node));
        if (state.volumes && state.running) {
          this.#told.set(clusterId, node.id);
          return state;
        }
        if (best === null || state.volumes) best = state;
      } catch (error) {
        unreadable.push(`gluster volumes of ${manageName(node)}: ${(error as Error).message}`);
      }
    }
    this.#told.delete(clusterId);
    return best ?? { volumes: null, running: null, unreadable };
  }
}
