import { type Command, type CommandResult, type Executor, TransportError } from '../../../src/executors/executor.js';
import type { SimulatedHosts } from '../../../src/executors/mock/simulated-hosts.js';

/** What happens at a host command; hosts that can't be reached stay so until `reconnect`. */
export const CUTS = [
  'no host can be reached',
  'its host can not be reached',
  'it is lost on its way, and then no host can be reached',
  'its answer is lost, and then no host can be reached',
  'its batch runs to its end unheard, and no host can be reached',
  'it is refused, and then no host can be reached',
  'it is done and refused, and then no host can be reached',
] as const;
export type Cut = (typeof CUTS)[number];

/** `at` counts commands from the last `begin`, from 0. */
export interface CutAt {
  readonly at: number;
  readonly cut: Cut;
}

/** Simulated hosts to which the connections break off at one command. */
export class SeveredExecutor implements Executor {
  /** Since the last `begin`. */
  commands = 0;
  /** Which of them may do what can't be taken back: changes that glusterd is asked for, and removals of volume groups. */
  decisive: number[] = [];
  readonly #hosts: SimulatedHosts;
  #cut: CutAt | null = null;
  #isReachable: (host: string) => boolean = () => true;

  constructor(hosts: SimulatedHosts) {
    this.#hosts = hosts;
  }

  /** Counts anew, and cuts there. */
  begin(cut: CutAt | null): void {
    this.commands = 0;
    this.decisive = [];
    this.#cut = cut;
  }

  reconnect(): void {
    this.#cut = null;
    this.#isReachable = () => true;
  }

  async run(host: string, batch: readonly Command[]): Promise<readonly CommandResult[]> {
    const results: CommandResult[] = [];
    for (const [i, command] of batch.entries()) {
      if (!this.#isReachable(host)) throw unreachable(host, i > 0);
      if (isDecisive(command)) this.decisive.push(this.commands);
      const cut = this.commands++ === this.#cut?.at ? this.#cut.cut : null;
      const result = cut ? await this.#sever(cut, host, batch.slice(i), i > 0) : await this.#one(host, command);
      results.push(result);
      if (result.exitCode !== 0 && !command.mayFail) break;
    }
    return results;
  }

  async linkNames(host: string, storageName: string): Promise<void> {
    this.#hosts.linkNames(host, storageName);
  }

  async awaitLeftovers(host: string): Promise<void> {
    if (!this.#isReachable(host)) throw unreachable(host, false);
  }

  async close(): Promise<void> {}

  async #sever(cut: Cut, host: string, rest: readonly Command[], isBegun: boolean): Promise<CommandResult> {
    this.#isReachable = cut === 'its host can not be reached' ? (other) => other !== host : () => false;
    const [command] = rest;
    if (!command) throw new Error('no command');
    switch (cut) {
      case 'no host can be reached':
      case 'its host can not be reached':
        throw unreachable(host, isBegun);
      case 'it is lost on its way, and then no host can be reached':
        throw unreachable(host, true);
      case 'its answer is lost, and then no host can be reached':
        await this.#one(host, command);
        throw unreachable(host, true);
      case 'its batch runs to its end unheard, and no host can be reached':
        await this.#hosts.run(host, rest).catch(() => undefined); // a host that is down runs nothing
        throw unreachable(host, true);
      case 'it is done and refused, and then no host can be reached':
        await this.#one(host, command);
        return { exitCode: 1, stdout: '', stderr: 'struck' };
      case 'it is refused, and then no host can be reached':
        return { exitCode: 1, stdout: '', stderr: 'struck' };
    }
  }

  async #one(host: string, command: Command): Promise<CommandResult> {
    const [result] = await this.#hosts.run(host, [{ ...command, mayFail: true }]);
    if (!result) throw new Error('no result');
    return result;
  }
}

function isDecisive({ argv, isReading }: Command): boolean {
  return (argv[0] === 'gluster' && !isReading) || argv.includes('vgremove');
}

function unreachable(host: string, mayHaveRun: boolean): TransportError {
  return new TransportError(host, `${host} can't be reached`, mayHaveRun);
}
