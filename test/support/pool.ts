import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Id } from '../../src/domain/ids.js';
import type { Retry } from '../../src/domain/pending-operation.js';
import { KIB_PER_GIB } from '../../src/domain/size.js';
import type { HostSettings } from '../../src/executors/commands/host/host-settings.js';
import type { Executor } from '../../src/executors/executor.js';
import { MockExecutor } from '../../src/executors/mock/mock-executor.js';
import { SimulatedHosts, type SimulatedLatency } from '../../src/executors/mock/simulated-hosts.js';
import { createOperations } from '../../src/operations/create-operations.js';
import type { DeviceCheck } from '../../src/operations/device-check/device-check.js';
import type { Engine } from '../../src/operations/engine/engine.js';
import type { EngineContext } from '../../src/operations/engine/operation.js';
import type { QueueAnswers } from '../../src/operations/engine/queue-answers.js';
import { markInterrupted, type Recovery } from '../../src/operations/engine/recovery.js';
import type { OperationRunner } from '../../src/operations/engine/runner.js';
import type { AnySequenceKind } from '../../src/operations/engine/sequence.js';
import type { Pacing } from '../../src/operations/hosts/gluster-lock.js';
import { HostWork, type HostWorkLimits } from '../../src/operations/hosts/host-work.js';
import { SEQUENCE_KINDS } from '../../src/operations/kinds.js';
import type { Logger } from '../../src/operations/logger.js';
import type { NodeHealth } from '../../src/operations/ports/node-health.js';
import type { Operations } from '../../src/operations/ports/operations.js';
import type { BlockVolumeRequest, VolumeRequest } from '../../src/operations/ports/requests.js';
import type { NodeRepair } from '../../src/operations/repair/node-repair.js';
import type { OperationSettings } from '../../src/operations/settings.js';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { type AskedOperations, askedBy } from './asked-by.js';
import { HOST_SETTINGS } from './host-settings.js';
import { makeMemoryFolder } from './memory-folder.js';
import { rerunningStore } from './rerunning-store.js';

export const OPERATION_SETTINGS: OperationSettings = {
  limits: { minBrickKib: KIB_PER_GIB, maxBrickKib: 4096 * KIB_PER_GIB, maxBricksPerVolume: 32 },
  maxVolumesPerCluster: 1000,
  averageFileKib: 64,
  zoneChecking: 'none',
  preRequestOptions: '',
  postRequestOptions: '',
  blockHostingOptions: 'group gluster-block',
  autoCreateBlockHosting: false,
  blockHostingSizeGib: 50,
  volumeCreateRetries: 0,
  maxInflight: null,
  operationsPerCluster: 64,
  healsPerRemoval: 4,
  healLimitMs: 7 * 86_400_000,
  hasGlusterLimits: true,
  reserveSpareMetadata: true,
};

export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};

export const ALL_UP: NodeHealth = { isUp: () => true, reportDown: () => undefined, onUp: () => undefined };

export const WORK_LIMITS: HostWorkLimits = { bricksPerHost: 4, glusterChangesPerCluster: 8 };

/** Pauses end in the next turn of the event loop, and the clock goes on by their length. */
export function hastyPacing(): Pacing {
  let nowMs = 0;
  return {
    async pause(ms) {
      nowMs += ms;
      await new Promise((turn) => setImmediate(turn));
    },
    nowMs: () => nowMs,
    random: () => 0.5,
  };
}

/** Strict simulated hosts h1..hN, each with `devices` disks, whose addresses have names that are in no record. */
export function strictHosts(
  hosts: number,
  devices: number,
  sizeGib = 100,
  latency: SimulatedLatency | null = null,
): SimulatedHosts {
  return new SimulatedHosts({
    ...(latency ? { latency } : {}),
    mode: 'strict',
    deviceSizeGib: sizeGib,
    hosts: Array.from({ length: hosts }, (_, i) => ({
      manage: `h${i + 1}`,
      storage: `10.0.0.${i + 1}`,
      dnsName: `node${i + 1}.example`,
      devices: Array.from({ length: devices }, (_, d) => ({
        path: `/dev/sd${'bcdefgh'[d]}`,
        sizeKib: sizeGib * KIB_PER_GIB,
      })),
    })),
  });
}

/** A server without HTTP: a store on a file, operations, hosts. */
export interface Pool {
  readonly store: Store;
  readonly operations: AskedOperations;
  /** The same as the API has them, which says who asks. */
  readonly port: Operations;
  readonly runner: OperationRunner;
  readonly recovery: Recovery;
  readonly repair: NodeRepair;
  readonly deviceCheck: DeviceCheck;
  readonly answers: QueueAnswers;
  readonly engine: Engine;
}

export interface PoolOptions {
  readonly settings?: Partial<OperationSettings>;
  readonly hostSettings?: Partial<HostSettings>;
  readonly health?: NodeHealth;
  /** Nothing is logged without it. */
  readonly log?: Logger;
  /** Instead of one on the file. */
  readonly store?: Store;
  /** Who may work where and when; as a server has it without it, but for its pauses. */
  readonly work?: HostWork;
  /** Besides the server's own; of the same type as one of these, in its place. */
  readonly sequences?: readonly AnySequenceKind[];
}

export async function openPool(file: string, executor: Executor, options: PoolOptions = {}): Promise<Pool> {
  const store = options.store ?? rerunningStore(await openStore({ file }));
  const context: EngineContext = {
    store,
    hosts: { executor, settings: { ...HOST_SETTINGS, ...options.hostSettings } },
    work: options.work ?? new HostWork(WORK_LIMITS, hastyPacing()),
    health: options.health ?? ALL_UP,
    settings: { ...OPERATION_SETTINGS, ...options.settings },
    log: options.log ?? SILENT,
  };
  const services = createOperations(context, [...SEQUENCE_KINDS, ...(options.sequences ?? [])]);
  return { store, ...services, operations: askedBy(services.operations), port: services.operations };
}

/** What a start of the server does with what it finds, without waiting for the cleaner's pause. */
export async function recover(pool: Pool): Promise<void> {
  await markInterrupted(pool.store, SILENT);
  await pool.recovery.run();
}

/** A pool in a folder of its own, removed at the end. */
export async function withPool<T>(
  hosts: SimulatedHosts | Executor,
  work: (pool: Pool, file: string) => Promise<T>,
  options?: PoolOptions,
): Promise<T> {
  const folder = makeMemoryFolder('mortar-pool-');
  const file = join(folder, 'heketi.db');
  const pool = await openPool(file, hosts instanceof SimulatedHosts ? new MockExecutor(hosts) : hosts, options);
  try {
    return await work(pool, file);
  } finally {
    await pool.runner.settled();
    await pool.store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A client that does not close its connection. */
export const STAYING = new AbortController().signal;

export const records = (pool: Pool) => pool.store.read((tx) => tx.operations.list());

/** The id in what a create or a clone is answered with. */
export const volumeIdOf = (location: string): Id => location.slice('/volumes/'.length);

/** The final answer of a queue entry, once nothing runs any more. */
export async function answerOf(
  pool: Pool,
  ticket: { readonly queueId: Id },
): Promise<{ location: string | null; error: string | null }> {
  await pool.runner.settled();
  const entry = await pool.store.read((tx) => tx.queue.find(ticket.queueId));
  if (!entry || entry.state === 'pending') throw new Error(`queue entry ${ticket.queueId} has no final answer`);
  return { location: entry.location, error: entry.error };
}

/** What the record says of tries that were in vain; null when there is none, or no record. */
export async function retryOf(pool: Pool, operationId: Id): Promise<(Retry & { dueAt: number | null }) | null> {
  const record = await pool.store.read((tx) => tx.operations.find(operationId));
  return record?.retry ? { ...record.retry, dueAt: record.dueAt } : null;
}

/** The answer, which must be a success. */
export async function done(pool: Pool, ticket: { readonly queueId: Id }): Promise<string> {
  const { location, error } = await answerOf(pool, ticket);
  if (error !== null) throw new Error(error);
  return location ?? '';
}

/** One cluster of these hosts, from the `first` on, with all their devices; answers the cluster's id. */
export async function loadTopology(pool: Pool, hosts: number, devices: number, zones = hosts, first = 1): Promise<Id> {
  const clusterId = await pool.operations.createCluster({ allowsBlock: true, allowsFile: true });
  for (let i = first; i < first + hosts; i++) {
    const location = await done(
      pool,
      await pool.operations.addNode({
        clusterId,
        zone: ((i - 1) % zones) + 1,
        manageNames: [`h${i}`],
        storageNames: [`10.0.0.${i}`],
        tags: {},
      }),
    );
    for (const letter of 'bcdefgh'.slice(0, devices)) {
      const nodeId = location.slice('/nodes/'.length);
      await done(
        pool,
        await pool.operations.addDevice({ nodeId, name: `/dev/sd${letter}`, mayDestroyData: false, tags: {} }),
      );
    }
  }
  return clusterId;
}

export function volumeRequest(overrides: Partial<VolumeRequest> = {}): VolumeRequest {
  return {
    sizeGib: 10,
    name: '',
    clusters: null,
    durability: { type: 'replicate', replica: 3, disperseData: 0, disperseRedundancy: 0 },
    gid: 0,
    options: [],
    isBlockHosting: false,
    snapshotEnabled: false,
    snapshotFactor: 1,
    ...overrides,
  };
}

export function blockVolumeRequest(overrides: Partial<BlockVolumeRequest> = {}): BlockVolumeRequest {
  return { sizeGib: 5, name: '', clusters: null, haCount: 0, hasAuth: false, ...overrides };
}
