import assert from 'node:assert/strict';
import { checkText } from '../../src/interchange/check-text.js';
import { dumpText } from '../../src/interchange/dump-text.js';
import type { ReadTx } from '../../src/store/store.js';
import type { MadePool } from '../support/made-pool.js';
import { ofVolumes, type Work } from './work.js';

const SIZES = [40, 400] as const;

/** What goes over everything in the database. */
export const DATABASE_WORKS: readonly Work[] = [
  {
    name: 'a dump',
    shape: ofVolumes,
    sizes: SIZES,
    power: 1,
    run: (made) => wholeText(made, dumpText),
  },
  {
    name: 'a consistency check',
    shape: ofVolumes,
    sizes: SIZES,
    power: 1,
    run: (made) => wholeText(made, checkText),
  },
];

async function wholeText({ store }: MadePool, write: (tx: ReadTx) => AsyncIterable<string>): Promise<void> {
  const { tx, close } = await store.snapshot();
  let text = '';
  for await (const piece of write(tx)) text += piece;
  close();
  assert.doesNotThrow(() => JSON.parse(text));
}
