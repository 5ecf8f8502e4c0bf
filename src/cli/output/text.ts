import type { Integer, Tags } from '../../client/wire.js';

const KIB_PER_GIB = 1_048_576n;

/** Whole GiB of a KiB figure, rounded down. */
export function gibOf(kib: Integer): string {
  return String(BigInt(kib) / KIB_PER_GIB);
}

/** Left-aligned in a column of `width` characters (code points, as terminals of the time counted them). */
export function pad(value: unknown, width: number): string {
  const text = String(value);
  return text + ' '.repeat(Math.max(0, width - [...text].length));
}

/** Node and device states as users know them: what the server calls `failed` has been removed by somebody. */
export function stateName(state: string): string {
  return state === 'failed' ? 'removed' : state;
}

/** Texts of hosts and clients must not begin a line of their own. */
export function oneLine(text: string): string {
  return text.replace(/[\n\v\f\r\u0085\u2028\u2029]+/g, ' ');
}

/** What somebody else wrote, as one word: in quotes where it is none. */
export function quotedWord(text: string): string {
  return /^[^\s"]*$/.test(text) ? text : JSON.stringify(text);
}

/** `Tags:` and one indented line for each; nothing when there are none. */
export function tagLines(tags: Tags): string[] {
  return tags.size === 0 ? [] : ['Tags:', ...[...tags].map(([name, value]) => `  ${name}: ${value}`)];
}

/** `a:b c:d`, sorted by name. */
export function tagsInline(tags: Tags): string {
  return sortedEntries(tags)
    .map(([name, value]) => `${name}:${value}`)
    .join(' ');
}

export function sortedEntries(map: ReadonlyMap<string, string>): [string, string][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

export function lines(...rows: readonly string[]): string {
  return rows.map((row) => `${row}\n`).join('');
}
