import { gathered, jsonTexts } from '../../json/long-json.js';
import type { Examination } from '../../operations/examination/examine.js';
import { Slices } from '../../timing/turns.js';
import { examinedPool } from './examination.js';

/** Clusters, nodes, what a program says of a node, and what it lists: each of these alone may be long. */
const LISTS = 4;

/**
 * What was found, beside the whole database, indented, in pieces that are made in slices. `dump`: texts of the dump as they
 * stand at depth 1.
 */
export function examinationText(
  dump: AsyncIterable<string>,
  examination: Examination,
  inFlight: number,
): AsyncIterable<string> {
  return gathered(texts(dump, examination, inFlight));
}

async function* texts(dump: AsyncIterable<string>, examination: Examination, inFlight: number): AsyncGenerator<string> {
  const slices = new Slices();
  yield '{\n    "heketidb": ';
  yield* dump;
  const { report, clusters } = await examinedPool(null, examination, inFlight);
  for (const [name, part] of Object.entries({ report, clusters })) {
    yield `,\n    "${name}": `;
    for (const text of jsonTexts(part, 1, LISTS)) {
      yield text;
      if (slices.isOver) await slices.next();
    }
  }
  yield '\n}\n';
}
