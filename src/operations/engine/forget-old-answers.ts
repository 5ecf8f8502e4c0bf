import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startInterval } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import { IDEMPOTENCY_KEY_LIFE_MS } from './transitions/queue-entries.js';

const ANSWER_LIFE_MS = 7 * 24 * 3600 * 1000;
const ROUND_MS = 3600 * 1000;
/** What seems too old at a start is kept for so long. */
const GRACE_MS = 3600 * 1000;

/**
 * At a start: times that earlier processes wrote may be by another clock (an empty battery, one that was set ahead and
 * back). Nothing is forgotten since the clock has jumped, and nothing lasts for ever since it is dated in the future:
 * ages are bounded to what they may be, and grow from there as this process measures them.
 */
export async function boundAges(store: Store): Promise<void> {
  const now = steadyUnixMs();
  await store.write(async (tx) => {
    await tx.idempotencyKeys.boundCreated(now - IDEMPOTENCY_KEY_LIFE_MS + GRACE_MS, now);
    await tx.queue.boundAnswered(now - ANSWER_LIFE_MS + GRACE_MS, now);
    await tx.volumes.boundUnclaimed(now);
  });
}

/**
 * Forgets answers of /queue that nobody has fetched for a week, and idempotency keys after their day: now, and every
 * hour. Answers the function that stops it.
 */
export function forgetOldAnswers(store: Store, log: Logger): () => void {
  const round = (): void => {
    store
      .write(async (tx) => {
        await tx.idempotencyKeys.deleteOlderThan(steadyUnixMs() - IDEMPOTENCY_KEY_LIFE_MS);
        await tx.queue.deleteAnsweredBefore(steadyUnixMs() - ANSWER_LIFE_MS);
      })
      .catch((error: unknown) => log.warn({ err: error }, 'old answers could not be forgotten'));
  };
  round();
  const timer = startInterval(round, ROUND_MS).unref();
  return () => clearInterval(timer);
}
