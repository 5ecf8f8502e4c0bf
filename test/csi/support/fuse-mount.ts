import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ended } from '../../crash/processes/support/ended.js';

const PROGRAM = resolve(import.meta.dirname, 'fuse-process.mjs');

/** The kernel's numbers of errors. */
export const ERRORS = { EIO: 5, ENOTCONN: 107 } as const;

/** A real FUSE mount that the mount table shows as one of gluster's, made by a process that is called as gluster's is. */
export class FuseMount {
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  /** Why none can be made here; null: they can. */
  static whyNone(): string | null {
    try {
      accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
      execFileSync('unshare', ['--mount', 'true'], { stdio: 'pipe' });
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** `scratch`: where the program gets gluster's name. */
  static async make(scratch: string, folder: string, source: string): Promise<FuseMount> {
    const execPath = join(scratch, 'glusterfs');
    symlinkSync(process.execPath, execPath);
    // As gluster's client has it, the mount point is the last word.
    const child = fork(PROGRAM, [folder, source, `--volfile-id=${source}`, folder], { execPath, execArgv: [] });
    const [said] = await Promise.race([
      once(child, 'message') as Promise<unknown[]>,
      ended(child).then(() => ['ended']),
    ]);
    if (said !== 'mounted') throw new Error('the mount was not made');
    return new FuseMount(child, folder);
  }

  /** How it answers questions about its file system from now on: an error's number, or never. */
  async answers(how: 'well' | 'never' | number): Promise<void> {
    const heard = once(this.#child, 'message');
    this.#child.send(how);
    await heard;
  }

  /** Its process ends by SIGKILL; the mount stays, dead, and whoever waits for an answer gets an error. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await ended(this.#child);
  }

  async remove(): Promise<void> {
    await this.kill();
    for (;;) {
      try {
        execFileSync('umount', ['--lazy', this.#folder], { stdio: 'ignore' });
      } catch {
        return; // nothing is mounted any more
      }
    }
  }
}
