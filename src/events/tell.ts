import type { EventSubject, EventType, NewEvent } from '../domain/event.js';
import type { Tx } from '../store/store.js';

/** Writes an event in the unit that makes it true, so that there is exactly one, and none of what is taken back. */
export function tell(
  tx: Tx,
  type: EventType,
  subject: EventSubject,
  rest: Partial<Omit<NewEvent, 'at' | 'type' | 'subject'>> = {},
): Promise<void> {
  return tx.events.insert({
    at: Date.now(),
    type,
    subject,
    operation: null,
    requestedBy: null,
    reason: null,
    details: {},
    ...rest,
  });
}
