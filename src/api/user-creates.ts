import type { Id } from '../domain/ids.js';
import type { Logger } from '../operations/logger.js';
import type { QueueReader } from '../operations/ports/queue.js';
import { HttpError } from './errors.js';

const REMEMBERED = 1000;
const ADVICE = 'only the administrator may fetch the results of creates: give the client that user (restuser: admin)';

/**
 * Creates asked for by the role `user`, which may not fetch their results. A client that was refused so asks anew, and
 * would leave one volume behind each time: it gets the first one's queue id for the same request again, since nobody
 * can have been given that volume, and a refusal for any other.
 */
export class UserCreates {
  readonly #answers: QueueReader;
  readonly #log: Logger;
  /** Fingerprint of the request by its queue id, the oldest first. */
  readonly #accepted = new Map<Id, string>();
  /** Those whose result the role `user` has asked for in vain. */
  readonly #refused = new Set<Id>();

  constructor(answers: QueueReader, log: Logger) {
    this.#answers = answers;
    this.#log = log;
  }

  accepted(queueId: Id, fingerprint: string): void {
    this.#accepted.set(queueId, fingerprint);
    const [oldest] = this.#accepted.keys();
    if (this.#accepted.size <= REMEMBERED || oldest === undefined) return;
    this.#accepted.delete(oldest);
    this.#refused.delete(oldest);
  }

  pollRefused(queueId: Id): void {
    if (!this.#accepted.has(queueId) || this.#refused.has(queueId)) return;
    this.#refused.add(queueId);
    this.#log.warn({ queueId }, `a volume was created for the role user, whose client can't learn of it: ${ADVICE}`);
  }

  /** The queue id of the same request, if it waits; null when the request is a new one. Refuses what would be left behind. */
  async earlier(fingerprint: string): Promise<Id | null> {
    for (const queueId of this.#refused) {
      if (!(await this.#answers.isWaiting(queueId))) {
        this.#refused.delete(queueId);
        this.#accepted.delete(queueId);
      } else if (this.#accepted.get(queueId) === fingerprint) {
        return queueId;
      } else {
        throw new HttpError(
          401,
          `Administrator access required: ${ADVICE}; an earlier one still waits at /queue/${queueId}`,
        );
      }
    }
    return null;
  }
}
