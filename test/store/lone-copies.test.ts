import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open-store.js';
import type { Store } from '../../src/store/store.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';
import { cluster, node } from './records.js';
import { openTemporary, temporaryFile } from './temporary-database.js';

const COPIES = 60;
const seed = seedFrom('MORTAR_CRASH_SEED');
const random = seededRandom(seed);

it('a copy of the file alone, however long it took while a server was busy, is a whole state or is refused', async () => {
  const file = temporaryFile();
  const store = await openTemporary(file, { sealAfterMs: 1, longLogFrames: 40 });
  const busy = new BusyServer(store);
  onTestFinished(() => busy.end());
  const outcomes = { whole: 0, refused: 0 };
  for (let n = 0; n < COPIES; n++) {
    const before = busy.answered;
    const copy = await slowCopy(file);
    const asked = busy.asked;
    const found = await stateOf(copy);
    if (found === null) outcomes.refused += 1;
    else {
      outcomes.whole += 1;
      expect(found.clusters, `copy ${n} of seed ${seed}`).toEqual(found.nodes);
      expect(found.clusters, `copy ${n} of seed ${seed}`).toEqual(idsUpTo(found.clusters.length));
      expect(found.clusters.length, `copy ${n} of seed ${seed}`).toBeGreaterThanOrEqual(before);
      expect(found.clusters.length).toBeLessThanOrEqual(asked);
    }
  }
  console.log(`${COPIES} copies, MORTAR_CRASH_SEED=${seed}: ${outcomes.whole} whole, ${outcomes.refused} refused`);
  expect(outcomes.whole).toBeGreaterThan(0);
  expect(outcomes.refused).toBeGreaterThan(0);
});

/** Writes into two tables at once, again and again, with pauses in which the file may be made complete. */
class BusyServer {
  readonly #store: Store;
  readonly #done: Promise<void>;
  #isEnding = false;
  asked = 0;
  answered = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#done = this.#work();
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#done;
  }

  async #work(): Promise<void> {
    while (!this.#isEnding) {
      this.asked += 1;
      const id = idOf(this.asked);
      await this.#store.write(async (tx) => {
        await tx.clusters.insert(cluster(id));
        await tx.nodes.insert(node(id));
      });
      this.answered += 1;
      for (let turns = Math.floor(random() ** 2 * 60); turns > 0; turns--) await turn();
    }
  }
}

function idOf(n: number): string {
  return `${String(n).padStart(6, '0')}`;
}

function idsUpTo(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => idOf(i + 1));
}

function turn(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}

/** Front to back, as cp, scp and kubectl cp read, with what others do in between. */
async function slowCopy(file: string): Promise<string> {
  const copy = temporaryFile();
  const descriptor = openSync(file, 'r');
  const chunks: Buffer[] = [];
  const chunkBytes = 2048 * (1 + Math.floor(random() * 4));
  const isSlow = random() < 0.7;
  for (let at = 0; ; ) {
    const chunk = Buffer.alloc(chunkBytes);
    const length = readSync(descriptor, chunk, 0, chunkBytes, at);
    if (length === 0) break;
    chunks.push(chunk.subarray(0, length));
    at += length;
    for (let turns = isSlow && random() < 0.1 ? Math.floor(random() * 40) : 0; turns > 0; turns--) await turn();
  }
  closeSync(descriptor);
  writeFileSync(copy, Buffer.concat(chunks));
  return copy;
}

/** Null: it is refused. */
async function stateOf(file: string) {
  let store: Store;
  try {
    store = await openStore({ file });
  } catch {
    return null;
  }
  try {
    return await store.read(async (tx) => ({
      clusters: (await tx.clusters.list()).map(({ id }) => id),
      nodes: (await tx.nodes.list()).map(({ id }) => id),
    }));
  } finally {
    await store.close();
  }
}
