import { sql } from 'kysely';
import {
  type Action,
  CHANGES,
  type ChangeType,
  OPERATION_TYPES,
  type OperationType,
  type PendingOperation,
} from '../../domain/pending-operation.js';
import type { OperationRows } from '../interface/operations.js';
import { at, type Connection, query, statement, type Values } from '../statement.js';
import { entityTable, type RowOf, tableOf } from '../table.js';

const TYPE_NAMES: ReadonlyMap<number, OperationType> = new Map(
  Object.entries(OPERATION_TYPES).map(([name, number]) => [number, name as OperationType]),
);
const CHANGE_NAMES: ReadonlyMap<number, ChangeType> = new Map(
  Object.entries(CHANGES).map(([name, number]) => [number, name as ChangeType]),
);

const table = entityTable('operation');
const actionTable = tableOf('operation_action');
const operations = table.rows.orderBy('id');
const actions = actionTable.rows.orderBy('operation_id').orderBy('position');
const naming = query.selectFrom('operation_action').select('operation_id').where('object_id', '=', at('objectId'));
const toGoOn = query
  .selectFrom('operation')
  .select('id')
  .where('status', '=', sql.lit(''))
  .where((where) =>
    where.or([
      where('is_untouched', '=', sql.lit(1)),
      where.and([where('due_at', '<=', at('now')), where('tries', '=', sql.lit(0))]),
    ]),
  );
const ofParent = query.selectFrom('operation').select('id').where('parent_id', '=', at('parentId'));
const ofType = query.selectFrom('operation').select('id').where('type', '=', at('type'));

const byId = {
  operations: statement(operations.where('id', '=', at('id'))),
  actions: statement(actions.where('operation_id', '=', at('id'))),
};
type Selection = typeof byId;
const all: Selection = { operations: statement(operations), actions: statement(actions) };
const byObject: Selection = {
  operations: statement(operations.where('id', 'in', naming)),
  actions: statement(actions.where('operation_id', 'in', naming)),
};
const byType: Selection = {
  operations: statement(operations.where('type', '=', at('type'))),
  actions: statement(actions.where('operation_id', 'in', ofType)),
};
const byParent: Selection = {
  operations: statement(operations.where('parent_id', '=', at('parentId'))),
  actions: statement(actions.where('operation_id', 'in', ofParent)),
};
const ofThoseToGoOn: Selection = {
  operations: statement(operations.where('id', 'in', toGoOn)),
  actions: statement(actions.where('operation_id', 'in', toGoOn)),
};
const newByType = statement(
  query
    .selectFrom('operation')
    .select((select) => ['type', select.fn.countAll<number>().as('count')])
    .where('status', '=', sql.lit(''))
    .where('parent_id', 'is', null)
    .groupBy('type'),
);
const countsByStatus = statement(
  query
    .selectFrom('operation')
    .select((select) => ['status', select.fn.countAll<number>().as('count')])
    .groupBy('status'),
);
const markUndoing = statement(
  query
    .updateTable('operation')
    .set({ is_undoing: sql.lit(1) })
    .where('id', '=', at('id')),
);
const markTouched = statement(
  query
    .updateTable('operation')
    .set({ is_untouched: sql.lit(0) })
    .where('id', '=', at('id')),
);
const markCopied = statement(
  query
    .updateTable('operation')
    .set({ copied_at: at('copiedAt'), due_at: null })
    .where('copied_at', 'is', null),
);
const updateStatus = statement(
  query
    .updateTable('operation')
    .set({ status: at('status') })
    .where('id', '=', at('id')),
);
const forgetActions = statement(query.deleteFrom('operation_action').where('operation_id', '=', at('operationId')));

export function operationRows(connection: Connection): OperationRows {
  async function select(selection: Selection, values: Values): Promise<readonly PendingOperation[]> {
    const rows = await table.all(connection, selection.operations, values);
    if (rows.length === 0) return [];
    const actionsOf = new Map<string, Action[]>(rows.map((row) => [row.id, []]));
    for (const action of await actionTable.all(connection, selection.actions, values)) {
      actionsOf.get(action.operationId)?.push(actionFrom(action));
    }
    return rows.map((row) => fromRow(row, actionsOf.get(row.id) ?? []));
  }

  async function insertActions(operation: PendingOperation): Promise<void> {
    for (const [position, { change, id, delta }] of operation.actions.entries()) {
      await actionTable.insert(connection, {
        operationId: operation.id,
        position,
        change: CHANGES[change],
        objectId: id,
        delta,
      });
    }
  }

  return {
    async find(id) {
      return (await select(byId, { id }))[0] ?? null;
    },
    list: () => select(all, {}),
    listByObject: (objectId) => select(byObject, { objectId }),
    listByParent: (parentId) => select(byParent, { parentId }),
    listByType: (type) => select(byType, { type: OPERATION_TYPES[type] }),
    listToGoOn: (now) => select(ofThoseToGoOn, { now }),
    async countNewByType() {
      const rows = await connection.all(newByType, {});
      return new Map(rows.map(({ type, count }) => [TYPE_NAMES.get(type) ?? 'unknown', count]));
    },
    async counts() {
      const counts = { total: 0, new: 0, stale: 0, failed: 0 };
      for (const { status, count } of await connection.all(countsByStatus, {})) {
        counts.total += count;
        counts[(status || 'new') as 'new' | 'stale' | 'failed'] += count;
      }
      return counts;
    },
    async insert(operation) {
      await table.insert(connection, toRow(operation));
      await insertActions(operation);
    },
    async update(operation) {
      await table.update(connection, toRow(operation));
      await connection.write(forgetActions, { operationId: operation.id });
      await insertActions(operation);
    },
    async setStatus(ids, status) {
      for (const id of ids) await connection.write(updateStatus, { status, id }, () => noOperation(id));
    },
    markUndoing: (id) => connection.write(markUndoing, { id }, () => noOperation(id)),
    markTouched: (id) => connection.write(markTouched, { id }, () => noOperation(id)),
    async markCopied(at) {
      await connection.write(markCopied, { copiedAt: at });
    },
    async delete(id) {
      await table.delete(connection, id);
      await connection.write(forgetActions, { operationId: id });
    },
  };
}

function noOperation(id: string): Error {
  return new Error(`there is no operation ${id}`);
}

function actionFrom(row: RowOf<'operation_action'>): Action {
  return { change: CHANGE_NAMES.get(row.change) ?? 'unknown', id: row.objectId, delta: row.delta };
}

function fromRow(row: RowOf<'operation'>, actions: readonly Action[]): PendingOperation {
  const { type, isUntouched, isUndoing, copiedAt, tries, lastError, waitsForHost, ...same } = row;
  return {
    ...same,
    type: TYPE_NAMES.get(type) ?? 'unknown',
    actions,
    retry: tries === 0 ? null : { tries, error: lastError ?? '', waitsForHost },
    ...(isUntouched ? { isUntouched } : {}),
    ...(isUndoing ? { isUndoing } : {}),
    ...(copiedAt === null ? {} : { copiedAt }),
  };
}

function toRow({ actions: _, retry, ...same }: PendingOperation) {
  return {
    ...same,
    type: OPERATION_TYPES[same.type],
    tries: retry?.tries ?? 0,
    lastError: retry?.error ?? null,
    waitsForHost: retry?.waitsForHost ?? false,
    isUndoing: same.isUndoing ?? false,
    isUntouched: same.isUntouched ?? false,
    copiedAt: same.copiedAt ?? null,
  };
}
