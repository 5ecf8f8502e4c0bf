import pLimit, { type LimitFunction } from 'p-limit';
import { idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import {
  areMounted,
  readNodeStorage,
  restoreBrickMount,
  startBrickProcesses,
} from '../../executors/commands/brick-repair.js';
import { isTransactionInProgress } from '../../executors/commands/gluster-errors.js';
import { type BrickProcess, brickProcesses, volumeInfo } from '../../executors/commands/gluster-volume.js';
import { listPeers } from '../../executors/commands/glusterd.js';
import type { Hosts } from '../../executors/commands/hosts.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import { pause } from '../../timing/timers.js';
import type { OperationContext } from '../engine/operation.js';
import type { RepairFinding, RepairReport } from '../ports.js';
import { type ExpectedBrick, type ExpectedVolume, expectationsOf, expectedVolume } from './node-expectations.js';
import { planVolumeRepair, type VolumeRepair } from './repair-plan.js';
import type { RepairReports } from './repair-reports.js';

/** A brick process answers a moment after gluster has started it. */
const PROCESS_CHECKS = 20;
const PROCESS_PAUSE_MS = 500;
/** Another change of the same volume by somebody else takes seconds. */
const START_ATTEMPTS = 60;
const START_PAUSE_MS = 1000;

/**
 * Compares nodes with the store and mends what a restart left undone: logical volumes that are not active, missing
 * fstab lines and mounts, brick processes that do not run. Acts only on settled bricks of settled volumes, and under
 * the lock that every operation takes before it changes a volume.
 */
export class NodeRepair {
  readonly #context: OperationContext;
  readonly #reports: RepairReports;
  readonly #pause: (ms: number) => Promise<void>;
  readonly #perNode = new Map<Id, LimitFunction>();

  constructor(context: OperationContext, reports: RepairReports, wait: (ms: number) => Promise<void> = pause) {
    this.#context = context;
    this.#reports = reports;
    this.#pause = wait;
  }

  /** Throws when the node can't be asked; whatever else goes wrong is in the report. One run at a time per node. */
  run(nodeId: Id, isDryRun: boolean): Promise<RepairReport> {
    let limit = this.#perNode.get(nodeId);
    if (!limit) {
      limit = pLimit(1);
      this.#perNode.set(nodeId, limit);
    }
    return limit(() => this.#run(nodeId, isDryRun));
  }

  async #run(nodeId: Id, isDryRun: boolean): Promise<RepairReport> {
    const startedAt = new Date().toISOString();
    const { store, hosts, log } = this.#context;
    const { node, expected } = await store.read(async (tx) => {
      const found = await tx.nodes.find(nodeId);
      if (!found) throw idNotFound();
      return { node: found, expected: await expectationsOf(tx, nodeId) };
    });
    const host = manageName(node);
    const real = await readNodeStorage(hosts, host);
    const repairs = expected.volumes.flatMap((volume) => planVolumeRepair(volume, real) ?? []);
    for (const { findings } of repairs)
      for (const { kind, volumeName, brickId, outcome, detail } of findings)
        log.warn({ host, volume: volumeName, brick: brickId, kind, outcome, detail }, 'node differs from the store');

    const findings: RepairFinding[] = expected.busy.map(busyFinding);
    for (const repair of repairs)
      findings.push(...(isDryRun || !isMendable(repair) ? repair.findings : await this.#mend(node, repair)));
    const report: RepairReport = {
      id: newId(),
      nodeId,
      host,
      isDryRun,
      startedAt,
      finishedAt: new Date().toISOString(),
      isHealthy:
        real.unreadable.length === 0 &&
        findings.every((finding) => finding.outcome === 'repaired' || finding.kind === 'volume being changed'),
      findings,
      unreadable: real.unreadable,
    };
    this.#reports.keep(report);
    return report;
  }

  /** Answers the findings with what came of them; never throws. */
  async #mend(node: Node, repair: VolumeRepair): Promise<readonly RepairFinding[]> {
    const { work, store, log } = this.#context;
    const { clusterId, name, id } = repair.volume;
    const host = manageName(node);
    try {
      return await work.onVolume(clusterId, name, this.#context.hosts, async (patient) => {
        // An operation that began meanwhile has stored its intent, and waits for this lock or has left it.
        const now = await store.read((tx) => expectedVolume(tx, id, node.id));
        if (!now) return settled(repair.findings, () => ['left alone', 'the volume was deleted meanwhile']);
        if ('operationId' in now) return [...settled(repair.findings, () => busyOutcome(now.operationId))];
        const mounts = await this.#restoreMounts(host, repair, now);
        if (!repair.hasBricksDown) return mounts;
        const [outcome, detail] = await this.#startBricks(node, now, patient);
        return mounts.map((finding) =>
          finding.kind === 'brick process down' ? { ...finding, outcome, detail: detail ?? finding.detail } : finding,
        );
      });
    } catch (error) {
      log.error({ host, volume: name, err: error }, 'volume could not be repaired');
      const text = (error as Error).message;
      return settled(repair.findings, () => ['failed', text]);
    }
  }

  async #restoreMounts(
    host: string,
    { findings, toRestore }: VolumeRepair,
    now: ExpectedVolume,
  ): Promise<readonly RepairFinding[]> {
    const { work, hosts, log } = this.#context;
    const failures = new Map<Id, string>();
    await Promise.all(
      toRestore
        .filter((brick) => now.local.some((other) => other.id === brick.id && other.device === brick.device))
        .map(async (brick) => {
          log.warn({ host, brick: brick.id, mountPoint: brick.mountPoint }, 'restoring the mount of a brick');
          try {
            await work.onHost(host, brick.device, () => restoreBrickMount(hosts, host, brick));
          } catch (error) {
            failures.set(brick.id, (error as Error).message);
          }
        }),
    );
    return findings.map((finding): RepairFinding => {
      if (finding.outcome !== 'repairable' || finding.kind === 'brick process down') return finding;
      const failure = failures.get(finding.brickId ?? '');
      return failure === undefined
        ? { ...finding, outcome: 'repaired' }
        : { ...finding, outcome: 'failed', detail: failure };
    });
  }

  /** `patient` hosts wait while glusterd is busy with another transaction. */
  async #startBricks(
    node: Node,
    volume: ExpectedVolume,
    patient: Hosts,
  ): Promise<readonly [RepairFinding['outcome'], string | null]> {
    const { log } = this.#context;
    const host = manageName(node);
    const doubt =
      (await this.#unknownBrick(host, volume, patient)) ?? (await this.#unmountedElsewhere(host, volume.elsewhere));
    if (doubt !== null) {
      return ['left alone', `${doubt}; starting the volume's bricks could start that one on a bare directory`];
    }
    log.warn({ host, volume: volume.name }, 'starting the brick processes of a volume that do not run');
    if (!(await this.#startAllMounted(host, volume))) {
      return ['left alone', `a brick of ${volume.name} on ${host} is not mounted, so none of its bricks is started`];
    }
    for (let check = 1; ; check++) {
      const processes = await this.#processes(host, volume.name);
      const down = volume.local.find(
        ({ glusterName }) => !processes.some((found) => found.name === glusterName && found.isRunning),
      );
      if (!down) return ['repaired', null];
      if (check >= PROCESS_CHECKS)
        return ['failed', `${down.glusterName} does not run though gluster started it; see /var/log/glusterfs/bricks/`];
      await this.#pause(PROCESS_PAUSE_MS);
    }
  }

  /** False when a brick on `host` is not mounted. A refusal for another transaction repeats the checks as well. */
  async #startAllMounted(host: string, volume: ExpectedVolume): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await startBrickProcesses(this.#context.hosts, host, volume.name, volume.local);
      } catch (error) {
        if (attempt >= START_ATTEMPTS || !isAnotherTransaction(error)) throw error;
        await this.#pause(START_PAUSE_MS);
      }
    }
  }

  /** None while glusterd is busy with another transaction. */
  async #processes(host: string, volume: string): Promise<readonly BrickProcess[]> {
    try {
      return await brickProcesses(this.#context.hosts, host, volume);
    } catch (error) {
      if (!isAnotherTransaction(error)) throw error;
      return [];
    }
  }

  /** A brick that gluster would start and whose mount can't be checked, or null. */
  async #unknownBrick(host: string, volume: ExpectedVolume, patient: Hosts): Promise<string | null> {
    if (volume.hasLostBricks) return `the store does not know where all bricks of ${volume.name} are`;
    const served = await volumeInfo(patient, host, volume.name);
    const known = new Set([...volume.local, ...volume.elsewhere].map((brick) => brick.glusterName));
    const stranger = served?.bricks.find((brick) => !known.has(brick.name));
    return stranger ? `the store does not know brick ${stranger.name} of ${volume.name}` : null;
  }

  /**
   * `volume start force` starts bricks on all nodes. Says which brick of another node is, or may be, unmounted; a
   * node that gluster can't reach either starts nothing.
   */
  async #unmountedElsewhere(host: string, bricks: readonly ExpectedBrick[]): Promise<string | null> {
    const { store, hosts } = this.#context;
    for (const nodeId of [...new Set(bricks.map((brick) => brick.nodeId))]) {
      const node = await store.read((tx) => tx.nodes.find(nodeId));
      if (!node) return `node ${nodeId} is not known any more`;
      const there = bricks.filter((brick) => brick.nodeId === nodeId);
      try {
        const mounted = await areMounted(hosts, manageName(node), there);
        const missing = there[mounted.indexOf(false)];
        if (missing) return `brick ${missing.id} on ${manageName(node)} is not mounted`;
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        const peer = (await listPeers(hosts, host)).find((found) => found.name === storageName(node));
        if (peer?.isConnected !== false) {
          return `${manageName(node)} can't be asked whether its bricks are mounted, though gluster reaches it`;
        }
      }
    }
    return null;
  }
}

function isAnotherTransaction(error: unknown): boolean {
  return error instanceof CommandError && isTransactionInProgress(error);
}

function isMendable({ findings }: VolumeRepair): boolean {
  return findings.some((finding) => finding.outcome === 'repairable');
}

function settled(
  findings: readonly RepairFinding[],
  outcomeOf: () => readonly [RepairFinding['outcome'], string],
): readonly RepairFinding[] {
  return findings.map((finding) => {
    if (finding.outcome !== 'repairable') return finding;
    const [outcome, detail] = outcomeOf();
    return { ...finding, outcome, detail };
  });
}

function busyOutcome(operationId: Id): readonly ['left alone', string] {
  return ['left alone', `operation ${operationId} is changing it now`];
}

function busyFinding(volume: { readonly id: Id; readonly name: string; readonly operationId: Id }): RepairFinding {
  const [outcome, detail] = busyOutcome(volume.operationId);
  return { kind: 'volume being changed', volumeId: volume.id, volumeName: volume.name, brickId: null, outcome, detail };
}
