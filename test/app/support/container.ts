import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open-store.js';
import { ended } from '../../crash/processes/support/ended.js';
import { makeMemoryFolder } from '../../support/memory-folder.js';

const ROOT = resolve(import.meta.dirname, '../../..');
const EFFECT_FAULTS = join(import.meta.dirname, 'effect-faults.mjs');
const NAMESPACE = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** See effect-faults.mjs. */
  readonly faults?: Readonly<Record<string, string>>;
  /** Keys of heketi.json. */
  readonly settings?: object;
  /** Shell text that is run first, in a mount namespace of the container's own; DATA is its folder. */
  readonly mounts?: string;
}

/** The volumes of a container, and starts of it: one after the other, or side by side. */
export class ContainerVolumes {
  readonly folder = makeMemoryFolder('mortar-container-');
  readonly data = join(this.folder, 'data');
  readonly database = join(this.data, 'heketi.db');
  readonly backupFolder = join(this.folder, 'backupdb');
  readonly archive = join(this.data, 'archive');

  constructor() {
    mkdirSync(this.data);
    mkdirSync(this.backupFolder);
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  start({ env = {}, faults, settings = {}, mounts }: StartOptions = {}): StartedContainer {
    const config = join(this.folder, 'heketi.json');
    const glusterfs = { executor: 'mock', db: this.database, loglevel: 'warning' };
    const jwt = { admin: { key: 'A' }, user: { key: 'U' } };
    writeFileSync(config, JSON.stringify({ port: '0', jwt, glusterfs, ...settings }));
    const program = [process.execPath, ...(faults ? ['--import', EFFECT_FAULTS] : [])];
    const words = [...program, join(ROOT, 'bin/heketi'), 'container-start', '--config', config];
    const [command = '', ...args] =
      mounts === undefined
        ? words
        : ['unshare', ...NAMESPACE, '--mount', 'sh', '-ec', `${mounts}\nexec "$@"`, 'sh', ...words];
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...this.#environment(), ...env, ...faults },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await ended(child);
    });
    return new StartedContainer(child);
  }

  #environment(): Record<string, string> {
    const { PATH = '' } = process.env;
    return { PATH, DATA: this.data, HEKETI_PATH: this.data, BACKUPDB_PATH: this.backupFolder };
  }

  get log(): string {
    const file = join(this.data, 'container.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  /** Of a database that no server has open: ids of its clusters, and whether a server would be held on it. */
  async contents(): Promise<{ readonly clusters: readonly string[]; readonly isHeld: boolean }> {
    const store = await openStore({ file: this.database, readOnly: true });
    try {
      return await store.read(async (tx) => ({
        clusters: (await tx.clusters.list()).map(({ id }) => id),
        isHeld: (await tx.origin.copiedAt()) !== null,
      }));
    } finally {
      await store.close();
    }
  }
}

export class StartedContainer {
  readonly child: ChildProcess;
  said = '';
  #listeners = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    const hear = (chunk: Buffer): void => {
      this.said += chunk.toString();
      for (const listener of this.#listeners) listener();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', () => {
      for (const listener of this.#listeners) listener();
    });
  }

  /** Resolves when it has printed this; rejects when it ends before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.said);
      if (found) return found;
      if (this.isEnded) throw new Error(`ended without ${pattern}, having said:\n${this.said}`);
      await new Promise<void>((heard) => {
        const listener = (): void => {
          this.#listeners.delete(listener);
          heard();
        };
        this.#listeners.add(listener);
      });
    }
  }

  /** The address of its server, once it serves. */
  async base(): Promise<string> {
    const [, port] = await this.says(/Listening on port (\d+)/);
    return `http://127.0.0.1:${port}`;
  }

  get isEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Its exit code, or the signal that ended it. */
  async end(signal?: NodeJS.Signals): Promise<number | string | null> {
    if (signal) this.child.kill(signal);
    await ended(this.child);
    return this.child.exitCode ?? this.child.signalCode;
  }
}
