import type { CommandResult } from '../../executor.js';

/** What goes wrong, and when. Plain data: it also travels to hosts in another process. */
export interface Fault {
  /**
   * `fail`: the program answers with `exitCode` and `stderr`; `hang`: no answer until the deadline; `lose-link`: the
   * connection breaks; `cut-link`: it breaks while the command runs, which goes on with the rest of its batch; `hold`:
   * the host stops at the command until it is released, so that somebody can do something at exactly this moment;
   * `late`: gluster's client gives up, and glusterd makes the change later.
   */
  readonly kind: 'fail' | 'hang' | 'lose-link' | 'cut-link' | 'hold' | 'late';
  /** Only on this host (manage name). */
  readonly host?: string;
  /** Source of a regular expression over the command line (of a script: its name and arguments); none: every command. */
  readonly match?: string;
  /** Fires at the n-th match, from 1. Default 1. */
  readonly nth?: number;
  /** How often it fires from there on. Default 1. */
  readonly times?: number;
  /** The command takes effect and only its answer is false or lost; `cut-link` is always so. */
  readonly after?: boolean;
  readonly exitCode?: number;
  readonly stderr?: string;
}

/** The faults in force, and how often each has matched. */
export class FaultList {
  #rules: { readonly fault: Fault; readonly pattern: RegExp | null; matches: number }[] = [];

  set(faults: readonly Fault[]): void {
    this.#rules = faults.map((fault) => ({
      fault,
      pattern: fault.match === undefined ? null : new RegExp(fault.match),
      matches: 0,
    }));
  }

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** The fault that fires for this command; every rule counts its matches. */
  next(host: string, argv: readonly string[]): Fault | null {
    const isScript = argv[0] === 'bash' && argv[1] === '-c';
    const text = argv.slice(isScript ? 3 : 0).join(' ');
    let fired: Fault | null = null;
    for (const rule of this.#rules) {
      const { fault, pattern } = rule;
      if ((fault.host !== undefined && fault.host !== host) || (pattern && !pattern.test(text))) continue;
      rule.matches++;
      const first = fault.nth ?? 1;
      if (rule.matches >= first && rule.matches < first + (fault.times ?? 1)) fired ??= fault;
    }
    return fired;
  }
}

export function faultResult(fault: Fault): CommandResult {
  return { exitCode: fault.exitCode ?? 1, stdout: '', stderr: fault.stderr ?? 'fault injected\n' };
}
