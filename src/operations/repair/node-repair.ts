import pLimit, { type LimitFunction } from 'p-limit';
import { idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { readNodeStorage, restoreBrickMount } from '../../executors/commands/node/brick-repair.js';
import { pause } from '../../timing/timers.js';
import type { OperationContext } from '../engine/operation.js';
import type { RepairFinding, RepairReport } from '../ports.js';
import { BrickRestarts } from './brick-restarts.js';
import { BrickStarter } from './brick-starter.js';
import { type ExpectedVolume, expectationsOf, expectedVolume } from './node-expectations.js';
import { planVolumeRepair, type VolumeRepair } from './repair-plan.js';
import type { RepairReports } from './repair-reports.js';

/**
 * Compares nodes with the store and mends what a restart left undone: logical volumes that are not active, missing
 * fstab lines and mounts, brick processes that do not run. Acts only on settled bricks of settled volumes, and under
 * the lock that every operation takes before it changes a volume.
 */
export class NodeRepair {
  readonly #context: OperationContext;
  readonly #reports: RepairReports;
  readonly #restarts: BrickRestarts;
  readonly #starter: BrickStarter;
  readonly #perNode = new Map<Id, LimitFunction>();

  constructor(
    context: OperationContext,
    reports: RepairReports,
    wait: (ms: number) => Promise<void> = pause,
    restarts: BrickRestarts = new BrickRestarts(),
  ) {
    this.#context = context;
    this.#reports = reports;
    this.#restarts = restarts;
    this.#starter = new BrickStarter(context, restarts, wait);
  }

  /**
   * Throws when the node can't be asked; whatever else goes wrong is in the report. One run at a time per node.
   * `isAsked`: a person wants it, so that bricks are started again that were given up.
   */
  run(nodeId: Id, isDryRun: boolean, isAsked: boolean): Promise<RepairReport> {
    let limit = this.#perNode.get(nodeId);
    if (!limit) {
      limit = pLimit(1);
      this.#perNode.set(nodeId, limit);
    }
    return limit(() => this.#run(nodeId, isDryRun, isAsked));
  }

  async #run(nodeId: Id, isDryRun: boolean, isAsked: boolean): Promise<RepairReport> {
    const startedAt = new Date().toISOString();
    const { store, hosts, log } = this.#context;
    const { node, expected } = await store.read(async (tx) => {
      const found = await tx.nodes.find(nodeId);
      if (!found) throw idNotFound();
      return { node: found, expected: await expectationsOf(tx, nodeId) };
    });
    const host = manageName(node);
    const real = await readNodeStorage(hosts, host);
    for (const { name, isRunning } of real.processes ?? []) if (isRunning) this.#restarts.seenRunning(name);
    const repairs = expected.volumes.flatMap((volume) => planVolumeRepair(volume, real) ?? []);
    for (const { findings } of repairs)
      for (const { kind, volumeName, brickId, outcome, detail } of findings)
        log.warn({ host, volume: volumeName, brick: brickId, kind, outcome, detail }, 'node differs from the store');

    const findings: RepairFinding[] = expected.busy.map(busyFinding);
    for (const repair of repairs)
      findings.push(...(isDryRun || !isMendable(repair) ? repair.findings : await this.#mend(node, repair, isAsked)));
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
  async #mend(node: Node, repair: VolumeRepair, isAsked: boolean): Promise<readonly RepairFinding[]> {
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
        const [outcome, detail] = await this.#starter.start(node, now, patient, isAsked);
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
