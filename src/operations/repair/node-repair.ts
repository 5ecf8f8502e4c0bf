import pLimit, { type LimitFunction } from 'p-limit';
import { idNotFound } from '../../domain/errors.js';
import { type Id, newId } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { restoreBrickMount } from '../../executors/commands/node/brick-repair.js';
import type { GlusterState } from '../../executors/commands/node/gluster-state.js';
import { type NodeStorage, readLocalStorage, readNodeStorage } from '../../executors/commands/node/node-storage.js';
import { pause } from '../../timing/timers.js';
import type { OperationContext } from '../engine/operation.js';
import type { RepairFinding, RepairReport } from '../ports/repairs.js';
import { BrickRestarts } from './brick-restarts.js';
import { BrickStarter, type StartOutcome } from './brick-starter.js';
import {
  type BusyVolume,
  type ExpectedVolume,
  expectationsOf,
  expectedVolume,
  isBusy,
  type NodeExpectations,
} from './node-expectations.js';
import { planRepairs, type VolumeRepair } from './repair-plan.js';
import type { RepairReports } from './repair-reports.js';
import { ThinPoolUse } from './thin-pool-use.js';

/** Of more volumes than these a node's gluster is asked for all it has. */
const ASKED_BY_NAME = 20;

interface Run {
  readonly node: Node;
  readonly startedAt: string;
  readonly isDryRun: boolean;
  /** A person wants it. */
  readonly isAsked: boolean;
}

/**
 * Compares nodes with the store and mends what a restart left undone: logical volumes that are not active, missing
 * fstab lines and mounts, brick processes that do not run. Acts only on settled bricks of settled volumes, and under
 * the lock that every operation takes before it changes a volume.
 */
export class NodeRepair {
  readonly thinPools = new ThinPoolUse();
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
    return this.#inTurn(nodeId, async () => {
      const startedAt = new Date().toISOString();
      const node = await this.#node(nodeId);
      const expected = await expectationsOf(this.#context.store, nodeId);
      const real = await readNodeStorage(this.#context.hosts, manageName(node));
      this.sawRunning(real);
      return this.#settle({ node, startedAt, isDryRun, isAsked }, expected, real);
    });
  }

  /**
   * The same for a node of many: `expected` and `gluster` were read once for its whole cluster, so that the node is only
   * asked for its disks. They may be old, and another host's: where they show anything amiss, the store and the node itself
   * are asked about those volumes again, and only what these say is reported or mended.
   */
  runInRound(nodeId: Id, expected: NodeExpectations, gluster: GlusterState, isDryRun: boolean): Promise<RepairReport> {
    return this.#inTurn(nodeId, async () => {
      const startedAt = new Date().toISOString();
      const { store, hosts } = this.#context;
      const node = await this.#node(nodeId);
      const local = await readLocalStorage(hosts, manageName(node));
      const seen = { ...local, ...gluster, unreadable: [...local.unreadable, ...gluster.unreadable] };
      const suspects = (await planRepairs(nodeId, expected, seen)).map(({ volume }) => volume);
      const run: Run = { node, startedAt, isDryRun, isAsked: false };
      if (suspects.length === 0) return this.#settle(run, { volumes: [], busy: expected.busy }, seen);
      const now = await expectationsOf(
        store,
        nodeId,
        suspects.map(({ id }) => id),
      );
      const names = suspects.length > ASKED_BY_NAME ? null : suspects.map(({ name }) => name);
      const real = await readNodeStorage(hosts, manageName(node), names);
      return this.#settle(run, { volumes: now.volumes, busy: [...expected.busy, ...now.busy] }, real);
    });
  }

  sawRunning({ running }: GlusterState): void {
    for (const name of running ?? []) this.#restarts.seenRunning(name);
  }

  #inTurn<T>(nodeId: Id, work: () => Promise<T>): Promise<T> {
    let limit = this.#perNode.get(nodeId);
    if (!limit) {
      limit = pLimit(1);
      this.#perNode.set(nodeId, limit);
    }
    return limit(work);
  }

  async #node(id: Id): Promise<Node> {
    const found = await this.#context.store.read((tx) => tx.nodes.find(id));
    if (!found) throw idNotFound();
    return found;
  }

  /** Compares, mends unless it is a dry run, and reports. */
  async #settle(
    { node, startedAt, isDryRun, isAsked }: Run,
    expected: NodeExpectations,
    real: NodeStorage,
  ): Promise<RepairReport> {
    const { log } = this.#context;
    const host = manageName(node);
    this.thinPools.saw(node.id, real.logicalVolumes);
    const repairs = await planRepairs(node.id, expected, real);
    for (const { findings } of repairs)
      for (const { kind, volumeName, brickId, outcome, detail } of findings)
        log.warn({ host, volume: volumeName, brick: brickId, kind, outcome, detail }, 'node differs from the store');

    const findings: RepairFinding[] = expected.busy.map(busyFinding);
    for (const repair of repairs)
      findings.push(...(isDryRun || !isMendable(repair) ? repair.findings : await this.#mend(node, repair, isAsked)));
    const report: RepairReport = {
      id: newId(),
      nodeId: node.id,
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
        if (isBusy(now)) return [...settled(repair.findings, () => busyOutcome(now.operationId))];
        const mounts = await this.#restoreMounts(host, repair, now);
        if (!repair.hasBricksDown) return mounts;
        const started = await this.#starter.start(node, now, patient, isAsked);
        return mounts.map((finding) =>
          finding.kind === 'brick process down' ? afterStart(finding, started) : finding,
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

function afterStart(finding: RepairFinding, { outcome: [outcome, detail], left }: StartOutcome): RepairFinding {
  const reason = left.get(finding.brickId ?? '');
  if (reason !== undefined) return { ...finding, outcome: 'left alone', detail: reason };
  return { ...finding, outcome, detail: detail ?? finding.detail };
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

function busyFinding(volume: BusyVolume): RepairFinding {
  const [outcome, detail] = busyOutcome(volume.operationId);
  return { kind: 'volume being changed', volumeId: volume.id, volumeName: volume.name, brickId: null, outcome, detail };
}
