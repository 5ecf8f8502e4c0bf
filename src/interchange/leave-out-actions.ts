import { counted } from '../domain/counted.js';
import type { Id } from '../domain/ids.js';
import type { Action, PendingOperation } from '../domain/pending-operation.js';

/** What decides whether an action leads somewhere. */
export interface ActionLookup {
  /** Whether what it is about is there, as long as all operations are. */
  isThere(action: Action): boolean;
  /** Whether it is about another operation. */
  isOfOperation(action: Action): boolean;
  /** Whether something carries the mark of the operation. */
  isMarked(operationId: Id): boolean;
}

/** An operation with the positions of its actions that lead nowhere. */
interface Shortened {
  readonly operation: PendingOperation;
  readonly gone: Set<number>;
}

/**
 * Leaves out actions on what is not there. An operation whose objects are all gone has nothing left to lead out, unless
 * something carries its mark: it goes, and with it the actions of others that are about it, and so on. Each action is
 * looked at once, whatever the order of the operations. Answers a sentence for each operation, in their order.
 */
export function leaveOutActions(operations: Map<Id, PendingOperation>, lookup: ActionLookup): readonly string[] {
  const shortened = new Map<Id, Shortened>();
  const namedBy = new Map<Id, { readonly operation: PendingOperation; readonly position: number }[]>();
  const toLeaveOut: Id[] = [];
  const drop = (operation: PendingOperation, position: number): void => {
    const known = shortened.get(operation.id) ?? { operation, gone: new Set<number>() };
    shortened.set(operation.id, known);
    known.gone.add(position);
    if (known.gone.size === operation.actions.length && !lookup.isMarked(operation.id)) toLeaveOut.push(operation.id);
  };
  for (const operation of operations.values()) {
    for (const [position, action] of operation.actions.entries()) {
      if (!lookup.isThere(action)) drop(operation, position);
      else if (lookup.isOfOperation(action)) {
        const naming = namedBy.get(action.id) ?? [];
        namedBy.set(action.id, naming);
        naming.push({ operation, position });
      }
    }
  }
  const leftOut = new Set<Id>();
  for (let id = toLeaveOut.pop(); id !== undefined; id = toLeaveOut.pop()) {
    leftOut.add(id);
    for (const { operation, position } of namedBy.get(id) ?? []) drop(operation, position);
  }
  return [...operations.keys()].flatMap((id) => {
    const found = shortened.get(id);
    if (!found) return [];
    if (leftOut.has(id)) {
      operations.delete(id);
      return [`operation ${id} is left out: nothing that it changes is there`];
    }
    const kept = withoutActions(found);
    operations.set(id, kept);
    return [`operation ${id} keeps ${kept.actions.length} of its ${counted(found.operation.actions.length, 'change')}`];
  });
}

/** Numbers of changes that this program does not know stand by their position. */
function withoutActions({ operation, gone }: Shortened): PendingOperation {
  const positions = operation.actions.map((_, position) => position).filter((position) => !gone.has(position));
  const positionNow = new Map(positions.map((position, now) => [position, now]));
  const exact: Record<string, bigint> = {};
  for (const [field, value] of Object.entries(operation.exact ?? {})) {
    const position = Number(/^change\.(\d+)$/.exec(field)?.[1] ?? Number.NaN);
    const now = positionNow.get(position);
    if (Number.isNaN(position)) exact[field] = value;
    else if (now !== undefined) exact[`change.${now}`] = value;
  }
  const actions = positions.flatMap((position) => operation.actions[position] ?? []);
  return { ...operation, actions, ...(operation.exact ? { exact } : {}) };
}
