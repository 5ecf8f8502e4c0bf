import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { quoteWords } from '../../../src/executors/shell/quoting.js';
import { exited, NotStartedError, ProcessGroup, type Program, type Runtime } from './container.js';

/** As sshd sets them there. */
const ENVIRONMENT = {
  PATH: '/sim/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C.UTF-8',
  HOME: '/root',
};
const SIGKILL = 9;

let execs = 0;

/**
 * Programs on a machine of test/simcluster, in whose container they see the machine's own files. They start through its
 * login shell, so that its log, latencies and faults hold: where it would kill their sshd (`--cut`), it kills the shell
 * that stands in between.
 */
export class SimulatedHostRuntime implements Runtime {
  readonly #folder: string;
  readonly #processes = new ProcessGroup();
  #isKilled = false;

  /** The machine's folder, with the machine's name at its end. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(argv: readonly string[], hasInput: boolean): Promise<Program> {
    const inside = ['/bin/sh', '-c', '/sim/shell -c "$1"; exit $?', 'sh', quoteWords(argv)];
    const args = ['-t', String(this.#firstProcess()), '-m', '-p', '-u', '--root', '--wd', '--', ...inside];
    const env = { ...ENVIRONMENT, SSH_CONNECTION: `127.0.0.1 ${++execs} 127.0.0.1 22` };
    const program = this.#processes.spawn('nsenter', args, { env }, (exitCode, signal) =>
      signal === SIGKILL && !this.#isKilled ? { kind: 'cut' } : exited(exitCode, signal),
    );
    if (!hasInput) program.stdin.end();
    return program;
  }

  kill(): void {
    this.#isKilled = true;
    this.#processes.kill();
  }

  /** The machine's files stay. */
  remove(): void {
    this.kill();
  }

  /** In the machine's namespaces. */
  #firstProcess(): number {
    const known = FIRST_PROCESSES.get(this.#folder);
    if (known !== undefined && existsSync(`/proc/${known}`)) return known;
    const makers = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isMakerOf(this.#folder, name));
    const [maker = ''] = makers;
    const [first] = maker === '' ? [] : read(`/proc/${maker}/task/${maker}/children`).trim().split(' ');
    if (!first) throw new NotStartedError('container not created: not found', 'create');
    FIRST_PROCESSES.set(this.#folder, Number(first));
    return Number(first);
  }
}

/** By the machine's folder. */
const FIRST_PROCESSES = new Map<string, number>();

/** The process that has made the namespaces, and waits in front of them. */
function isMakerOf(folder: string, pid: string): boolean {
  const words = read(`/proc/${pid}/cmdline`).split('\0');
  return words[0] === 'unshare' && words.includes(folder);
}

/** '' for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
