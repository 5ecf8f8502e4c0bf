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
