import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { DeviceCondition } from '../domain/device.js';
import type { Id } from '../domain/ids.js';
import { isLeftBehind } from '../domain/volume.js';
import type { Store } from '../store/store.js';
import { steadyUnixMs } from '../timing/clocks.js';
import { type BackupMetrics, backupMetrics } from './backup-metrics.js';
import { addOwnDeviceMetrics } from './device-metrics.js';
import { Exposition } from './exposition.js';
import { addHeketiMetrics, nodeLinesOf, readPool } from './heketi-metrics.js';
import { KeptNodeLines } from './node-lines.js';
import { addSharing } from './sharing-metrics.js';
import { addVolumeUsage, type SeenUsage } from './usage-metrics.js';

export interface MetricsSources {
  readonly store: Store;
  /** Operations running now. */
  /** NaN where nobody can tell. */
  readonly inFlight: () => number | Promise<number>;
  /** By manage name, whether glusterd was last seen up; nodes of which nothing is known are missing. */
  readonly nodeStates: () => ReadonlyMap<string, boolean>;
  /** By device, how full its fullest thin pool was last seen, from 0 to 1; devices of which nothing is known are missing. */
  readonly thinPools: () => ReadonlyMap<Id, number>;
  /** By device, how it was last seen; devices of which nothing was ever asked may be missing. */
  readonly deviceConditions: () => ReadonlyMap<Id, DeviceCondition>;
  /** How full devices and volumes were last seen. */
  readonly usage: SeenUsage;
  /** Lines of log that could not be written, so far. */
  readonly droppedLogLines: () => number;
}

/** What is counted as it happens, and the text that Prometheus fetches. Durations in milliseconds. */
export interface Metrics {
  /** `pieces`: of the text, in order; made as they are read, of what was known when it was rendered. It can be read again. */
  render(sources: MetricsSources): Promise<{ readonly contentType: string; readonly pieces: AsyncIterable<string> }>;
  /** `kind` is an operation type such as `create-volume`. */
  operationFinished(kind: string, outcome: OperationOutcome, durationMs: number): void;
  /** A batch of commands on one host; `program` is the name of its first one, without directory. */
  hostCommandFinished(program: string, outcome: CommandOutcome, durationMs: number): void;
  /** `units`: units of work that shared the commit. */
  storeCommitted(units: number, durationMs: number): void;
  /** A request without a token that is good for it. */
  tokenRefused(): void;
  readonly backups: BackupMetrics;
}

/** `rolled-back`: failed and left no trace; `failed`: something is left for recovery. */
export type OperationOutcome = 'succeeded' | 'rolled-back' | 'failed';

/** `refused`: the command ran and failed; `unknown`: connection lost or deadline passed. */
export type CommandOutcome = 'succeeded' | 'refused' | 'unknown';

/** Label values come from outside (argv): anything but a plain program name is counted together. */
const PROGRAM = /^[a-z][a-z0-9._-]{0,31}$/;

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'mortar_' });
  const registers = [registry];
  const operations = new Counter({
    name: 'mortar_operations_finished_total',
    help: 'Operations by kind and outcome',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const operationSeconds = new Histogram({
    name: 'mortar_operation_duration_seconds',
    help: 'How long operations took, waiting included',
    labelNames: ['kind'],
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    registers,
  });
  const commandSeconds = new Histogram({
    name: 'mortar_host_command_duration_seconds',
    help: 'How long batches of commands took on hosts',
    labelNames: ['program', 'outcome'],
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600],
    registers,
  });
  const commitSeconds = new Histogram({
    name: 'mortar_store_commit_duration_seconds',
    help: 'How long commits of the store took',
    buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  const units = new Counter({
    name: 'mortar_store_units_total',
    help: 'Units of work committed; several may share a commit',
    registers,
  });

  const nodesUp = new Gauge({
    name: 'mortar_node_up',
    help: 'Whether glusterd of a node was last seen running (1) or not (0); nothing for a node not asked yet',
    labelNames: ['hostname'],
    registers,
  });

  const unclaimed = new Gauge({
    name: 'mortar_volumes_unclaimed',
    help: 'Volumes whose creation ended over a minute ago, and whose result no client has fetched',
    registers,
  });
  const droppedLogLines = new Counter({
    name: 'mortar_log_lines_dropped_total',
    help: 'Lines of log that could not be written: a full disk, or a reader that stalls or is gone',
    registers,
  });

  const lines = new KeptNodeLines();
  const refusedTokens = new Counter({
    name: 'mortar_tokens_refused_total',
    help: 'Requests without a token that is good for them',
    registers,
  });

  return {
    tokenRefused: () => refusedTokens.inc(),
    backups: backupMetrics(registry),
    async render(sources) {
      droppedLogLines.reset();
      droppedLogLines.inc(sources.droppedLogLines());
      // Nodes come and go: what is not known any more must not be told.
      nodesUp.reset();
      for (const [hostname, isUp] of sources.nodeStates()) nodesUp.set({ hostname }, isUp ? 1 : 0);
      unclaimed.set(await countLeftBehind(sources.store));
      const pool = await readPool(sources.store);
      const nodes = pool ? await nodeLinesOf(pool, lines) : [];
      const exposition = new Exposition();
      addHeketiMetrics(exposition, pool, nodes, await sources.inFlight());
      exposition.add(await registry.metrics());
      addOwnDeviceMetrics(exposition, nodes, sources);
      addVolumeUsage(exposition, sources.usage);
      addSharing(exposition, sources.store);
      return { contentType: registry.contentType, pieces: exposition };
    },
    operationFinished(kind, outcome, durationMs) {
      operations.inc({ kind, outcome });
      operationSeconds.observe({ kind }, durationMs / 1000);
    },
    hostCommandFinished(program, outcome, durationMs) {
      const name = program.slice(program.lastIndexOf('/') + 1);
      commandSeconds.observe({ program: PROGRAM.test(name) ? name : 'other', outcome }, durationMs / 1000);
    },
    storeCommitted(count, durationMs) {
      commitSeconds.observe(durationMs / 1000);
      units.inc(count);
    },
  };
}

/** NaN when the store can't be read. */
async function countLeftBehind(store: Store): Promise<number> {
  try {
    const volumes = await store.read((tx) => tx.volumes.listUnclaimed());
    const now = steadyUnixMs();
    return volumes.filter((volume) => isLeftBehind(volume, now)).length;
  } catch {
    return Number.NaN;
  }
}
