import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import { newId } from '../../src/domain/ids.js';
import { HeketiBolt } from '../../src/interchange/heketi-bolt.js';
import { readEntries } from '../../src/interchange/read-entries.js';
import { upgrade } from '../../src/interchange/upgrade.js';
import { BufferSource } from '../support/heketi-database/buffer-source.js';
import { mutate } from '../support/heketi-database/mutations.js';
import { seededRandom, seedFrom } from '../support/seeded-random.js';

/** `npm run test:fuzz-databases` reads 100,000. */
const FILES = Number(process.env.MORTAR_FUZZ_DATABASES ?? 400);
const FOLDER = join(import.meta.dirname, '../golden/db');
const MIB = 1024 * 1024;

const seed = seedFrom('MORTAR_FUZZ_SEED');
const random = seededRandom(seed);

it(
  "a damaged database of Heketi's is read to its end or refused with a sentence, whatever is in it",
  () => {
    const originals = readdirSync(FOLDER)
      .filter((name) => /\.db(\.gz)?$/.test(name))
      .map((name) => [name, readFileSync(join(FOLDER, name))] as const)
      .map(([name, bytes]) => (name.endsWith('.gz') ? gunzipSync(bytes) : bytes))
      .filter((bytes) => bytes.length > 0);
    const refusals = new Map<string, number>();
    let [whole, slowestMs, mostRssMib] = [0, 0, 0];
    for (let n = 1; n <= FILES; n++) {
      const file = mutate(originals[Math.floor(random() * originals.length)] as Buffer, random);
      const startedAt = performance.now();
      const refusal = readAll(file, `file ${n} of seed ${seed}`);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      if (n % 100 === 0) mostRssMib = Math.max(mostRssMib, process.memoryUsage.rss() / MIB);
      if (refusal === null) whole += 1;
      else refusals.set(kindOf(refusal), (refusals.get(kindOf(refusal)) ?? 0) + 1);
    }
    const kinds = [...refusals].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`);
    console.log(
      `${FILES} mutated databases, MORTAR_FUZZ_SEED=${seed}: ${whole} read, ${FILES - whole} refused, ` +
        `slowest ${slowestMs.toFixed(0)} ms, at most ${mostRssMib.toFixed(0)} MiB in memory\n  ${kinds.join('\n  ')}`,
    );
    // Mutations that were all refused at once, or none of which did harm, would show nothing.
    expect(whole).toBeGreaterThan(0);
    expect(refusals.size).toBeGreaterThan(10);
  },
  FILES > 10_000 ? 3_600_000 : 60_000,
);

/** The refusal; null for one that was read to its end. */
function readAll(bytes: Buffer, name: string): string | null {
  const source = new BufferSource(bytes);
  try {
    upgrade(readEntries(new HeketiBolt(source)), newId());
    return null;
  } catch (error) {
    if (!(error instanceof DomainError)) throw new Error(`${name} is neither read nor refused`, { cause: error });
    return error.message;
  } finally {
    // Pages are read once, their headers twice: a walk without end would read more.
    expect(source.bytesRead, name).toBeLessThanOrEqual(2 * bytes.length + 1024);
  }
}

function kindOf(message: string): string {
  return message
    .replace(/[A-Z_]+\/\S+/g, 'KEY')
    .replace(/"[^"]*"/g, 'TEXT')
    .replace(/[0-9a-f]{6,}|\d+/g, 'N')
    .slice(0, 90);
}
