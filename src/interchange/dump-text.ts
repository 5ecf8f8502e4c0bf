import { gathered, indentedJson, lineStart } from '../json/long-json.js';
import type { ReadTx } from '../store/store.js';
import { Slices } from '../timing/turns.js';
import { dumpParts } from './dump.js';
import { readChildLists, recordPages } from './record-pages.js';

/**
 * The dump of a state that stays as it is, indented, in pieces that are made in slices: of 20,000 volumes it has a hundred
 * megabytes and more, and no more of it is in memory than the ids of records and the piece that is being made.
 */
export function dumpText(tx: ReadTx): AsyncIterable<string> {
  return gathered(whole(tx));
}

async function* whole(tx: ReadTx): AsyncGenerator<string> {
  yield* dumpTexts(tx, 0);
  yield '\n';
}

/** The same within another document, at this depth of it, and without the end of its line. */
export async function* dumpTexts(tx: ReadTx, depth: number): AsyncGenerator<string> {
  const slices = new Slices();
  const children = await readChildLists(tx, slices);
  const parts = dumpParts(recordPages(tx), children, await tx.attributes.list());
  let partStart = '{';
  for (const [part, pages] of Object.entries(parts)) {
    yield `${partStart}${lineStart(depth + 1)}${indentedJson(part, depth + 1)}: `;
    partStart = ',';
    let entryStart = '{';
    for await (const page of pages) {
      for (const [id, entry] of page) {
        yield `${entryStart}${lineStart(depth + 2)}${indentedJson(id, depth + 2)}: ${indentedJson(entry, depth + 2)}`;
        entryStart = ',';
        if (slices.isOver) await slices.next();
      }
    }
    yield entryStart === '{' ? '{}' : `${lineStart(depth + 1)}}`;
  }
  yield `${lineStart(depth)}}`;
}
