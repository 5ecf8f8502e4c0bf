import type { DatedId, DatedRows } from '../store/interface/history.js';
import type { ReadTx, Store, Tx } from '../store/store.js';
import { steadyUnixMs } from '../timing/clocks.js';
import { startInterval } from '../timing/timers.js';
import { nextTurn } from '../timing/turns.js';

const ROUND_MS = 10 * 60_000;
/** A server that was started by a wrong clock does not forget what that makes seem old before somebody may have seen it. */
const GRACE_MS = 3600_000;
const DAY_MS = 24 * 3600_000;
/** Deleted in one unit: others have their turn in between. */
const AT_ONCE = 500;

/** What is kept for a while: a table of a unit of work. */
type Kept = (tx: Tx) => DatedRows;

export interface Retention {
  readonly keepDays: number;
  readonly keepCount: number;
}

interface KeeperLog {
  warn(fields: object, message: string): void;
}

/**
 * Deletes events, or entries of the audit, that are older than the configuration says, or more than it says: every ten minutes. Writes nothing where
 * there is nothing to delete. Answers the function that stops it.
 */
export function keepBounded(store: Store, kept: Kept, retention: Retention, log: KeeperLog): () => void {
  const stopped = new AbortController();
  const startedAt = performance.now();
  const round = (): void => {
    const mayForgetOld = performance.now() - startedAt >= GRACE_MS;
    forgetOld(store, kept, { ...retention, mayForgetOld }, stopped.signal).catch((error: unknown) =>
      log.warn({ err: error }, 'old events or entries of the audit could not be deleted'),
    );
  };
  round();
  const timer = startInterval(round, ROUND_MS).unref();
  return () => {
    stopped.abort();
    clearInterval(timer);
  };
}

/**
 * The id up to which they are older than this; 0: none is. Some may be dated by a clock that was wrong: one that is old by that
 * takes none with it that came before, and one of a time to come keeps none that is old.
 */
function lastOld(dates: readonly DatedId[], keptMs: number): number {
  const now = steadyUnixMs();
  const isOld = ({ at }: DatedId): boolean => at < now - keptMs;
  const firstYoung = dates.findIndex((date) => !isOld(date) && date.at <= now);
  return dates.slice(0, firstYoung < 0 ? dates.length : firstYoung).findLast(isOld)?.id ?? 0;
}

/** `mayForgetOld`: those that are too old, too, and not only those that are too many. Answers how many were deleted. */
export async function forgetOld(
  store: Store,
  kept: Kept,
  { keepDays, keepCount, mayForgetOld }: Retention & { readonly mayForgetOld: boolean },
  stopped: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const upTo = await store.read(async (tx: ReadTx) => {
      const rows = kept(tx as Tx);
      const surplus = (await rows.findNthNewestId(keepCount)) ?? 0;
      const old = mayForgetOld ? lastOld(await rows.listOldestDates(AT_ONCE), keepDays * DAY_MS) : 0;
      return Math.max(surplus, old);
    });
    if (upTo === 0 || stopped.aborted) return deleted;
    const gone = await store.write((tx) => kept(tx).deleteOldest(upTo, AT_ONCE));
    deleted += gone;
    if (gone === 0) return deleted;
    await nextTurn();
  }
}
