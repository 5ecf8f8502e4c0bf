import { manageName } from '../../../src/domain/node.js';
import { listVolumesCommand } from '../../../src/executors/commands/gluster/brick-users.js';
import { readVolumes } from '../../../src/executors/commands/gluster/gluster-volume-xml.js';
import { type Executor, TransportError } from '../../../src/executors/executor.js';
import { createOperations, type OperationServices } from '../../../src/operations/create-operations.js';
import { markInterrupted } from '../../../src/operations/engine/recovery.js';
import { findDifferences } from '../../../src/operations/examination/find-differences.js';
import { HostWork } from '../../../src/operations/hosts/host-work.js';
import { NodeRepairMonitor } from '../../../src/operations/repair/node-repair-monitor.js';
import { openStore } from '../../../src/store/open-store.js';
import type { Store } from '../../../src/store/store.js';
import { askedBy } from '../../../test/support/asked-by.js';
import { HOST_SETTINGS } from '../../../test/support/host-settings.js';
import { ALL_UP, OPERATION_SETTINGS, SILENT, volumeRequest } from '../../../test/support/pool.js';

export interface Outcome {
  readonly cpuMs: number;
  readonly turnCpuMs: number;
  /** Of the heap of the thread that worked. */
  readonly mib: number;
  readonly note: string;
}

/** Prepares what is not measured; what it answers is, and says what it has done. */
type Job = (file: string, executor: Executor) => Promise<() => Promise<string>>;

const RECORDS = 500;
const MIB = 1024 * 1024;

/** What a server does without a request, or in one that everybody else would wait for. */
export const JOBS = {
  'repair round': async (file, executor) => {
    const { store, repair } = await services(file, executor);
    const hosts = { executor, settings: HOST_SETTINGS };
    const monitor = new NodeRepairMonitor({ store, hosts, health: ALL_UP, log: SILENT }, repair, false);
    return async () => {
      await monitor.runOnce();
      return `${(await store.read((tx) => tx.nodes.list())).length} nodes`;
    };
  },

  'repair of a node': async (file, executor) => {
    const { store, repair } = await services(file, executor);
    const [node] = await store.read((tx) => tx.nodes.list());
    return async () => `${(await repair.run(node?.id ?? '', false, true)).findings.length} findings`;
  },

  differences: async (file, executor) => {
    const { store } = await services(file, executor);
    return async () => {
      const { differences, notCompared } = await findDifferences(store, { executor, settings: HOST_SETTINGS });
      return `${differences.length} differences, ${notCompared.length} not compared`;
    };
  },

  "gluster's XML": async (file, executor) => {
    const { store } = await services(file, executor);
    const [node] = await store.read((tx) => tx.nodes.list());
    if (!node) throw new Error('there is no node');
    const host = manageName(node);
    const command = listVolumesCommand(HOST_SETTINGS);
    const [answer] = await executor.run(host, [command]);
    if (!answer) throw new Error(`${host} did not answer`);
    return async () => {
      const volumes = await readVolumes(host, command, answer);
      return `${volumes.length} volumes, ${(answer.stdout.length / MIB).toFixed(1)} MiB`;
    };
  },

  recovery: async (file, executor) => {
    await leaveRecords(file);
    const { store, recovery } = await services(file, executor);
    await markInterrupted(store, SILENT);
    return async () => {
      const before = (await store.read((tx) => tx.operations.list())).length;
      await recovery.run();
      const after = (await store.read((tx) => tx.operations.list())).length;
      return `${before} records, ${after} left`;
    };
  },
} as const satisfies Readonly<Record<string, Job>>;

export type BackgroundJob = keyof typeof JOBS;

async function services(file: string, executor: Executor): Promise<OperationServices & { readonly store: Store }> {
  const store = await openStore({ file });
  const made = createOperations({
    store,
    hosts: { executor, settings: HOST_SETTINGS },
    work: new HostWork({ bricksPerHost: 8, glusterChangesPerCluster: 8 }),
    health: ALL_UP,
    settings: { ...OPERATION_SETTINGS, maxVolumesPerCluster: 100_000 },
    log: SILENT,
  });
  return { ...made, store };
}

/** Records of creates of whose hosts nobody heard. */
async function leaveRecords(file: string): Promise<void> {
  const lost: Executor = {
    run: async (host) => {
      throw new TransportError(host, 'the connection was lost', true);
    },
    awaitLeftovers: async (host) => {
      throw new TransportError(host, 'the connection was lost', true);
    },
    close: async () => undefined,
  };
  const { store, operations, runner } = await services(file, lost);
  const asked = askedBy(operations);
  for (let i = 0; i < RECORDS; i++) await asked.createVolume(volumeRequest({ sizeGib: 1 }));
  await runner.settled();
  await store.close();
}
