import { idNotFound } from '../../domain/errors.js';
import type { QueueTicket } from '../../operations/ports/queue.js';

/** 202: the client finds out at /queue/{id}. */
export async function accepted(
  ticket: QueueTicket | Promise<QueueTicket>,
): Promise<{ readonly status: 202; readonly location: string }> {
  const { queueId } = await ticket;
  return { status: 202, location: `/queue/${queueId}` };
}

export function found<T>(entity: T | null): T {
  if (entity === null) throw idNotFound();
  return entity;
}

export function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((id, i) => id === b[i]));
}

/** Whether bricks may only be moved while the rest of their sets has all data. */
export function mustBeHealed(body: { readonly healcheck?: string } | null | undefined): boolean {
  return body?.healcheck !== 'disable';
}
