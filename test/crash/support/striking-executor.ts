import { type Command, type CommandResult, type Executor, TransportError } from '../../../src/executors/executor.js';
import type { Lab } from './lab.js';

/** What happens at a host command. What is down stays so until the server has been restarted. */
export const COMMAND_FAULTS = [
  'die before',
  'die after',
  'die while the batch runs on',
  'command failed',
  'command ran and failed',
  'link lost before',
  'link lost after',
  'link lost while the batch runs on',
  'glusterd down',
  'host unreachable',
  'host down',
  'disks away',
  'lvm chatters',
  'gluster is late',
] as const;
export type CommandFault = (typeof COMMAND_FAULTS)[number];

/** They change what lvm sees or says, and strike at its commands only. */
const LVM_FAULTS: readonly CommandFault[] = ['disks away', 'lvm chatters'];

/** Whether a fault changes anything at this command of a life. */
export function canStrike(
  kind: CommandFault,
  life: { readonly ofLvm: readonly boolean[]; readonly glusterChanges: readonly number[] },
  at: number,
): boolean {
  if (LVM_FAULTS.includes(kind)) return life.ofLvm[at] === true;
  return kind !== 'gluster is late' || life.glusterChanges.includes(at);
}

/** `at` counts the commands of one life of a server, from 0. */
export interface Strike {
  readonly at: number;
  readonly kind: CommandFault;
}

/** What else happens around each command. */
interface Watch {
  before?(at: number): Promise<void>;
  after?(command: Command, result: CommandResult, host: string): void;
}

const NEVER = new Promise<never>(() => undefined);

/** Counts commands one by one, whatever batches they come in, and strikes at some of them. */
export class StrikingExecutor implements Executor {
  commands = 0;
  /** By number, whether it was one of lvm. */
  readonly ofLvm: boolean[] = [];
  /** Programs at which it struck. */
  readonly struck: string[] = [];
  /** Which of the commands are changes that glusterd is asked for. */
  readonly glusterChanges: number[] = [];
  readonly death: Promise<void>;
  readonly #lab: Lab;
  readonly #strikes: ReadonlyMap<number, CommandFault>;
  readonly #unreachable = new Set<string>();
  readonly #watch: Watch;
  #turn: Promise<unknown> = Promise.resolve();
  #isDead = false;
  #die: () => void = () => undefined;

  constructor(lab: Lab, strikes: readonly Strike[], watch: Watch = {}) {
    this.#lab = lab;
    this.#watch = watch;
    this.#strikes = new Map(strikes.map(({ at, kind }) => [at, kind]));
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    const results: CommandResult[] = [];
    for (const [i, command] of batch.entries()) {
      const result = await this.#inTurn(() => this.#one(host, command, batch.slice(i))).catch((error: unknown) => {
        // Of a batch that was begun nobody can say that nothing of it has run.
        throw i > 0 && error instanceof TransportError ? new TransportError(host, error.message, true) : error;
      });
      results.push(result);
      if (result.exitCode !== 0 && !command.mayFail) break;
    }
    return results;
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    this.#lab.hosts.linkNames(host, storageName);
  }

  async awaitLeftovers(host: string): Promise<void> {
    if (this.#isDead) return NEVER;
    if (this.#unreachable.has(host)) throw new TransportError(host, `${host} can't be reached`, false);
    await this.#lab.finishLeftovers(host);
  }

  async close(): Promise<void> {}

  /** Nothing of this server goes on. */
  kill(): Promise<never> {
    this.#isDead = true;
    this.#die();
    return NEVER;
  }

  /** Whoever watches has the hosts alone at each command: what it does there, it does at once. */
  #inTurn(command: () => Promise<CommandResult>): Promise<CommandResult> {
    if (!this.#watch.before) return command();
    const result = this.#turn.then(command);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #one(host: string, command: Command, rest: readonly Command[]): Promise<CommandResult> {
    if (this.#isDead) return NEVER;
    if (this.#unreachable.has(host)) throw new TransportError(host, `${host} can't be reached`, false);
    this.ofLvm.push(command.argv[0] === '/usr/sbin/lvm');
    const isGlusterChange = command.argv[0] === 'gluster' && !command.isReading;
    if (isGlusterChange) this.glusterChanges.push(this.commands);
    const at = this.commands++;
    const kind = this.#strikes.get(at);
    if (this.#watch.before) await this.#watch.before(at);
    if (this.#isDead) return NEVER;
    const lost = () => new TransportError(host, `connection to ${host} lost`, true);
    if (kind) this.struck.push(command.argv[0] ?? '');
    switch (kind) {
      case 'die before':
        return this.kill();
      case 'command failed':
        return { exitCode: 1, stdout: '', stderr: 'struck' };
      case 'link lost before':
        throw lost();
      case 'link lost while the batch runs on':
        this.#lab.leave(host, rest);
        throw lost();
      case 'die while the batch runs on':
        this.#lab.leave(host, rest);
        return this.kill();
      case 'glusterd down':
        this.#lab.stopGlusterd(host);
        break;
      case 'host unreachable':
        this.#unreachable.add(host);
        throw lost();
      case 'host down':
        this.#lab.takeDown(host);
        throw lost();
      case 'disks away':
        this.#lab.pullDisks(host);
        break;
      case 'lvm chatters':
        this.#lab.hosts.setNoise(host, 'merged');
        break;
      case 'gluster is late':
        if (isGlusterChange) return this.#lab.hosts.runLate(host, command);
        break;
    }
    const [result] = await this.#lab.hosts.run(host, [{ ...command, mayFail: true }]);
    if (!result) throw new Error('no result');
    this.#watch.after?.(command, result, host);
    if (kind === 'die after') return this.kill();
    if (kind === 'link lost after') throw lost();
    if (kind === 'command ran and failed') return { exitCode: 1, stdout: '', stderr: 'struck' };
    return result;
  }
}
