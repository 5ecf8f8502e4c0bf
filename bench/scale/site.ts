import { rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { makeDatabase } from '../../test/support/made-database.js';
import type { PoolShape } from '../../test/support/made-dump.js';
import { runInBackground } from './background.js';
import type { BackgroundJob } from './processes/background-jobs.js';
import type { Figures } from './row.js';
import { ServerProcess } from './server-process.js';

/** A pool of one size: a database, and what works on copies of it. */
export class Site {
  readonly shape: PoolShape;
  readonly #file: string;
  #copies = 0;

  private constructor(shape: PoolShape, file: string) {
    this.shape = shape;
    this.#file = file;
  }

  static async make(shape: PoolShape, folder: string): Promise<Site> {
    const file = path.join(folder, `${Object.values(shape).join('-')}.db`);
    await makeDatabase(file, shape);
    return new Site(shape, file);
  }

  /** A server on a copy of the database, with simulated hosts in a process of their own, until `work` ends. */
  async withServer<T>(work: (server: ServerProcess) => Promise<T>, settings: object = {}): Promise<T> {
    const file = await this.#copy();
    const server = await ServerProcess.start(file, settings);
    try {
      return await work(server);
    } finally {
      await server.stop();
      this.#remove(file);
    }
  }

  /** What a server does by itself, on a copy of the database, in a process with nothing else. */
  async inBackground(job: BackgroundJob): Promise<Figures> {
    const file = await this.#copy();
    try {
      return await runInBackground(file, job);
    } finally {
      this.#remove(file);
    }
  }

  async #copy(): Promise<string> {
    const file = this.#file.replace(/\.db$/, `-${this.#copies++}.db`);
    await copyFile(this.#file, file);
    return file;
  }

  #remove(file: string): void {
    for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  }
}
