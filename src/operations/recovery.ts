import type { Id } from '../domain/ids.js';
import type { Store } from '../store/store.js';
import type { Logger } from './logger.js';
import type { OperationRunner } from './runner.js';

const INTERRUPTED_JOB = 'the server was restarted before this request was done; send it again';

/**
 * At a start: what is pending was begun by a process that is gone. Its records become stale, for the cleaner; jobs
 * without a record get their final answer now, since nobody else will give it.
 */
export async function markInterrupted(store: Store, log: Logger): Promise<void> {
  await store.write(async (tx) => {
    const operations = await tx.operations.list();
    if (operations.length > 0)
      log.warn({ operations: operations.length }, 'operations were interrupted and will be recovered');
    await tx.operations.setStatus(
      operations.map(({ id }) => id),
      'stale',
    );
    for (const entry of await tx.queue.listPending()) {
      if (entry.operationId && (await tx.operations.find(entry.operationId))) continue;
      await tx.queue.update({ ...entry, state: 'failed', error: INTERRUPTED_JOB });
    }
  });
}

/** Leads stale and failed operations out, one after the other: those named, or all when none is. */
export async function recoverAll(
  store: Store,
  runner: OperationRunner,
  log: Logger,
  only: readonly Id[] = [],
): Promise<void> {
  const operations = await store.read((tx) => tx.operations.list());
  let left = 0;
  for (const operation of operations) {
    if (operation.status === '' || (only.length > 0 && !only.includes(operation.id))) continue;
    if (!(await runner.recover(operation.id))) left++;
  }
  if (left > 0) log.warn({ operations: left }, 'operations are still pending after recovery');
}

/** Runs recovery after `startSeconds`, then every `refreshSeconds`, never twice at once. */
export class BackgroundCleaner {
  readonly #run: () => Promise<void>;
  readonly #refreshMs: number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null;

  constructor(run: () => Promise<void>, startSeconds: number, refreshSeconds: number, log: Logger) {
    this.#run = run;
    this.#refreshMs = refreshSeconds * 1000;
    this.#log = log;
    this.#timer = setTimeout(() => void this.#tick(), startSeconds * 1000).unref();
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #tick(): Promise<void> {
    try {
      await this.#run();
    } catch (error) {
      this.#log.error({ err: error }, 'recovery of pending operations failed');
    }
    if (this.#timer) this.#timer = setTimeout(() => void this.#tick(), this.#refreshMs).unref();
  }
}
