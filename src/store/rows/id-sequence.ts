import { sql } from 'kysely';
import { at, type Connection, first, query, statement } from '../statement.js';

const countUp = statement(
  query
    .updateTable('id_sequence')
    .set({ last: sql`last + ${at('count')}` as never })
    .where('name', '=', at('name')),
);
const skip = statement(
  query
    .updateTable('id_sequence')
    .set({ last: at('last') })
    .where('name', '=', at('name'))
    .where('last', '<', at('last')),
);
const lastId = statement(query.selectFrom('id_sequence').select('last').where('name', '=', at('name')));

/** Ids in the order in which units are committed, none of which is ever given twice. */
export interface IdSequence {
  next(): Promise<number>;
  /** The first of so many that follow one another. */
  take(count: number): Promise<number>;
  /** 0 before the first. */
  last(): Promise<number>;
  /** No lower one is given any more. */
  skipTo(id: number): Promise<void>;
}

export function idSequence(connection: Connection, name: string): IdSequence {
  const last = async (): Promise<number> => (await first(connection, lastId, { name }))?.last ?? 0;
  const take = async (count: number): Promise<number> => {
    // Before it is read: another unit that takes an id waits here for the end of this one.
    await connection.write(countUp, { name, count });
    return (await last()) - count + 1;
  };
  return {
    next: () => take(1),
    take,
    last,
    async skipTo(id) {
      await connection.write(skip, { name, last: id });
    },
  };
}
