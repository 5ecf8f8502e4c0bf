/** A program ran and refused, or did not end in time. */
export class HostCommandError extends Error {
  override readonly name = 'HostCommandError';
  /** 127: there is no such program. Null: it did not end in time and was killed; what it did is unknown. */
  readonly exitCode: number | null;
  readonly stderr: string;
  /** When the program is gone: one that waits for a mount that hangs can't be killed before that answers. */
  readonly ended: Promise<void>;

  constructor(argv: readonly string[], exitCode: number | null, stderr: string, ended = Promise.resolve()) {
    const end = exitCode === null ? 'did not end in time' : `ended with ${exitCode}`;
    super(`${argv[0]} ${end}${stderr === '' ? '' : `: ${stderr.trim()}`}`);
    this.exitCode = exitCode;
    this.stderr = stderr;
    this.ended = ended;
  }
}

/** The machine that volumes are mounted on, as this program sees it. */
export interface NodeHost {
  /**
   * Runs a program in the language C, with nothing of this program's environment but the search path, and answers what it
   * printed. Rejects with HostCommandError, after `timeoutMs` at the latest.
   */
  run(argv: readonly string[], timeoutMs: number): Promise<string>;
  /** The words that the running programs of this name were started with, of all that this program can see. */
  programs(name: string): Promise<readonly (readonly string[])[]>;
  /** The mounts of this program's namespace, in the form of /proc/self/mountinfo. */
  mountInfo(): Promise<string>;
  /** Of an absolute path: symbolic links among its parents, those that there are, are followed; its last part is not looked at. */
  realPath(path: string): Promise<string>;
  /** False also for a symbolic link to one. Only to be asked where nothing is mounted: a mount may hang. */
  isDirectory(path: string): Promise<boolean>;
  /** With its parents; nothing happens when it is there. */
  makeDirectory(path: string): Promise<void>;
  /** An empty one only, as rmdir(2); nothing happens when there is none. Never removes what is in it. */
  removeDirectory(path: string): Promise<void>;
  /** Bytes of a file; 0 when it is not there. */
  sizeOf(path: string): Promise<number>;
  /** The text of a file from this byte on, of at most 64 KiB; '' when it can't be read. */
  readFrom(path: string, offset: number): Promise<string>;
}
