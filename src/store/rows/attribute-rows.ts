import type { AttributeRows } from '../interface/imported.js';
import { at, type Connection, query, statement } from '../statement.js';

const all = statement(query.selectFrom('attribute').selectAll().orderBy('key'));
const upsert = statement(
  query
    .insertInto('attribute')
    .values({ key: at('key'), value: at('value') })
    .onConflict((conflict) => conflict.column('key').doUpdateSet((set) => ({ value: set.ref('excluded.value') }))),
);

export function attributeRows(connection: Connection): AttributeRows {
  return {
    async list() {
      return new Map((await connection.all(all, {})).map((row) => [row.key, row.value]));
    },
    async set(key, value) {
      await connection.write(upsert, { key, value });
    },
  };
}
