import type { Id } from '../../domain/ids.js';
import { manageName, type Node } from '../../domain/node.js';
import { findBrickTrouble } from '../../executors/commands/brick/brick-health.js';
import {
  type BrickProcess,
  brickProcesses,
  isStarted,
  volumeInfo,
} from '../../executors/commands/gluster/gluster-volume.js';
import { isPeerOf, listPeersOf } from '../../executors/commands/gluster/peer-names.js';
import type { Hosts } from '../../executors/commands/host/hosts.js';
import { areMounted, startBrickProcesses } from '../../executors/commands/node/brick-repair.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import { failsWith } from '../../executors/failures/failures.js';
import type { OperationContext } from '../engine/operation.js';
import type { RepairFinding } from '../ports/repairs.js';
import { type ExpectedBrick, putEmptyAside, type StartLook } from '../volumes/empty-bricks.js';
import type { BrickRestarts } from './brick-restarts.js';
import type { ExpectedVolume } from './node-expectations.js';

/** A brick process answers a moment after gluster has started it. */
const PROCESS_CHECKS = 20;
const PROCESS_PAUSE_MS = 500;
/** Another change of the same volume by somebody else takes seconds. */
const START_ATTEMPTS = 60;
const START_PAUSE_MS = 1000;

type Outcome = readonly [RepairFinding['outcome'], string | null];

/** What became of the bricks of a volume whose processes did not run. */
export interface StartOutcome {
  readonly outcome: Outcome;
  /** Bricks that are left alone whatever becomes of the others, with the reason. */
  readonly left: ReadonlyMap<Id, string>;
}

const NONE_LEFT: ReadonlyMap<Id, string> = new Map();

/** Starts the brick processes of one volume that do not run, once nothing speaks against any of them. */
export class BrickStarter {
  readonly #context: OperationContext;
  readonly #restarts: BrickRestarts;
  readonly #pause: (ms: number) => Promise<void>;

  constructor(context: OperationContext, restarts: BrickRestarts, pause: (ms: number) => Promise<void>) {
    this.#context = context;
    this.#restarts = restarts;
    this.#pause = pause;
  }

  /** `patient` hosts wait while glusterd is busy with another transaction; `isAsked`: a person wants it now. */
  async start(node: Node, volume: ExpectedVolume, patient: Hosts, isAsked: boolean): Promise<StartOutcome> {
    const host = manageName(node);
    const served = await volumeInfo(patient, host, volume.name);
    if (!served || !isStarted(served)) return leftAlone(`${volume.name} was stopped meanwhile`);
    const away = new Set<Id>();
    const doubt =
      this.#unknownBrick(volume, served.bricks) ?? (await this.#unmountedElsewhere(host, volume.elsewhere, away));
    if (doubt !== null)
      return leftAlone(`${doubt}; starting the volume's bricks could start that one on a bare directory`);
    // The command starts all bricks of the volume that are down, on every node.
    const running = await this.#runningBricks(host, volume.name);
    const stopped = [...volume.local, ...volume.elsewhere].filter(
      ({ glusterName, nodeId }) => running?.get(glusterName) !== true && !away.has(nodeId),
    );
    const down = stopped.filter(({ glusterName }) => running?.get(glusterName) === false);
    const dying = await this.#dyingBrick(volume.name, down, isAsked);
    if (dying !== null) return leftAlone(dying);
    return this.#startDown(host, volume, stopped, down);
  }

  /** `stopped`: those that are not known to run; `down`: that are known not to. */
  async #startDown(
    host: string,
    volume: ExpectedVolume,
    stopped: readonly ExpectedBrick[],
    down: readonly ExpectedBrick[],
  ): Promise<StartOutcome> {
    this.#context.log.warn({ host, volume: volume.name }, 'starting the brick processes of a volume that do not run');
    const { outcome, empty } = await this.#startAllMounted(host, volume, stopped);
    if (outcome === 'unmounted')
      return leftAlone(`a brick of ${volume.name} on ${host} is not mounted, so none of its bricks is started`);
    if (outcome === 'stopped') return leftAlone(`${volume.name} was stopped meanwhile`);
    if (outcome !== 'started') return leftAlone(`${outcome.doubt}, so none of the volume's bricks is started`);
    for (const { glusterName, id } of down) if (!empty.has(id)) this.#restarts.started(glusterName);
    return { outcome: await this.#awaitProcesses(host, volume, empty), left: empty };
  }

  async #awaitProcesses(host: string, volume: ExpectedVolume, empty: StartLook['empty']): Promise<Outcome> {
    for (let check = 1; ; check++) {
      const running = await this.#runningBricks(host, volume.name);
      const down = volume.local.find(({ id, glusterName }) => !empty.has(id) && running?.get(glusterName) !== true);
      if (!down) return ['repaired', null];
      if (check >= PROCESS_CHECKS)
        return ['failed', `${down.glusterName} does not run though gluster started it; see /var/log/glusterfs/bricks/`];
      await this.#pause(PROCESS_PAUSE_MS);
    }
  }

  /** A refusal for another transaction repeats the checks as well. */
  async #startAllMounted(host: string, volume: ExpectedVolume, stopped: readonly ExpectedBrick[]) {
    for (let attempt = 1; ; attempt++) {
      const { doubt, empty } = await putEmptyAside(stopped, this.#context);
      if (doubt !== null) return { outcome: { doubt }, empty };
      if (stopped.every(({ id }) => empty.has(id))) return { outcome: 'started' as const, empty };
      try {
        const outcome = await startBrickProcesses(this.#context.hosts, host, volume.name, volume.local);
        return { outcome, empty };
      } catch (error) {
        if (attempt >= START_ATTEMPTS || !isAnotherTransaction(error)) throw error;
        await this.#pause(START_PAUSE_MS);
      }
    }
  }

  /** Whether each brick runs, by gluster's names; null while glusterd is busy with another transaction. */
  async #runningBricks(host: string, volume: string): Promise<ReadonlyMap<string, boolean> | null> {
    try {
      const processes: readonly BrickProcess[] = await brickProcesses(this.#context.hosts, host, volume);
      return new Map(processes.map(({ name, isRunning }) => [name, isRunning]));
    } catch (error) {
      if (!isAnotherTransaction(error)) throw error;
      return null;
    }
  }

  /** Why one of the bricks that are down must not be started now, or null. */
  async #dyingBrick(volume: string, down: readonly ExpectedBrick[], isAsked: boolean): Promise<string | null> {
    const { log } = this.#context;
    for (const brick of down) {
      const { id, glusterName } = brick;
      if (isAsked) this.#restarts.forget(glusterName);
      const refusal = this.#restarts.refusal(glusterName);
      if (refusal) {
        if (refusal.isGivenUp) log.error({ volume, brick: id }, 'a brick dies after each start: it is given up');
        return refusal.text;
      }
      const trouble = await this.#troubleOf(brick);
      if (trouble === null || (isAsked && !trouble.isNow)) continue;
      log.error({ volume, brick: id, detail: trouble.text }, 'a brick went down for its disk: it is not started');
      return trouble.isNow
        ? `the disk of ${glusterName} answers with errors, so it is not started: ${trouble.text}; replace the disk, or repair the file system`
        : `gluster's health check took ${glusterName} down: ${trouble.text}; look at its disk, then run: heketi-cli node repair`;
    }
    return null;
  }

  async #troubleOf(brick: ExpectedBrick) {
    const node = await this.#context.store.read((tx) => tx.nodes.find(brick.nodeId));
    const path = brick.glusterName.slice(brick.glusterName.indexOf(':/') + 1);
    return node && findBrickTrouble(this.#context.hosts, manageName(node), brick, path);
  }

  /** A brick that gluster would start and whose mount can't be checked, or null. */
  #unknownBrick(volume: ExpectedVolume, served: readonly { readonly name: string }[]): string | null {
    if (volume.hasLostBricks) return `the store does not know where all bricks of ${volume.name} are`;
    const known = new Set([...volume.local, ...volume.elsewhere].map((brick) => brick.glusterName));
    const stranger = served.find((brick) => !known.has(brick.name));
    return stranger ? `the store does not know brick ${stranger.name} of ${volume.name}` : null;
  }

  /**
   * `volume start force` starts bricks on all nodes. Says which brick of another node is, or may be, unmounted; a
   * node that gluster can't reach either starts nothing, and is added to `away`.
   */
  async #unmountedElsewhere(host: string, bricks: readonly ExpectedBrick[], away: Set<Id>): Promise<string | null> {
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
        const peer = (await listPeersOf(hosts, host, [node])).find((found) => isPeerOf(node, found));
        if (peer?.isConnected !== false) {
          return `${manageName(node)} can't be asked whether its bricks are mounted, though gluster reaches it`;
        }
        away.add(nodeId);
      }
    }
    return null;
  }
}

function leftAlone(reason: string): StartOutcome {
  return { outcome: ['left alone', reason], left: NONE_LEFT };
}

function isAnotherTransaction(error: unknown): boolean {
  return error instanceof CommandError && failsWith(error, 'another transaction in progress');
}
