import { DomainError } from '../../domain/errors.js';
import type { Id } from '../../domain/ids.js';
import { manageName, type Node, storageName } from '../../domain/node.js';
import { CommandError, TransportError } from '../../executors/executor.js';
import { failsWith } from '../../executors/failures/failures.js';
import type { ReadTx } from '../../store/store.js';
import type { NodeHealth } from '../ports/node-health.js';

/** First storage name of each node in node-id order: what clients mount. */
export async function storageNamesOf(tx: ReadTx, clusterId: Id): Promise<readonly string[]> {
  return (await tx.nodes.listByCluster(clusterId)).map(storageName);
}

/** First manage name of each node in node-id order: where commands for the cluster may run. */
export async function manageNamesOf(tx: ReadTx, clusterId: Id): Promise<readonly string[]> {
  return (await tx.nodes.listByCluster(clusterId)).map(manageName);
}

/** Node records by id, for finding the host of a brick. */
export function byId(nodes: readonly Node[]): ReadonlyMap<Id, Node> {
  return new Map(nodes.map((node) => [node.id, node]));
}

/** The same hosts, beginning with one that depends on the object's id: its neighbours' work goes to other hosts. */
export function spreadOver<T>(hosts: readonly T[], id: Id): readonly T[] {
  if (hosts.length === 0) return hosts;
  const start = Number.parseInt(id.slice(0, 8), 16) % hosts.length;
  return [...hosts.slice(start), ...hosts.slice(0, start)];
}

/**
 * Runs gluster work on the first host that answers, those last seen healthy first. A host that refuses ends the
 * search, since another would say the same; one that can't be reached before anything ran, or whose glusterd is not
 * running, is passed over and reported as down. For gluster-block one where that can't run is passed over, too. `preferred` is asked before all others.
 */
export async function onAnyHost<T>(
  names: readonly string[],
  health: NodeHealth,
  work: (host: string) => Promise<T>,
  preferred?: string,
): Promise<T> {
  const sorted = healthyFirst(names, health);
  const hosts = preferred === undefined ? sorted : [preferred, ...sorted.filter((name) => name !== preferred)];
  return onNextOf(new Turns(hosts), health, work);
}

/** Hosts of which each is asked once. */
class Turns {
  readonly #hosts: readonly string[];
  #next = 0;

  constructor(hosts: readonly string[]) {
    this.#hosts = hosts;
  }

  get isOver(): boolean {
    return this.#next >= this.#hosts.length;
  }

  take(): string | undefined {
    return this.#hosts[this.#next++];
  }
}

function healthyFirst(names: readonly string[], health: NodeHealth): readonly string[] {
  const up: string[] = [];
  const down: string[] = [];
  for (const name of names) (health.isUp(name) ? up : down).push(name);
  return [...up, ...down];
}

/** On the first of those whose turn has not come. */
async function onNextOf<T>(turns: Turns, health: NodeHealth, work: (host: string) => Promise<T>): Promise<T> {
  const failures: { readonly host: string; readonly error: Error }[] = [];
  for (let host = turns.take(); host !== undefined; host = turns.take()) {
    try {
      return await work(host);
    } catch (error) {
      if (!hasDoneNothing(error)) throw error;
      if (isHostDown(error)) health.reportDown(host);
      failures.push({ host, error });
    }
  }
  const [first] = failures;
  if (!first) throw new DomainError('failed', 'the cluster has no node on which gluster commands could run');
  if (failures.length === 1) throw first.error;
  throw new TransportError(first.host, failuresText(failures), false, { cause: first.error });
}

export interface Asked<T> {
  /** Null when no host gave another answer. */
  readonly answer: T | null;
  /** Who answered null. */
  readonly answered: readonly string[];
  /** What ended the search before all were asked. */
  readonly failure: unknown;
}

/**
 * Asks one host after the other until one answers other than null, in the order of `onAnyHost`. A failure of the first ones
 * is thrown, as is what `isFinal`; a later one ends the search: what the others said may do.
 */
export async function askInTurn<T>(
  hosts: readonly string[],
  health: NodeHealth,
  ask: (host: string) => Promise<T | null>,
  isFinal: (error: unknown) => boolean = () => false,
): Promise<Asked<T>> {
  const turns = new Turns(healthyFirst([...new Set(hosts)], health));
  const answered: string[] = [];
  while (!turns.isOver) {
    let asked = '';
    try {
      const answer = await onNextOf(turns, health, (host) => {
        asked = host;
        return ask(host);
      });
      if (answer !== null) return { answer, answered, failure: null };
      answered.push(asked);
    } catch (error) {
      if (answered.length === 0 || isFinal(error)) throw error;
      return { answer: null, answered, failure: error };
    }
  }
  return { answer: null, answered, failure: null };
}

/** Nothing ran there, and nothing would; another host may do. Of `onAnyHost`: on none of its hosts. */
export function hasDoneNothing(error: unknown): error is TransportError | CommandError {
  return isHostDown(error) || isWithoutBlocks(error);
}

/** The host is unreachable or its glusterd is stopped. */
function isHostDown(error: unknown): error is TransportError | CommandError {
  if (error instanceof TransportError) return !error.mayHaveRun;
  return error instanceof CommandError && failsWith(error, 'glusterd down');
}

/** Its gluster-blockd does not run, or gluster-block is not installed: for all other work the host is as good as any. */
function isWithoutBlocks(error: unknown): error is CommandError {
  if (!(error instanceof CommandError)) return false;
  return (
    failsWith(error, 'block daemon down') || (error.argv[0] === 'gluster-block' && failsWith(error, 'program missing'))
  );
}

function failuresText(failures: readonly { readonly host: string; readonly error: Error }[]): string {
  const texts = new Set(failures.map(({ error }) => error.message));
  const [only] = texts;
  if (texts.size === 1) return `All ${failures.length} hosts: ${only}`;
  return failures.map(({ host, error }) => `Host ${host}: ${error.message}`).join('\n');
}
