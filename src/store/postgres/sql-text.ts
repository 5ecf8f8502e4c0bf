import type { SqlValue } from '../columns.js';
import type { Statement } from '../statement.js';

interface PreparedText {
  /** Under which a connection keeps it prepared. */
  readonly name: string;
  readonly text: string;
}

const texts = new WeakMap<Statement<unknown>, PreparedText>();
let count = 0;

/** A statement as PostgreSQL reads it: its places have numbers. No statement has a question mark for anything else. */
export function numberedText(statement: Statement<unknown>): PreparedText {
  const known = texts.get(statement);
  if (known) return known;
  const parts = statement.sql.split('?');
  const text = parts.reduce((before, part, place) => `${before}$${place}${part}`);
  const prepared = { name: `mortar_${++count}`, text };
  texts.set(statement, prepared);
  return prepared;
}

/** PostgreSQL's texts hold every character but NUL, which may be in what a program on a host printed. */
export function storedText(value: SqlValue): SqlValue {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\u{fffd}') : value;
}
