import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

/** chdir, and a name for the program beside its path: as a runtime starts it. */
const START = 'my $folder = shift; my $path = shift; chdir $folder; exec { $path } @ARGV; exit 127';

/**
 * A process 1, beside which programs run and with which all of them end, as in a container: they see only each other. It
 * ends with this process. Without root there is none, and programs are this machine's.
 */
export class LocalContainer {
  readonly #first: ChildProcess | null;
  readonly #pid: Promise<number | null>;

  constructor() {
    const isRoot = process.getuid?.() === 0;
    const inside = ['/bin/sh', '-c', 'echo begun; exec cat >/dev/null'];
    const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', ...inside];
    this.#first = isRoot ? spawn('unshare', namespaces, { stdio: ['pipe', 'pipe', 'inherit'] }) : null;
    this.#pid = this.#begin();
    this.#pid.catch(() => undefined); // it was ended before anybody wanted to start something in it
  }

  /** The words that start a program in a folder, as this user. */
  async startWords(folder: string, userId: number | null, path: string, argv: readonly string[]): Promise<string[]> {
    const pid = await this.#pid;
    const user = userId === null ? [] : ['--setuid', String(userId), '--setgid', String(userId)];
    const enter = pid === null ? [] : ['nsenter', '--target', String(pid), '--mount', '--pid', ...user, '--'];
    return [...enter, 'perl', '-e', START, '--', folder, path, ...argv];
  }

  end(): void {
    this.#first?.kill('SIGKILL');
  }

  async #begin(): Promise<number | null> {
    const first = this.#first;
    if (!first?.stdout || first.pid === undefined) return null;
    await once(first.stdout, 'data');
    const children = readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]);
  }
}
