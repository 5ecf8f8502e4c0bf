import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Command, type CommandResult, type Executor, TransportError } from '../../../src/executors/executor.js';
import type { ShellExecutor } from '../../../src/executors/shell/shell-executor.js';
import type { ServerIdentity } from '../../../src/executors/shell/shell-options.js';
import { openStore } from '../../../src/store/open-store.js';
import { done, openPool, type Pool } from '../../support/pool.js';
import type { SimCluster } from '../../support/simcluster.js';

/** Hosts that real executors reach, each a server of its own to them. */
export interface HostsInReach {
  readonly cluster: SimCluster;
  executor(overrides: { readonly identity: ServerIdentity }): ShellExecutor;
}

/** One batch of a real connection. */
export interface StruckBatch {
  readonly host: string;
  run(signal?: AbortSignal): Promise<readonly CommandResult[]>;
  /** The server dies: it hears nothing any more. */
  die(): Promise<never>;
}

/** What happens at the n-th batch of a request. */
export type Fault = (batch: StruckBatch) => Promise<readonly CommandResult[]>;

const NEVER = new Promise<never>(() => undefined);

/** Those that need nothing of how hosts are reached. `while`: the batch is on its way, or runs, and runs on. */
export const FAULTS = {
  'die before': ({ die }) => die(),
  'die while': ({ run, die }) => {
    run().catch(() => undefined);
    setImmediate(() => void die());
    return NEVER;
  },
  'die after': async ({ run, die }) => {
    await run();
    return die();
  },
  'link lost while': ({ run }) => {
    const giveUp = new AbortController();
    const running = run(giveUp.signal);
    setImmediate(() => giveUp.abort());
    return running;
  },
  'link lost after': async ({ host, run }) => {
    await run();
    throw new TransportError(host, 'the link was lost', true);
  },
} as const satisfies Record<string, Fault>;

/** Strikes at one batch of a real connection. */
class StrikingExecutor implements Executor {
  batches = 0;
  readonly death: Promise<void>;
  readonly #inner: ShellExecutor;
  readonly #at: number;
  readonly #fault: Fault | null;
  #isDead = false;
  #die: () => void = () => undefined;

  constructor(inner: ShellExecutor, at: number, fault: Fault | null) {
    this.#inner = inner;
    this.#at = at;
    this.#fault = fault;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    if (this.#isDead) return NEVER;
    const run = (signal?: AbortSignal) => this.#inner.run(host, batch, signal);
    if (this.batches++ !== this.#at || this.#fault === null) return this.#answer(run());
    return this.#fault({ host, run, die: () => this.#kill() });
  }

  /** A process that is dead hears no answers. */
  async #answer(running: Promise<readonly CommandResult[]>): Promise<readonly CommandResult[]> {
    try {
      const results = await running;
      return this.#isDead ? NEVER : results;
    } catch (error) {
      if (this.#isDead) return NEVER;
      throw error;
    }
  }

  async #kill(): Promise<never> {
    this.#isDead = true;
    await this.#inner.close();
    this.#die();
    return NEVER;
  }

  awaitLeftovers(host: string): Promise<void> {
    return this.#isDead ? NEVER : this.#inner.awaitLeftovers(host);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** The database of a server with a cluster of all hosts; its path is known once tests run. */
export function setUpServers(hosts: HostsInReach): { readonly file: string } {
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mortar-host-crash-'));
    const { pool, close } = await openServer(hosts, join(folder, 'heketi.db'), 0, null);
    const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
    for (const [i, host] of hosts.cluster.hosts.entries()) {
      const node = { clusterId, zone: i + 1, manageNames: [host], storageNames: [`192.0.2.${i + 1}`], tags: {} };
      const nodeId = (await done(pool, await pool.operations.addNode(node))).slice('/nodes/'.length);
      for (const name of ['/dev/sdb', '/dev/sdc'])
        await done(pool, await pool.operations.addDevice({ nodeId, name, mayDestroyData: false, tags: {} }));
    }
    await close();
    // Long enough for a command to run on when its link is lost, or its server dies.
    await hosts.cluster.setLatencies({
      lvcreate: 40,
      'gluster volume create': 40,
      'gluster volume start': 40,
      other: 5,
    });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get file() {
      return join(folder, 'heketi.db');
    },
  };
}

/** A server's life on the file: each is a generation of its own to the hosts. */
export async function openServer(hosts: HostsInReach, file: string, at: number, fault: Fault | null) {
  const store = await openStore({ file });
  const { id: serverId, generation } = await store.write((tx) => tx.serverIdentity.begin(Date.now()));
  const executor = new StrikingExecutor(hosts.executor({ identity: { serverId, generation } }), at, fault);
  const pool = await openPool(file, executor, { store });
  return {
    pool,
    executor,
    async close(): Promise<void> {
      await executor.close();
      await store.close();
    },
  };
}

/** The hosts hold exactly the store's volumes, and nothing that belongs to none. */
export async function expectAgreement(hosts: HostsInReach, pool: Pool): Promise<void> {
  const state = await hosts.cluster.hostsState();
  expect(state.withoutVolume).toEqual({ lvs: [], mounts: [], fstab: [], directories: [] });
  expect(state.snapshots).toEqual([]);
  const recorded = await pool.store.read(async (tx) =>
    Promise.all(
      (await tx.volumes.list()).map(async ({ id, name }) => ({
        name: name.replace(/[0-9a-f]{32}/, '<id>'),
        status: 'Started',
        brickCount: await tx.bricks.countByVolume(id),
      })),
    ),
  );
  const byText = (list: readonly object[]) => list.map((item) => JSON.stringify(item)).sort();
  const found = state.volumes.map(({ name, status, brickCount }) => ({ name, status, brickCount }));
  expect(byText(found)).toEqual(byText(recorded));
}

/** mulberry32: the same numbers in every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
