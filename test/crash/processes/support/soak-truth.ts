import { expect } from 'vitest';
import type { Id } from '../../../../src/domain/ids.js';
import { openStore } from '../../../../src/store/open-store.js';
import type { Store } from '../../../../src/store/store.js';
import { unlisted } from '../../support/listed.js';
import type { startWatchedHosts } from './hosts-process.js';
import type { RestartingServer } from './restarting-server.js';
import { databaseFile } from './server-process.js';
import type { SoakAdministrator } from './soak-administrator.js';

/** What must hold whenever nothing is being worked on, whatever somebody has changed by hand. */
export class SoakTruth {
  readonly #folder: string;
  readonly #hosts: Awaited<ReturnType<typeof startWatchedHosts>>;
  readonly #administrator: SoakAdministrator;
  readonly #ownDisk: string;

  constructor(
    folder: string,
    hosts: Awaited<ReturnType<typeof startWatchedHosts>>,
    administrator: SoakAdministrator,
    ownDisk: string,
  ) {
    this.#folder = folder;
    this.#hosts = hosts;
    this.#administrator = administrator;
    this.#ownDisk = ownDisk;
  }

  /** No brick in use was destroyed; every difference is listed; what is pending is about what hands have changed. */
  async expectToldAll(server: RestartingServer, waiting: readonly Id[] = []): Promise<void> {
    expect(this.#hosts.destroyed()).toEqual([]);
    const client = await server.client();
    const shown = await client.differences();
    const pending = await client.describePending();
    await server.whileStopped(async () => {
      const store = await openStore({ file: databaseFile(this.#folder), readOnly: true });
      try {
        expect(await unlisted(store, this.#hosts.remote, shown, this.#ownDisk), pending).toEqual([]);
        expect(await this.#unexplained(store, waiting), pending).toEqual([]);
      } finally {
        await store.close();
      }
    });
  }

  /** Pending records and queue entries that no hand explains; `waiting`: of which clients have no final answer. */
  async #unexplained(store: Store, waiting: readonly Id[]): Promise<readonly string[]> {
    return store.read(async (tx) => {
      const found: string[] = [];
      const kept = await tx.operations.list();
      for (const operation of kept) {
        const names: string[] = [];
        for (const { id } of operation.actions) {
          const brick = await tx.bricks.find(id);
          const volume = await tx.volumes.find(brick?.volumeId ?? id);
          names.push(...[volume?.name, brick?.path].filter((name) => name !== undefined));
        }
        if (!names.some((name) => this.#administrator.hasTouched(name)))
          found.push(`${operation.type} ${operation.id}: ${names.join(', ')}`);
      }
      const pending = await tx.queue.listPending();
      for (const { id, operationId } of pending)
        if (!kept.some((operation) => operation.id === operationId)) found.push(`queue entry ${id}`);
      for (const id of waiting) if (!pending.some((entry) => entry.id === id)) found.push(`${id} was not answered`);
      return found;
    });
  }
}
