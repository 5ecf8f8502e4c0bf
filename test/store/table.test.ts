import { describe, expect, it } from 'vitest';
import type { SqlValue } from '../../src/store/columns.js';
import { TABLES } from '../../src/store/schema.js';
import { at, placed, type Statement, statement, writingAtOnce } from '../../src/store/statement.js';
import { entityTable, tableOf } from '../../src/store/table.js';

/** Answers `rows` and `changed`, and remembers what it was asked. */
function recording({ rows = [], changed = 1 }: { rows?: readonly object[]; changed?: number } = {}) {
  const asked: { sql: string; values: SqlValue[] }[] = [];
  const connection = writingAtOnce({
    async all<R>(asking: Statement<R>, values: object) {
      asked.push({ sql: asking.sql, values: placed(asking, values as never) });
      return rows.map((row) => ({ ...row })) as R[];
    },
    async run(asking, values) {
      asked.push({ sql: asking.sql, values: placed(asking, values) });
      return changed;
    },
  });
  return { connection, asked };
}

const nodes = entityTable('node');
const byId = statement(nodes.rows.where('id', '=', at('id')));
const node = {
  id: 'n',
  clusterId: 'c',
  zone: 1,
  state: 'online',
  manageNames: ['m'],
  storageNames: [],
  tags: {},
} as const;

describe('a table', () => {
  it('reads rows by their members, and as the program has them', async () => {
    const row = { ...node, manageNames: '["m"]', storageNames: '[]', tags: '{}', exact: '{"zone":"9007199254740993"}' };
    const { connection, asked } = recording({ rows: [row] });
    expect(await nodes.first(connection, byId, { id: 'n' })).toEqual({
      ...node,
      exact: { zone: 9_007_199_254_740_993n },
    });
    expect(asked[0]?.sql).toContain('"node"."cluster_id" as "clusterId"');
  });

  it('writes what the columns hold, and none for a member that is absent', async () => {
    const { connection, asked } = recording();
    await nodes.insert(connection, node);
    expect(asked[0]?.values).toEqual(['n', 'c', 1, 'online', '["m"]', '[]', '{}', null]);
  });

  it('has no row written without a member that must be there', async () => {
    const { connection } = recording();
    const { zone: _, ...lacking } = node;
    await expect(nodes.insert(connection, lacking as never)).rejects.toThrow(/no value for zone in: insert/);
  });

  it('updates all but the key and what is lasting, and finds the row by these', async () => {
    const { connection, asked } = recording();
    await entityTable('queue_entry').update(connection, {
      id: 'q',
      operationId: null,
      state: 'done',
      location: '/volumes/1',
      error: null,
      createdAt: 5,
      answeredAt: 6,
    });
    const [set, where] = asked[0]?.sql.split(' where ') ?? [];
    expect(set).not.toMatch(/"(id|operation_id|created_at)"/);
    expect(where).toMatch(/"operation_id" is not distinct from \?.*"created_at" is not distinct from \?/);
    expect(asked[0]?.values).toEqual(['done', '/volumes/1', null, 6, 'q', null, 5]);
  });

  it('says so when nothing was updated or deleted', async () => {
    const { connection } = recording({ changed: 0 });
    await expect(nodes.update(connection, node)).rejects.toThrow('there is no node n to update with the same id');
    await expect(nodes.delete(connection, 'n')).rejects.toThrow('there is no node n to delete');
  });

  it('leaves out of its writes what other statements write', async () => {
    const { connection, asked } = recording();
    const row = Object.fromEntries(Object.keys(TABLES.volume).map((member) => [member, '']));
    await tableOf('volume').insert(connection, { ...row, isBlockHosting: true, options: null } as never);
    expect(asked[0]?.sql).toContain('"pending_id"');
    expect(asked[0]?.sql).not.toContain('unclaimed_since');
  });
});
