import type { PlannedCluster, PlannedNode } from '../../../src/cli/topology-file.js';
import type { ApiClient } from '../api/client.js';
import type { Node } from '../api/contract.js';
import { isUnknown } from '../api/failures.js';
import { Store } from './store.js';

/** `unknown`: the connection broke, and whether it was made has to be looked at. */
export type StepStage = 'waiting' | 'running' | 'made' | 'known' | 'failed' | 'unknown' | 'skipped';

/** A node or a device of the file. */
export interface LoadStep {
  readonly node: string;
  /** Null for the node itself. */
  readonly device: string | null;
  readonly stage: StepStage;
  /** Why it was not seen to be made; '' otherwise. */
  readonly reason: string;
}

export interface LoadState {
  readonly steps: readonly LoadStep[];
  readonly isRunning: boolean;
}

/** Loads a topology file step by step, as heketi-cli topology load does: what the server knows stays as it is. */
export class TopologyLoad {
  readonly state: Store<LoadState>;
  readonly #client: ApiClient;
  readonly #plan: readonly PlannedCluster[];

  constructor(client: ApiClient, plan: readonly PlannedCluster[]) {
    this.#client = client;
    this.#plan = plan;
    const step = (node: string, device: string | null): LoadStep => ({ node, device, stage: 'waiting', reason: '' });
    const steps = plan.flatMap(({ nodes }) =>
      nodes.flatMap(({ manage, devices }) => [step(manage, null), ...devices.map(({ name }) => step(manage, name))]),
    );
    this.state = new Store<LoadState>({ steps, isRunning: false });
  }

  /** `known`: the nodes that the server has. Never throws: what fails is told by its step. */
  async run(known: readonly Node[]): Promise<void> {
    this.state.update((state) => ({ ...state, isRunning: true }));
    let at = 0;
    for (const cluster of this.#plan) {
      await this.#loadCluster(cluster, known, at);
      at += cluster.nodes.reduce((sum, { devices }) => sum + 1 + devices.length, 0);
    }
    this.state.update((state) => ({ ...state, isRunning: false }));
  }

  async #loadCluster({ file, block, nodes }: PlannedCluster, known: readonly Node[], first: number): Promise<void> {
    let clusterId: string | null = null;
    let madeId: string | null = null;
    let at = first;
    for (const planned of nodes) {
      const existing = known.find(({ hostnames }) => hostnames.manage[0] === planned.manage);
      let nodeId = existing?.id ?? null;
      if (existing) {
        clusterId = existing.cluster;
        this.#set(at, 'known');
      } else {
        nodeId = await this.#step(at, async () => {
          if (clusterId === null) {
            ({ id: clusterId } = await this.#client.ask<{ id: string }>('/clusters', { file, block }));
            madeId = clusterId;
          }
          return idIn(await this.#client.change('POST', '/nodes', { ...planned.request, cluster: clusterId }));
        });
      }
      at = await this.#loadDevices(planned, nodeId, existing ?? null, at + 1);
    }
    if (madeId !== null) await this.#deleteIfEmpty(madeId);
  }

  async #loadDevices({ devices }: PlannedNode, nodeId: string | null, existing: Node | null, first: number) {
    for (const [index, { name, tags, destroyData }] of devices.entries()) {
      const at = first + index;
      if (nodeId === null) this.#set(at, 'skipped');
      else if (existing?.devices.some((device) => device.name === name)) this.#set(at, 'known');
      else {
        const body = {
          name,
          node: nodeId,
          destroydata: destroyData,
          ...(tags.size > 0 && { tags: Object.fromEntries(tags) }),
        };
        await this.#step(at, async () => {
          await this.#client.change('POST', '/devices', body);
          return name;
        });
      }
    }
    return first + devices.length;
  }

  /** A cluster of which no node could be made is not left behind. */
  async #deleteIfEmpty(id: string): Promise<void> {
    try {
      const { nodes } = await this.#client.get<{ nodes: readonly string[] }>(`/clusters/${id}`);
      if (nodes.length === 0) await this.#client.change('DELETE', `/clusters/${id}`);
    } catch {
      // It is empty, and somebody may have taken it meanwhile.
    }
  }

  /** Null when it was not seen to be made. */
  async #step(at: number, work: () => Promise<string | null>): Promise<string | null> {
    this.#set(at, 'running');
    try {
      const made = await work();
      this.#set(at, 'made');
      return made;
    } catch (error) {
      this.#set(at, isUnknown(error) ? 'unknown' : 'failed', (error as Error).message);
      return null;
    }
  }

  #set(at: number, stage: StepStage, reason = ''): void {
    this.state.update((state) => ({
      ...state,
      steps: state.steps.map((step, index) => (index === at ? { ...step, stage, reason } : step)),
    }));
  }
}

function idIn(path: string | null): string | null {
  return path?.split('/').at(-1) ?? null;
}
