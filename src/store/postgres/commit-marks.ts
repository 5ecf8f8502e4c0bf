import type { Session } from './session.js';

/*
 * Each commit writes a row of its own, its mark: where the answer to a commit is lost, the mark tells. The ids are ours, of
 * hexadecimal digits.
 */

/** Of a transaction that is to be committed. */
export function writeMark(id: string): string {
  return `insert into commit_mark (id, is_made) values ('${id}', 1)`;
}

/** Of commits that nobody has to ask about any more. */
export function forgetMarks(ids: readonly string[]): string {
  return `delete from commit_mark where id in (${ids.map((id) => `'${id}'`).join(', ')})`;
}

/**
 * Finds out for good whether a commit was made, on a connection of its own. A mark that is not there proves nothing: the
 * engine may still be at it. So it is written as that of a commit that was not made, which waits for one that is under
 * way, and which that one can't come after: an id is there once.
 */
export async function wasCommitted(session: Session, id: string): Promise<boolean> {
  await session.exec(`insert into commit_mark (id, is_made) values ('${id}', 0) on conflict (id) do nothing`);
  const [found] = await session.exec(`select is_made from commit_mark where id = '${id}'`);
  const isMade = found?.rows[0]?.['is_made'];
  if (isMade === undefined) throw new Error('the mark of a commit is neither there nor can it be written');
  return isMade === 1;
}
