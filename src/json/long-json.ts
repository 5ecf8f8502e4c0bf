import { JsonFloat } from './json-value.js';
import { stringifyJson } from './stringify-json.js';

const INDENT = 4;

/** What stands before a line at this depth of an indented document. */
export function lineStart(depth: number): string {
  return `\n${' '.repeat(INDENT * depth)}`;
}

/** A value within a document that is written piece by piece: as it stands there at this depth, without the first indent. */
export function indentedJson(value: unknown, depth: number): string {
  const text = stringifyJson(value, INDENT);
  // No text of JSON has line ends but between its parts.
  return depth === 0 ? text : text.replaceAll('\n', lineStart(depth));
}

/**
 * The same as `indentedJson`, of a value that is too large to be written at once: member by member, and what lies in more
 * than `lists` lists, one in the other, as a whole.
 */
export function* jsonTexts(value: unknown, depth: number, lists: number): Generator<string> {
  if (lists === 0 || typeof value !== 'object' || value === null || value instanceof JsonFloat) {
    yield indentedJson(value, depth);
    return;
  }
  const isList = Array.isArray(value);
  const members = Object.entries(value).filter(([, member]) => isList || member !== undefined);
  if (members.length === 0) {
    yield isList ? '[]' : '{}';
    return;
  }
  let start = isList ? '[' : '{';
  for (const [name, member] of members) {
    yield `${start}${lineStart(depth + 1)}${isList ? '' : `${indentedJson(name, depth + 1)}: `}`;
    yield* jsonTexts(member, depth + 1, isList ? lists - 1 : lists);
    start = ',';
  }
  yield `${lineStart(depth)}${isList ? ']' : '}'}`;
}

const PIECE_CHARACTERS = 64 * 1024;

/** The same text in pieces that are worth sending. */
export async function* gathered(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
