import { DomainError } from '../../domain/errors.js';
import { SERVER } from '../../domain/event.js';
import { tell } from '../../events/tell.js';
import type { Store, Tx } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import type { Logger } from '../logger.js';
import { markCopied } from './transitions/restarts.js';

/** What has to happen for the server to work on its hosts: `begin` records it, the answer makes it so. */
export type TakeOver = (tx: Tx) => Promise<() => void>;

const WHAT_TO_DO =
  'look at the differences to the hosts with: heketi-cli server restore status; then, when the server that the copy is ' +
  'of does not run any more, let this one work with: heketi-cli server restore confirm';

/**
 * Whether the database is a restored copy. What has happened since it was made, its records do not know: volumes were
 * made, deleted and taken into use, and the server that it is of may still run. So nothing on hosts is changed until
 * somebody confirms.
 */
export class RestoredDatabase {
  /** Unix milliseconds. */
  readonly startedAt = steadyUnixMs();
  readonly #store: Store;
  readonly #log: Logger;
  #copiedAt: number | null;
  #begin: (() => Promise<void>) | null = null;
  #confirming: Promise<void> | null = null;

  private constructor(store: Store, log: Logger, copiedAt: number | null) {
    this.#store = store;
    this.#log = log;
    this.#copiedAt = copiedAt;
  }

  /** `isReadOnly`: the database can't be written. */
  static async find(store: Store, log: Logger, isReadOnly: boolean): Promise<RestoredDatabase> {
    const copiedAt = await store.read((tx) => tx.origin.copiedAt());
    if (copiedAt !== null && !isReadOnly) await store.write((tx) => markCopied(tx, copiedAt));
    return new RestoredDatabase(store, log, copiedAt);
  }

  /** Unix milliseconds at which the copy was made that this server is held on; null when it is not held. */
  get copiedAt(): number | null {
    return this.#copiedAt;
  }

  get isHeld(): boolean {
    return this.#copiedAt !== null;
  }

  /** Why a change is refused, and what to do. */
  get refusal(): string {
    return (
      `this server was started on a restored copy of its database (made ${isoTime(this.#copiedAt)}) and changes nothing ` +
      `before somebody confirms that: ${WHAT_TO_DO}`
    );
  }

  /** `start` begins all work that nobody asks for: now, or once somebody has confirmed. */
  whenFree(takeOver: TakeOver, start: () => void): void {
    if (this.#copiedAt === null) {
      start();
      return;
    }
    this.#begin = async () => {
      const { takePart, left } = await this.#store.write(async (tx) => {
        await tx.origin.setCopiedAt(null);
        // The server that the copy is of has given further ids since: who has seen those is to miss nothing.
        for (const rows of [tx.events, tx.audit]) await rows.skipTo(steadyUnixMs());
        await tell(tx, 'database.restored', SERVER);
        const copied = (await tx.operations.list()).filter((operation) => operation.copiedAt !== undefined);
        return { takePart: await takeOver(tx), left: copied.map(({ id }) => id) };
      });
      this.#copiedAt = null;
      takePart();
      start();
      this.#log.warn(
        { operations: left },
        'the restored database was confirmed: the server works on its hosts. Operations that were in flight when the ' +
          'copy was made are only led out when asked for',
      );
    };
    const copiedAt = isoTime(this.#copiedAt);
    this.#log.error(
      { copiedAt },
      `HELD: the database is a restored copy, made ${copiedAt}. Nothing on hosts is changed, and every change is refused, ` +
        `before somebody confirms: ${WHAT_TO_DO}`,
    );
  }

  /** Somebody may have confirmed at another server on the database. */
  async lookAgain(): Promise<void> {
    if (this.#copiedAt !== null && this.#begin === null)
      this.#copiedAt = await this.#store.read((tx) => tx.origin.copiedAt());
  }

  /** From now on the server works on its hosts. Throws `conflict` when it is not held. */
  async confirm(): Promise<void> {
    if (this.#copiedAt !== null && this.#begin === null)
      throw new DomainError(
        'unavailable',
        'another server has the turn to work on the hosts of this database: confirm there, or when it has ended',
      );
    if (!this.#begin || this.#copiedAt === null)
      throw new DomainError(
        'conflict',
        'this server does not wait for anything to be confirmed: its database is no restored copy, or was confirmed before',
      );
    this.#confirming ??= this.#begin().finally(() => {
      this.#confirming = null;
    });
    await this.#confirming;
  }
}

function isoTime(unixMs: number | null): string {
  return unixMs === null ? '' : new Date(unixMs).toISOString();
}
