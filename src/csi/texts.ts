/** The specification's limit of a text that a message holds. */
const MOST_TEXT_BYTES = 128;

/** A text of at most `bytes`, cut off between characters where it has more. */
export function fitted(text: string, bytes = MOST_TEXT_BYTES): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  let short = '';
  for (const character of text) {
    if (Buffer.byteLength(`${short}${character}…`) > bytes) break;
    short += character;
  }
  return `${short}…`;
}

/** The same with an end that stays whole. */
export function fittedBefore(text: string, end: string): string {
  return `${fitted(text, MOST_TEXT_BYTES - Buffer.byteLength(end))}${end}`;
}
