import type { Store } from '../../store/store.js';
import { steadyUnixMs } from '../../timing/clocks.js';
import { startInterval } from '../../timing/timers.js';
import type { Logger } from '../logger.js';
import { IDEMPOTENCY_KEY_LIFE_MS } from './operation-records.js';

const ANSWER_LIFE_MS = 7 * 24 * 3600 * 1000;
const ROUND_MS = 3600 * 1000;

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
