import { sql } from 'kysely';
import {
  type Action,
  CHANGES,
  type ChangeType,
  OPERATION_TYPES,
  type OperationStatus,
  type OperationType,
  type PendingOperation,
  type Retry,
} from '../../domain/pending-operation.js';
import type { OperationActionTable, OperationTable } from '../schema.js';
import {
  at,
  type Connection,
  insertInto,
  query,
  type Statement,
  statement,
  tableWrites,
  type Values,
} from '../statement.js';
import type { OperationRows } from '../store.js';
import { exactFrom, exactTo } from './columns.js';

const TYPE_NAMES: ReadonlyMap<number, OperationType> = new Map(
  Object.entries(OPERATION_TYPES).map(([name, number]) => [number, name as OperationType]),
);
const CHANGE_NAMES: ReadonlyMap<number, ChangeType> = new Map(
  Object.entries(CHANGES).map(([name, number]) => [number, name as ChangeType]),
);

const operations = query.selectFrom('operation').selectAll().orderBy('id');
const actions = query.selectFrom('operation_action').selectAll().orderBy('operation_id').orderBy('position');
const naming = query.selectFrom('operation_action').select('operation_id').where('object_id', '=', at('objectId'));
const ofParent = query.selectFrom('operation').select('id').where('parent_id', '=', at('parentId'));
const ofType = query.selectFrom('operation').select('id').where('type', '=', at('type'));

interface Selection {
  readonly operations: Statement<OperationTable>;
  readonly actions: Statement<OperationActionTable>;
}
const byId: Selection = {
  operations: statement(operations.where('id', '=', at('id'))),
  actions: statement(actions.where('operation_id', '=', at('id'))),
};
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
const insertAction = insertInto('operation_action', ['operation_id', 'position', 'change', 'object_id', 'delta']);
const writes = tableWrites(
  'operation',
  [
    'id',
    'type',
    'status',
    'created_at',
    'plan',
    'is_undoing',
    'is_untouched',
    'copied_at',
    'origin',
    'answered',
    'requested_by',
    'parent_id',
    'progress',
    'tries',
    'due_at',
    'last_error',
    'waits_for_host',
    'exact',
  ],
  ['type', 'created_at'],
);

export function operationRows(connection: Connection): OperationRows {
  async function select(selection: Selection, values: Values): Promise<readonly PendingOperation[]> {
    const rows = await connection.all(selection.operations, values);
    if (rows.length === 0) return [];
    const actionsOf = new Map<string, Action[]>(rows.map((row) => [row.id, []]));
    for (const action of await connection.all(selection.actions, values)) {
      actionsOf.get(action.operation_id)?.push(actionFrom(action));
    }
    return rows.map((row) => fromRow(row, actionsOf.get(row.id) ?? []));
  }

  async function insertActions(operation: PendingOperation): Promise<void> {
    for (const [position, { change, id, delta }] of operation.actions.entries()) {
      await insertAction(connection, {
        operation_id: operation.id,
        position,
        change: CHANGES[change],
        object_id: id,
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
    async counts() {
      const counts = { total: 0, new: 0, stale: 0, failed: 0 };
      for (const { status, count } of await connection.all(countsByStatus, {})) {
        counts.total += count;
        counts[(status || 'new') as 'new' | 'stale' | 'failed'] += count;
      }
      return counts;
    },
    async insert(operation) {
      await writes.insert(connection, toRow(operation));
      await insertActions(operation);
    },
    async update(operation) {
      await writes.update(connection, toRow(operation));
      await connection.run(forgetActions, { operationId: operation.id });
      await insertActions(operation);
    },
    async setStatus(ids, status) {
      for (const id of ids) {
        if ((await connection.run(updateStatus, { status, id })) !== 1) throw new Error(`there is no operation ${id}`);
      }
    },
    async markUndoing(id) {
      if ((await connection.run(markUndoing, { id })) !== 1) throw new Error(`there is no operation ${id}`);
    },
    async markTouched(id) {
      if ((await connection.run(markTouched, { id })) !== 1) throw new Error(`there is no operation ${id}`);
    },
    async markCopied(at) {
      await connection.run(markCopied, { copiedAt: at });
    },
    async delete(id) {
      await writes.delete(connection, id);
      await connection.run(forgetActions, { operationId: id });
    },
  };
}

function actionFrom(row: OperationActionTable): Action {
  return { change: CHANGE_NAMES.get(row.change) ?? 'unknown', id: row.object_id, delta: row.delta };
}

function fromRow(row: OperationTable, actions: readonly Action[]): PendingOperation {
  return {
    id: row.id,
    type: TYPE_NAMES.get(row.type) ?? 'unknown',
    status: row.status as OperationStatus,
    createdAt: row.created_at,
    actions,
    plan: fromJson(row.plan),
    origin: row.origin as PendingOperation['origin'],
    answered: row.answered as PendingOperation['answered'],
    requestedBy: fromJson(row.requested_by) as PendingOperation['requestedBy'],
    parentId: row.parent_id,
    progress: fromJson(row.progress) as PendingOperation['progress'],
    retry: retryFrom(row),
    dueAt: row.due_at,
    ...(row.is_untouched === 1 ? { isUntouched: true as const } : {}),
    ...(row.is_undoing === 1 ? { isUndoing: true as const } : {}),
    ...(row.copied_at === null ? {} : { copiedAt: row.copied_at }),
    ...exactFrom(row.exact),
  };
}

function toRow(operation: PendingOperation): OperationTable {
  return {
    id: operation.id,
    type: OPERATION_TYPES[operation.type],
    status: operation.status,
    created_at: operation.createdAt,
    plan: toJson(operation.plan),
    origin: operation.origin,
    answered: operation.answered,
    requested_by: toJson(operation.requestedBy),
    parent_id: operation.parentId,
    progress: toJson(operation.progress),
    tries: operation.retry?.tries ?? 0,
    due_at: operation.dueAt,
    last_error: operation.retry?.error ?? null,
    waits_for_host: operation.retry?.waitsForHost ? 1 : 0,
    is_undoing: operation.isUndoing ? 1 : 0,
    is_untouched: operation.isUntouched ? 1 : 0,
    copied_at: operation.copiedAt ?? null,
    exact: exactTo(operation.exact),
  };
}

function retryFrom({ tries, last_error, waits_for_host }: OperationTable): Retry | null {
  if (tries === 0) return null;
  return { tries, error: last_error ?? '', waitsForHost: waits_for_host === 1 };
}

function fromJson(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}

function toJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
