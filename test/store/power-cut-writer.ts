import { openSync, statSync, writeSync } from 'node:fs';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.js';
import type { Store } from '../../src/store/store.js';
import { seededRandom } from '../support/seeded-random.js';
import { cluster } from './records.js';

/**
 * A process that makes and deletes pairs of clusters, several at a time, looks at them, and says in the file `answers`
 * what it asks for and what it was answered. `firstId`: where an earlier one left a database. `killed`: it ends so in its
 * first life, with a commit that the disk has not been waited for.
 */
const [, , file = '', answers = '', seed = '1', firstId = '0', end = ''] = process.argv;
const random = seededRandom(Number(seed));
const below = (count: number): number => Math.floor(random() * count);
const out = openSync(answers, 'a');
const tell = (what: string, ...ids: readonly string[]): void => void writeSync(out, `${[what, ...ids].join(' ')}\n`);

const LIVES = 3;
const TURNS = 25;
const LARGE_COMMIT_BYTES = 20_000;
const known: string[] = [];
let made = Number(firstId);

async function make(store: Store): Promise<void> {
  const id = `c${made++}`;
  await store.write(async (tx) => {
    await tx.clusters.insert(cluster(id));
    await tx.clusters.insert(cluster(`${id}-twin`));
  });
  tell('made', id);
  known.push(id);
}

async function remove(store: Store): Promise<void> {
  const [id] = known.splice(below(known.length), 1);
  if (id === undefined) return;
  tell('removing', id);
  await store.write(async (tx) => {
    await tx.clusters.delete(id);
    await tx.clusters.delete(`${id}-twin`);
  });
  tell('removed', id);
}

/** Something that is there already is refused, which tells that it is there. */
async function makeAgain(store: Store): Promise<void> {
  const id = `c${below(made + 2)}`;
  await store
    .write((tx) => tx.clusters.insert(cluster(id)).then(() => Promise.reject(new Error('taken back'))))
    .catch((error: Error) => error.message !== 'taken back' && tell('saw', id));
}

async function look(store: Store): Promise<void> {
  const expected = [...known];
  const seen = (await store.read((tx) => tx.clusters.list())).map(({ id }) => id);
  tell('saw', ...seen.filter((id) => !id.endsWith('-twin')));
  for (const id of expected) if (!seen.includes(id)) tell('removed', id);
}

/** With one large commit in a log that holds nothing else. */
async function dieBeforeSync(store: Store): Promise<void> {
  const sizeOfLog = (): number => statSync(`${file}-wal`).size;
  while (sizeOfLog() > 0) await new Promise((resolve) => setImmediate(resolve));
  const ids = Array.from({ length: 300 }, () => `c${made++}`);
  void store.write(async (tx) => {
    for (const id of ids) await tx.clusters.insert(cluster(id));
    for (const id of ids) await tx.clusters.insert(cluster(`${id}-twin`));
  });
  while (sizeOfLog() < LARGE_COMMIT_BYTES) await new Promise((resolve) => setImmediate(resolve));
  process.kill(process.pid, 'SIGKILL');
}

for (let life = 0; life < LIVES; life++) {
  const store = await openSqliteStore({ file, sealAfterMs: life === 1 ? 600_000 : 0, longLogFrames: 60 });
  tell('opened');
  for (let turn = 0; turn < TURNS; turn++) {
    const actions = Array.from({ length: 1 + below(4) }, () => [make, make, remove, makeAgain, look][below(5)] ?? make);
    await Promise.all(
      actions.map(async (action) => {
        for (let pause = below(6); pause > 0; pause--) await new Promise((resolve) => setImmediate(resolve));
        await action(store);
      }),
    );
    // Sometimes long enough for the file to be made complete.
    for (let pause = below(3) * 40; pause > 0; pause--) await new Promise((resolve) => setImmediate(resolve));
  }
  if (end === 'killed') await dieBeforeSync(store);
  tell('closing');
  await store.close();
}
