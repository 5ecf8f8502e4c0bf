import { accessSync, chownSync, constants, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotStartedError, ProcessGroup, type Program, type Runtime, unstartable } from './container.js';
import { LocalContainer } from './local-container.js';

/** Scripts of a plain user keep their locks below their home, which the test gives them. */
const NOBODY = 65_534;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The kernel takes no longer one, its end included. */
const MAX_ARGUMENT_BYTES = 131_072;

/** Processes of this machine, in a container of their own, and a folder, which is their home. */
export class LocalRuntime implements Runtime {
  readonly home: string;
  readonly #container = new LocalContainer();
  readonly #processes = new ProcessGroup();

  constructor() {
    this.home = mkdtempSync(join(tmpdir(), 'mortar-container-'));
    if (process.getuid?.() === 0) chownSync(this.home, NOBODY, NOBODY);
  }

  async start(argv: readonly string[], hasInput: boolean): Promise<Program> {
    const [name] = argv;
    if (name === undefined) throw new NotStartedError('exec failed: args must not be empty');
    const path = findProgram(name);
    if (argv.some((argument) => Buffer.byteLength(argument) >= MAX_ARGUMENT_BYTES))
      return unstartable(`exec ${path}: argument list too long\n`);
    if (argv.some((argument) => argument.includes('\0'))) return unstartable(`exec ${path}: invalid argument\n`);
    const isRoot = process.getuid?.() === 0;
    const [starter = '', ...words] = await this.#container.startWords(this.home, isRoot ? NOBODY : null, path, argv);
    const program = this.#processes.spawn(starter, words, { env: { PATH, HOME: this.home } });
    if (!hasInput) program.stdin.end();
    return program;
  }

  kill(): void {
    this.#container.end();
    this.#processes.kill();
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  has(name: string): boolean {
    return existsSync(join(this.home, name));
  }

  write(name: string): void {
    writeFileSync(join(this.home, name), '');
  }
}

/** Throws NotStartedError, worded as runc does. */
function findProgram(name: string): string {
  const refused = (why: string) =>
    new NotStartedError(`exec failed: unable to start container process: exec: ${JSON.stringify(name)}: ${why}`);
  if (!name.includes('/')) {
    const found = PATH.split(':')
      .map((folder) => join(folder, name))
      .find((path) => name !== '' && isExecutable(path));
    if (found === undefined) throw refused('executable file not found in $PATH');
    return found;
  }
  if (!existsSync(name)) throw refused(`stat ${name}: no such file or directory`);
  if (!isExecutable(name)) throw refused('permission denied');
  return name;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
