import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Id } from '../../src/domain/ids.js';
import { type Command, type CommandResult, type Executor, TransportError } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import type { SimulatedHosts } from '../../src/executors/mock/simulated-hosts.js';
import type { QueueTicket } from '../../src/operations/ports.js';
import type { Store } from '../../src/store/store.js';
import { differences } from '../support/differences.js';
import { done, loadTopology, openPool, type Pool, recover, strictHosts, volumeRequest } from '../support/pool.js';

/** What happens at the n-th host command. `down`: this host answers no more until the server has been restarted. */
const FAULTS = [
  'die before',
  'die after',
  'command failed',
  'link lost before',
  'link lost after',
  'host down',
] as const;
type FaultKind = (typeof FAULTS)[number];

const HOSTS = 3;
const DEVICES = 2;
const NEVER = new Promise<never>(() => undefined);

/** Counts commands one by one, whatever batches they come in, and strikes at one of them. */
class StrikingExecutor implements Executor {
  commands = 0;
  readonly #inner: SimulatedHosts;
  readonly #at: number;
  readonly #kind: FaultKind | null;
  readonly #downHosts = new Set<string>();
  #isDead = false;
  readonly death: Promise<void>;
  #die: () => void = () => undefined;

  constructor(inner: SimulatedHosts, at: number, kind: FaultKind | null) {
    this.#inner = inner;
    this.#at = at;
    this.#kind = kind;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    const results: CommandResult[] = [];
    for (const command of batch) {
      const result = await this.#one(host, command);
      results.push(result);
      if (result.exitCode !== 0 && !command.mayFail) break;
    }
    return results;
  }

  async #one(host: string, command: Command): Promise<CommandResult> {
    if (this.#isDead) return NEVER;
    if (this.#downHosts.has(host)) throw new TransportError(host, `${host} is down`, false);
    const isStruck = this.commands++ === this.#at && this.#kind !== null;
    if (isStruck && this.#kind === 'die before') return this.kill();
    if (isStruck && this.#kind === 'command failed') return { exitCode: 1, stdout: '', stderr: 'struck' };
    if (isStruck && this.#kind === 'link lost before') throw new TransportError(host, 'link lost', true);
    if (isStruck && this.#kind === 'host down') {
      this.#downHosts.add(host);
      throw new TransportError(host, `${host} went down`, true);
    }
    const [result] = await this.#inner.run(host, [{ ...command, mayFail: true }]);
    if (isStruck && this.#kind === 'die after') return this.kill();
    if (isStruck && this.#kind === 'link lost after') throw new TransportError(host, 'link lost', true);
    if (!result) throw new Error('no result');
    return result;
  }

  kill(): Promise<never> {
    this.#isDead = true;
    this.#die();
    return NEVER;
  }

  async awaitLeftovers(host: string): Promise<void> {
    if (this.#isDead) return NEVER;
    if (this.#downHosts.has(host)) throw new TransportError(host, `${host} is down`, false);
  }

  async close(): Promise<void> {}
}

/** The n-th unit of work is the last that is begun (`before`: it is not even that). */
function dyingStore(store: Store, at: number, when: 'before' | 'after', kill: () => Promise<never>): Store {
  let writes = 0;
  let isDead = false;
  return {
    read: (work) => (isDead ? NEVER : store.read(work)),
    async write(work) {
      if (isDead) return NEVER;
      const isLast = writes++ === at;
      if (isLast && when === 'before') {
        isDead = true;
        return kill();
      }
      const result = await store.write(work);
      if (!isLast) return result;
      isDead = true;
      return kill();
    },
    backup: () => store.backup(),
    close: () => store.close(),
  };
}

interface Scenario {
  readonly name: string;
  /** Brings the pool to where the request can be made; answers what `request` needs. */
  prepare(pool: Pool): Promise<Id>;
  request(pool: Pool, id: Id): Promise<QueueTicket>;
  /** Whether the change is visible in the store: the request must not be repeated then. */
  isDone(pool: Pool, id: Id): Promise<boolean>;
}

const created = (name: string) => async (pool: Pool) =>
  pool.store.read(async (tx) => (await tx.volumes.list()).some((volume) => volume.name === name));

const makeVolume = async (pool: Pool) => {
  await loadTopology(pool, HOSTS, DEVICES);
  return (await done(pool, await pool.operations.createVolume(volumeRequest({ name: 'first' })))).slice(
    '/volumes/'.length,
  );
};

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'create volume',
    prepare: (pool) => loadTopology(pool, HOSTS, DEVICES),
    request: (pool) =>
      pool.operations.createVolume(volumeRequest({ name: 'made', gid: 2000, options: ['client.ssl on'] })),
    isDone: created('made'),
  },
  {
    name: 'create distributed volume',
    prepare: (pool) => loadTopology(pool, HOSTS, DEVICES),
    request: (pool) =>
      pool.operations.createVolume(
        volumeRequest({
          name: 'made',
          sizeGib: 120,
          durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
        }),
      ),
    isDone: created('made'),
  },
  {
    name: 'expand volume',
    prepare: makeVolume,
    request: (pool, id) => pool.operations.expandVolume(id, 5),
    isDone: async (pool, id) => (await pool.store.read((tx) => tx.volumes.find(id)))?.sizeGib === 15,
  },
  {
    name: 'delete volume',
    prepare: makeVolume,
    request: (pool, id) => pool.operations.deleteVolume(id),
    isDone: async (pool, id) => (await pool.store.read((tx) => tx.volumes.find(id))) === null,
  },
  {
    name: 'clone volume',
    prepare: makeVolume,
    request: (pool, id) => pool.operations.cloneVolume(id, 'twin'),
    isDone: created('twin'),
  },
  {
    name: 'delete clone',
    prepare: async (pool) => {
      const id = await makeVolume(pool);
      return (await done(pool, await pool.operations.cloneVolume(id, 'twin'))).slice('/volumes/'.length);
    },
    request: (pool, id) => pool.operations.deleteVolume(id),
    isDone: async (pool, id) => (await pool.store.read((tx) => tx.volumes.find(id))) === null,
  },
  {
    name: 'add node',
    prepare: (pool) => loadTopology(pool, 2, 1),
    request: (pool, clusterId) =>
      pool.operations.addNode({ clusterId, zone: 3, manageNames: ['h3'], storageNames: ['10.0.0.3'], tags: {} }),
    isDone: (pool) => pool.store.read(async (tx) => (await tx.nodes.list()).length === 3),
  },
  {
    name: 'add device',
    prepare: async (pool) => {
      await loadTopology(pool, 2, 1);
      return pool.store.read(async (tx) => (await tx.nodes.list())[0]?.id ?? '');
    },
    request: (pool, nodeId) => pool.operations.addDevice({ nodeId, name: '/dev/sdc', mayDestroyData: false, tags: {} }),
    isDone: (pool) => pool.store.read(async (tx) => (await tx.devices.list()).length === 3),
  },
  {
    name: 'delete device',
    prepare: async (pool) => {
      await loadTopology(pool, 2, 1);
      const id = await pool.store.read(async (tx) => (await tx.devices.list())[0]?.id ?? '');
      await done(pool, await pool.operations.setDeviceState(id, 'offline', 'enable'));
      await done(pool, await pool.operations.setDeviceState(id, 'failed', 'enable'));
      return id;
    },
    request: (pool, id) => pool.operations.deleteDevice(id, false),
    isDone: async (pool, id) => (await pool.store.read((tx) => tx.devices.find(id))) === null,
  },
  {
    name: 'delete node',
    prepare: async (pool) => {
      const clusterId = await loadTopology(pool, 2, 1);
      const add = { clusterId, zone: 3, manageNames: ['h3'], storageNames: ['10.0.0.3'], tags: {} };
      return (await done(pool, await pool.operations.addNode(add))).slice('/nodes/'.length);
    },
    request: (pool, id) => pool.operations.deleteNode(id),
    isDone: async (pool, id) => (await pool.store.read((tx) => tx.nodes.find(id))) === null,
  },
];

let points = 0;
afterAll(() => {
  console.log(`crash matrix: ${points} points tried`);
});

interface Strike {
  readonly at: number;
  readonly kind: FaultKind | 'die before commit' | 'die after commit';
}

/** One life of a server with one fault in it, and the life after it. Answers how many commands and commits the request took. */
async function live(scenario: Scenario, strike: Strike | null): Promise<{ commands: number; commits: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'mortar-crash-'));
  const file = join(folder, 'heketi.db');
  const hosts = strictHosts(HOSTS, DEVICES);
  try {
    const quiet = await openPool(file, new MockExecutor(hosts));
    const id = await scenario.prepare(quiet);
    await quiet.runner.settled();
    await quiet.store.close();

    const kind = strike && !strike.kind.endsWith('commit') ? (strike.kind as FaultKind) : null;
    const executor = new StrikingExecutor(hosts, strike?.at ?? -1, kind);
    let commits = 0;
    let opened: Store | null = null;
    const pool = await openPool(file, executor, {
      wrapStore: (store) => {
        opened = store;
        const counting: Store = {
          ...bound(store),
          write: (work) => {
            commits++;
            return store.write(work);
          },
        };
        if (!strike?.kind.endsWith('commit')) return counting;
        return dyingStore(store, strike.at, strike.kind === 'die before commit' ? 'before' : 'after', () =>
          executor.kill(),
        );
      },
    });
    const request = scenario.request(pool, id).catch(() => null);
    const ticket = await Promise.race([request, executor.death.then(() => null)]);
    await Promise.race([pool.runner.settled(), executor.death]);
    // Units of work that were begun before the death may still be on their way to the file.
    await (opened as Store | null)?.close();

    const after = await openPool(file, new MockExecutor(hosts));
    await recover(after);
    await after.runner.settled();

    expect(await after.store.read((tx) => tx.operations.list())).toEqual([]);
    expect(await differences(after.store, hosts)).toEqual([]);
    const entries = await after.store.read((tx) => tx.queue.listPending());
    expect(entries).toEqual([]);
    const isDone = await scenario.isDone(after, id);
    if (ticket) {
      const entry = await after.store.read((tx) => tx.queue.find(ticket.queueId));
      // What a dead host left undecided was answered as failed, and may be finished once the host is back.
      const answers = isDone && strike?.kind === 'host down' ? ['done', 'failed'] : [isDone ? 'done' : 'failed'];
      expect(answers).toContain(entry?.state);
    }
    if (!isDone) {
      await done(after, await scenario.request(after, id));
      expect(await scenario.isDone(after, id)).toBe(true);
      expect(await differences(after.store, hosts)).toEqual([]);
    }
    await after.store.close();
    points++;
    return { commands: executor.commands, commits };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bound(store: Store): Store {
  return {
    read: (work) => store.read(work),
    write: (work) => store.write(work),
    backup: () => store.backup(),
    close: () => store.close(),
  };
}

describe.each(SCENARIOS)('$name', (scenario) => {
  it.each(FAULTS)('settles when it meets: %s', async (kind) => {
    const { commands } = await live(scenario, null);
    for (let at = 0; at < commands; at++) {
      await live(scenario, { at, kind }).catch((error: Error) => {
        error.message = `${kind} at command ${at}: ${error.message}`;
        throw error;
      });
    }
  });

  it.each(['die before commit', 'die after commit'] as const)('settles when it meets: %s', async (kind) => {
    const { commits } = await live(scenario, null);
    for (let at = 0; at < commits; at++) {
      await live(scenario, { at, kind }).catch((error: Error) => {
        error.message = `${kind} ${at}: ${error.message}`;
        throw error;
      });
    }
  });
});
